"""A Kling that writes down what reaches it, and tells it on an address of its own."""

from __future__ import annotations

import base64
import json
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest

from klingkit.cli import main
from klingkit_emulator.launch import launch, launch_tap
from klingkit_emulator.tap.records import MOST_KEPT, Arrival, Records

if TYPE_CHECKING:
    from pathlib import Path

    from klingkit_emulator.launch import Tap

CREATE = "/v1/videos/text2video"
KEY = 'sk-hidden+/"value"-0123456789'


def arrivals(tap: Tap, after: int = 0) -> list[dict[str, Any]]:
    answer = httpx.get(f"{tap.control_url}/requests", params={"after": after})
    found: list[dict[str, Any]] = answer.raise_for_status().json()["requests"]
    return found


def test_a_relay_with_a_key_of_its_own_gets_real_tasks() -> None:
    headers = {"authorization": "Bearer whatever-the-relay-has"}
    with launch_tap() as tap:
        made = httpx.post(tap.url + CREATE, json={"prompt": "a fox"}, headers=headers).json()
        task = httpx.get(f"{tap.url}{CREATE}/{made['data']['task_id']}", headers=headers).json()
        assert task["data"]["task_id"] == made["data"]["task_id"]
        assert httpx.post(tap.url + CREATE, json={"prompt": "a fox"}).status_code == 401
        seen = [(row["number"], row["method"], row["status"]) for row in arrivals(tap)]
    assert seen == [(1, "POST", 200), (2, "GET", 200), (3, "POST", 401)]


def test_what_an_emulated_gateway_makes_of_a_request_is_seen_as_it_arrived() -> None:
    with launch_tap() as tap, launch(["newapi-b"], upstream=tap.url) as gateway:
        answer = httpx.post(
            f"{gateway.base_url('newapi-b')}/kling{CREATE}",
            json={"model": "kling-v1-6", "prompt": "a fox", "aspect_ratio": "9:16"},
            headers={"authorization": f"Bearer {gateway.api_key}"},
        )
        assert answer.status_code == 200
        (row,) = [row for row in arrivals(tap) if row["method"] == "POST"]
    assert row["path"] == CREATE
    assert json.loads(row["body"])["aspect_ratio"] == "1:1"
    assert dict(row["headers"])["user-agent"] == "kling-sdk/1.0"


def test_no_form_of_the_key_is_kept(tmp_path: Path) -> None:
    forms = [KEY, quote(KEY, safe=""), json.dumps(KEY)[1:-1], base64.b64encode(b"x" + KEY.encode()).decode()]
    body = json.dumps({"prompt": " ".join(forms)})
    with launch_tap(database=tmp_path / "tap.db") as tap:
        headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json", "x-note": f"key {KEY}"}
        httpx.post(f"{tap.url}{CREATE}?key={quote(KEY, safe='')}", content=body, headers=headers)
        told = json.dumps(arrivals(tap))
        with sqlite3.connect(tmp_path / "tap.db") as kept:
            written = str(kept.execute("SELECT request FROM arrival").fetchall())
    kept.close()
    core = base64.b64encode(b"x" + KEY.encode()).decode()[2:-4]
    for text in (told, written):
        assert text.count("[key]") >= 6
        assert not any(form in text for form in (*forms, core))


def test_requests_outlast_the_tap_in_its_file(tmp_path: Path) -> None:
    for number in (1, 2):
        with launch_tap(database=tmp_path / "tap.db") as tap:
            httpx.post(tap.url + CREATE, json={"prompt": "a fox"}, headers={"authorization": "Bearer k"})
            assert [row["number"] for row in arrivals(tap)] == list(range(1, number + 1))
    with launch_tap(database=tmp_path / "tap.db") as tap:
        assert [row["number"] for row in arrivals(tap, after=1)] == [2]


def test_whoever_reaches_the_kling_does_not_reach_the_record() -> None:
    with launch_tap() as tap:
        for path in ("/requests", "/_emulator", "/_emulator/state"):
            answer = httpx.get(tap.url + path, headers={"authorization": "Bearer k"})
            assert answer.status_code in {401, 404}
            assert "klingkit" not in answer.text
        assert httpx.get(tap.control_url, headers={"host": "rebound.example"}).status_code == 421
        assert httpx.post(tap.control_url).status_code == 405
        assert httpx.get(f"{tap.control_url}/requests?after=-1").status_code == 400
        assert httpx.delete(f"{tap.control_url}/requests").status_code == 204
        assert arrivals(tap) == []


def test_result_files_are_served_and_not_written_down() -> None:
    headers = {"authorization": "Bearer k"}
    with launch_tap(speed=100_000) as tap:
        made = httpx.post(tap.url + CREATE, json={"prompt": "a fox"}, headers=headers).json()
        asked = f"{tap.url}{CREATE}/{made['data']['task_id']}"
        while not (videos := httpx.get(asked, headers=headers).json()["data"].get("task_result", {}).get("videos")):
            pass
        assert httpx.get(videos[0]["url"]).headers["content-type"] == "video/mp4"
        assert {row["path"].rpartition("/")[0] for row in arrivals(tap)} <= {"/v1/videos", CREATE}


def test_only_the_newest_requests_are_kept() -> None:
    records = Records()
    arrival = Arrival(0, "GET", "/", "", [], "", 0)
    for _ in range(MOST_KEPT + 5):
        records.add(arrival)
    assert records.after(0, 1)[0]["number"] == 6
    assert records.newest() == MOST_KEPT + 5
    records.close()


def test_the_command_tells_both_addresses_and_counts_what_arrived() -> None:
    command = [
        sys.executable,
        "-c",
        "from klingkit_emulator.cli.tap import main; main(['--port=0','--control-port=0'])",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(7)]
        url, control = (line.split()[1] for line in (lines[0], lines[3]))
        assert lines[-1] == "Stop with Ctrl-C.\n"
        httpx.post(url + CREATE, json={"prompt": "a fox"}, headers={"authorization": "Bearer k"})
        assert httpx.get(control).json() == {"klingkit_tap": 1, "newest": 1}
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "Stopped. Requests that arrived: 1.\n"
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--port", "8644", "--control-port", "8644"], "--port and --control-port are two"),
        (["--port", "70000"], "there is no port 70000"),
        (["--port", "0", "--db", "/nonexistent/folder/tap.db"], "name a file in a folder you may write"),
    ],
)
def test_what_cannot_start_says_why(argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tap", *argv]) == 2
    assert sentence in capsys.readouterr().err
