"""Starting and stopping: from Python, from the command line, and what keeps it from starting."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading

import httpx
import pytest

import klingkit_data
from klingkit.cli import main
from klingkit_emulator.errors import AddressError, DatabaseError, EmulatorError, UnknownNameError
from klingkit_emulator.launch import API_KEY, DEFECTS, OTHER_API_KEY, launch, listen, url_of
from klingkit_emulator.registry import known

T2V = "video_text2video"


def test_closing_leaves_no_thread_no_file_and_no_listener(callers, ask, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    with launch(["official"], speed=400) as running:
        caller = callers("official", running=running)
        (url,) = ask.urls(caller.make(T2V, duration="3", model_name="kling-v3"))
        assert caller.http.get(url).status_code == 200
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) <= threads
    with pytest.raises(httpx.ConnectError):
        caller.http.get(url)


def test_an_error_in_the_block_closes_it_as_well():
    threads = set(threading.enumerate())
    with pytest.raises(ZeroDivisionError), launch(["official"]):
        raise ZeroDivisionError
    assert set(threading.enumerate()) <= threads


def test_it_tells_its_relays_keys_counts_and_addresses(emulator, callers):
    assert emulator.relays == known()
    assert (emulator.api_key, emulator.other_api_key) == (API_KEY, OTHER_API_KEY)
    assert emulator.base_url("anyapi") == f"{emulator.url}/anyapi"
    before = emulator.requests("anyapi")
    callers("anyapi").http.get("/nothing")
    assert emulator.requests("anyapi") == before + 1
    with pytest.raises(UnknownNameError, match="newapi"):
        emulator.base_url("newapi")
    assert "status-word" in DEFECTS


def test_the_state_can_be_read_over_http_and_as_a_page(emulator, callers):
    http = callers("official", None).http
    callers("official").create(T2V, external_task_id="<b>&", prompt="fox")
    state = http.get(f"{emulator.url}/_emulator/state").json()
    assert state["relays"]["official"]["newest"][0]["external_task_id"] == "<b>&"
    assert state["relays"]["official"]["charges"] == emulator.charges("official")
    page = http.get(f"{emulator.url}/_emulator")
    assert page.headers["content-type"].startswith("text/html")
    assert "&lt;b&gt;&amp;" in page.text
    assert "<b>&" not in page.text
    assert API_KEY not in page.text + str(state)
    assert http.get(f"{emulator.url}/_emulator/nothing").status_code == 404
    assert http.put(f"{emulator.url}/_emulator/state").status_code == 405


@pytest.mark.parametrize(
    ("arguments", "error", "word"),
    [
        ({"relays": ["nowhere"]}, UnknownNameError, "nowhere"),
        ({"relays": []}, UnknownNameError, "at least one"),
        ({"relays": ["official"], "defects": ["none"]}, UnknownNameError, "none"),
        ({"relays": ["official"], "speed": 0}, EmulatorError, "speed"),
        ({"relays": ["official"], "speed": float("nan")}, EmulatorError, "speed"),
        ({"relays": ["official"], "port": 70000}, AddressError, "70000"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(arguments, error, word):
    threads = set(threading.enumerate())
    with pytest.raises(error, match=word), launch(**arguments):
        pass
    assert set(threading.enumerate()) <= threads


def test_a_port_in_use_is_an_error_that_says_so():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=f"port {port}"), launch(["official"], port=port):
            pass


def test_an_address_of_every_interface_is_shown_as_one_that_can_be_opened():
    with listen("0.0.0.0", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_file_that_cannot_keep_tasks_is_an_error(tmp_path):
    text, foreign = tmp_path / "notes.txt", tmp_path / "foreign.db"
    text.write_text("no database\n" * 100)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE other (x)")
    connection.close()
    for file in (tmp_path, tmp_path / "no" / "folder.db", text, foreign):
        with pytest.raises(DatabaseError, match="--database"), launch(["official"], database=file):
            pass
    assert text.read_text() == "no database\n" * 100


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--relay", "nowhere"], "nowhere"),
        (["--defect", "none"], "none"),
        (["--speed", "-1"], "speed"),
        (["--port", "70000"], "70000"),
        (["--host", "no.such.host.invalid"], "no.such.host.invalid"),
        (["--database", "/"], "--database"),
        (["--api-key", " "], "key"),
        (["--port", "x"], "--port"),
        (["--colour"], "--colour"),
    ],
)
def test_misuse_on_the_command_line_ends_with_a_sentence_and_status_2(capsys, arguments, word):
    assert main(["emulate", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert word in said.err
    assert "Traceback" not in said.err


def test_a_port_in_use_on_the_command_line_is_one_sentence(capsys):
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert main(["emulate", "--relay", "official", "--port", str(port)]) == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert f"port {port}" in said.err
    assert "--port" in said.err


def test_the_defects_can_be_listed_within_80_columns(capsys):
    assert main(["emulate", "--list-defects"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == list(DEFECTS)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_command_serves_until_it_is_stopped(number, tmp_path):
    command = "import sys; from klingkit.cli import main; sys.exit(main(sys.argv[1:]))"
    arguments = [
        "emulate",
        "--relay",
        "anyapi",
        "--port",
        "0",
        "--speed",
        "10000",
        "--api-key",
        "k1",
        "--api-key",
        "k2",
    ]
    arguments += ["--defect", "text-plain", "--database", str(tmp_path / "tasks.db")]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            lines = []
            while not lines or "Ctrl-C" not in lines[-1]:
                lines.append(process.stdout.readline())
                assert lines[-1], process.stderr.read()
            base = next(line.split()[1] for line in lines if line.split()[0] == "anyapi")
            paths = klingkit_data.load("resolved/relays/anyapi.openapi.yaml")["paths"]
            create = paths["/v1/videos/text2video"]["post"]["requestBody"]["content"]["application/json"]
            body = create["example"]
            with httpx.Client(headers={"authorization": "Bearer k2"}, trust_env=False) as http:
                created = http.post(f"{base}/kling/v1/videos/text2video", json=body)
                assert created.headers["content-type"].startswith("text/plain")
                task = created.json()["data"]["task_id"]
                assert http.get(f"{base}/kling/v1/videos/text2video/{task}").status_code == 200
                while (file := http.get(base.replace("/anyapi", f"/media/{task}/0.mp4"))).status_code == 404:
                    pass
                assert file.headers["content-type"] == "video/mp4"
            assert any(path.name.startswith("klingkit-emulator-") for path in tmp_path.iterdir())
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert (process.returncode, err, out) == (0, "", "Stopped. Charged tasks: 1.\n")
    assert "k1, k2" in "".join(lines)
    assert [path.name for path in tmp_path.iterdir()] == ["tasks.db"]


def test_a_request_without_any_headers_of_use_is_still_answered(emulator):
    port = int(emulator.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET /official/v1/videos/text2video HTTP/1.0\r\n\r\n")
        assert connection.recv(64).startswith(b"HTTP/1.1 401")
