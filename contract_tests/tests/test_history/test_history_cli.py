"""The command: which runs it keeps, what it shows of them, and that no secret and no trouble comes with it."""

from __future__ import annotations

import base64
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import klingkit_data
from klingkit.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-secret/of+mine=1234567890"
QUICK = ["--all-emulated", "--relay", "haoee", "--check", "auth-missing", "--check", "unknown-path"]
BROKEN = [*QUICK, "--defect", "missing-auth-accepted"]
# One for each operation of haoee that a key is needed for.
BREACHES = str(len(klingkit_data.load("resolved/surface.json")["relays"]["haoee"]["operations"]))


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of the test's own, and a terminal 80 wide."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path / "state" / "klingkit" / "history.sqlite3"


def check(*argv: str) -> int:
    return main(["check", *argv])


@contextmanager
def echoing_relay() -> Iterator[str]:
    """A relay that repeats the key it is sent, in every form that keys come back in."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = self.headers.get("authorization", "")
            forms = [key, quote(key, safe=""), base64.b64encode(key.encode()).decode(), json.dumps(key)]
            body = json.dumps({"code": 0, "message": forms, "data": {key: forms, "task_id": key}}).encode()
            self.send_response(200)
            self.send_header("content-type", f"application/json; x={quote(key)}")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_live_run_is_kept_and_no_form_of_the_key_is_in_the_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with echoing_relay() as address:
        assert check("--relay", "haoee", "--base-url", address, "--api-key", KEY, "--check", "unknown-path") == 1
    assert "kept as run 1 of haoee" in capsys.readouterr().out
    content = home.read_bytes()
    assert b"unknown-path" in content
    for form in (KEY, quote(KEY, safe=""), quote(KEY), json.dumps(KEY)[1:-1], base64.b64encode(KEY.encode()).decode()):
        assert form.encode()[:24] not in content, form


def test_emulated_runs_are_kept_only_when_asked_for(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(*QUICK) == 0
    assert not home.exists()
    assert check(*QUICK, "--keep-emulated", "--no-history") == 0
    assert not home.exists()
    assert "kept" not in capsys.readouterr().out.replace("Kept all", "")
    assert check(*QUICK, "--keep-emulated") == 0
    assert "kept as run 1 of haoee" in capsys.readouterr().out


def test_the_history_shows_what_changed_within_80_columns(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for argv in (QUICK, BROKEN, QUICK):
        check(*argv, "--keep-emulated")
    capsys.readouterr()
    assert check("--history") == 0
    out = capsys.readouterr().out
    rows = [line.split() for line in out.splitlines() if "haoee (emulated)" in line]
    figures = [(row[0], *row[-6:]) for row in rows]
    assert [row[0] for row in figures] == ["3", "2", "1"]
    assert [row[-4:-1] for row in figures[:2]] == [("0", "0", BREACHES), ("0", BREACHES, "0")]
    assert max(map(len, out.splitlines())) <= 80
    assert check("--history", "--format", "json", "--relay", "haoee") == 0
    assert [run["gone"] for run in json.loads(capsys.readouterr().out)] == [int(BREACHES), 0, 0]
    assert check("--history", "--relay", "anyapi") == 0
    assert "No run is kept" in capsys.readouterr().out


def test_two_runs_are_compared_and_only_what_is_new_fails(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (QUICK, BROKEN):
        check(*argv, "--keep-emulated")
    capsys.readouterr()
    assert check("diff", "1", "2") == 1
    out = capsys.readouterr().out
    assert f"{BREACHES} new, 0 gone, 0 still, 0 not asked in both." in out
    assert max(map(len, out.splitlines())) <= 80
    assert check("diff", "haoee", "haoee~1") == 0
    assert f"0 new, {BREACHES} gone" in capsys.readouterr().out
    assert check("diff", "1", "2", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert {found["check"] for found in document["new"]} == {"auth-missing"}
    assert (document["before"]["id"], document["after"]["id"]) == (1, 2)


def test_reports_say_since_when_a_finding_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "out"
    check(*BROKEN, "--keep-emulated")
    check(*BROKEN, "--keep-emulated", "--report", str(folder))
    assert re.search(r"first seen \d{4}-\d\d-\d\d, last \d{4}-\d\d-\d\d, in 2 runs", capsys.readouterr().out)
    document = json.loads((folder / "matrix.json").read_text())
    assert document["past"]["haoee"] == {"run": 2, "previous": 1, "new": 0, "gone": []}
    since = [found["since"]["runs"] for cell in document["cells"] for found in cell["findings"]]
    assert since == [2] * int(BREACHES)
    states = json.loads((folder / "findings.sarif").read_text())["runs"][0]["results"]
    assert {result["baselineState"] for result in states} == {"unchanged"}
    assert "in 2 runs" in (folder / "index.html").read_text()
    assert "in 2 runs" in (folder / "report.md").read_text()


def test_a_home_that_cannot_be_written_costs_no_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/dev/null")
    assert check(*QUICK, "--keep-emulated") == 0
    captured = capsys.readouterr()
    assert captured.err.startswith("not kept: the history at /dev/null/klingkit/history.sqlite3 cannot be written")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ([*QUICK, "--keep-emulated", "--history-url", "/dev/null/x"], "the history at /dev/null/x cannot be written"),
        (["diff", "1", "2"], "no run is kept at"),
        (["--history", "--history-url", "nonsense://x"], "the history cannot lie in 'nonsense'"),
    ],
)
def test_misuse_ends_with_2_and_one_sentence(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(*argv) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("klingkit check")
    assert sentence in captured.err
    assert captured.err.count("\n") == 1


def test_a_run_that_does_not_exist_is_said_to(capsys: pytest.CaptureFixture[str]) -> None:
    check(*QUICK, "--keep-emulated")
    assert check("diff", "1", "7") == 2
    assert "the history holds no run '7'; `klingkit check --history` lists them." in capsys.readouterr().err
