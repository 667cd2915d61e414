"""A key that a relay repeats everywhere appears in nothing that a run writes, in no encoding."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import httpx
import pytest

from klingkit_contract import catalogue, events
from klingkit_contract.cli.check import main
from klingkit_contract.cli.keeper import Keeper, open_history
from klingkit_contract.cli.outcome import Format, Outcome
from klingkit_contract.findings import Verdict
from klingkit_contract.planted import RELAY, narrowed, operations_for
from klingkit_contract.proxy.har import HarFile
from klingkit_contract.proxy.journal import JournalFile
from klingkit_contract.proxy.serving import proxying
from klingkit_contract.proxy.upstream import read_upstream
from klingkit_contract.proxy.watching import Watcher
from klingkit_contract.runner import Options, run
from klingkit_contract.targets import read_targets
from klingkit_emulator.launch import launch, launch_tap

if TYPE_CHECKING:
    from pathlib import Path

SECRET = 'sk-Seeded"Key+/=\\ and 42'.replace(" ", "")
ECHOING = ["key-echoed", "key-in-result-url"]
# Broken promises about every kind of exchange, so that heads, bodies, refusals and files all end up in reports.
BROKEN = ["status-word", "refusal-200", "text-plain", "result-type-wrong", "wrong-method-served", "created-moves"]


def forms(secret: str) -> set[str]:
    """Return `secret` plain, URL-encoded, JSON-escaped, and the Base64 that it alone decides at each alignment."""
    raw = secret.encode()
    found = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]}
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            text = encode(b"\0" * shift + raw).decode().rstrip("=")
            found.add(text[4 if shift else 0 : len(text) - 2])
    return found


def echoed_by(answers: list[str]) -> set[str]:
    return {form for form in forms(SECRET) for answer in answers if form in answer}


def leaks(artefacts: dict[str, str]) -> set[str]:
    """Return the names of artefacts that hold the secret in any form."""
    return {name for name, text in artefacts.items() for form in forms(SECRET) if form in text}


@pytest.fixture
def results(monkeypatch: pytest.MonkeyPatch) -> tuple[events.Results, list[str]]:
    """A run over a relay that repeats its key, and everything that the relay said."""
    from klingkit_contract.exchanges import Journal

    said: list[str] = []
    add = Journal.add

    def listening(journal: Journal, record: object) -> object:
        said.append(f"{record.answer.headers} {record.answer.body.decode('latin-1')} {record.url}")  # type: ignore[attr-defined]
        return add(journal, record)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "add", listening)
    with launch([RELAY], defects=[*ECHOING, *BROKEN], keys=[SECRET, "sk-another"], speed=600.0) as emulator:
        (target,) = read_targets(
            [RELAY], {}, base_url=emulator.base_url(RELAY), api_key=SECRET, other_api_key="sk-another"
        )
        target = narrowed(target, operations_for(""))
        return events.collect(run([target], Options(catalogue.select(()), budget=20, wait=3.0))), said


def test_a_key_that_is_repeated_everywhere_is_in_no_artefact(
    results: tuple[events.Results, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found, said = results
    checks = {cell.check for cell in found.cells.values() if cell.verdict is Verdict.FINDING}
    assert {"secret-echoed", "status-known", "content-type", "wrong-method"} <= checks
    assert len(echoed_by(said)) >= 3  # escaped in a body, encoded in an address, in Base64: the relay really said it

    history = f"sqlite:///{tmp_path / 'history.db'}"
    for format_ in Format:
        keeper = Keeper(open_history(history, {}), datetime(2026, 3, 9, tzinfo=UTC), emulated=False)
        outcome = Outcome(
            format_, False, tmp_path / format_, (), (), tmp_path / f"{format_}.toml", date(2026, 3, 9), True, keeper
        )
        assert outcome.tell(found, whole=True) == 0  # a baseline was written that accepts it all
    printed = capsys.readouterr()
    written = {path.name: path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file()}
    assert {"index.html", "matrix.json", "junit.xml", "findings.sarif", "report.md", "history.db"} <= written.keys()
    assert leaks({**written, "stdout": printed.out, "stderr": printed.err}) == set()

    for command in (["--history"], ["diff", "1", "2"], ["diff", "1", "2", "--json"]):
        main([*command, "--history-url", history])
    kept = capsys.readouterr().out
    assert "secret-echoed" in kept
    assert leaks({"history": kept}) == set()
    new = Outcome(Format.TABLE, True, None, (), (), None, date(2026, 3, 9))
    assert new.tell(found, whole=True) == 1
    lines = capsys.readouterr().out
    assert "secret-echoed" in lines
    assert leaks({"only-new": lines}) == set()


def test_a_key_that_is_repeated_everywhere_is_in_no_file_of_the_proxy(tmp_path: Path) -> None:
    har, journal = tmp_path / "traffic.har", tmp_path / "findings.jsonl"
    said = []
    with launch(["official"], defects=[*ECHOING, "status-word"], keys=[SECRET], speed=600.0) as emulator:
        upstream = read_upstream("official", emulator.base_url("official"))
        writers = [HarFile(har, upstream.address), JournalFile(journal)]
        watcher = Watcher(upstream, [file.write for file in writers])
        watcher.start()
        head = {"authorization": f"Bearer {SECRET}"}
        with proxying(upstream, watcher.see) as address, httpx.Client(headers=head, trust_env=False) as client:
            path = f"{address}/v1/videos/text2video"
            body = {"prompt": f"say {SECRET}", "external_task_id": "one"}
            task = client.post(path, json=body).json()["data"]["task_id"]
            for _ in range(200):
                answer = client.get(f"{path}/{task}", params={"api_key": SECRET})
                said.append(f"{answer.headers} {answer.text}")
                if "finished_ok" in answer.text:
                    break
                time.sleep(0.02)
            said.append(client.get(f"{path}/{quote(SECRET, safe='')}").text)
            client.post(path, json={**body, "prompt": SECRET * 200})
        watcher.finish()
        for file in writers:
            file.close()
    assert len(echoed_by(said)) >= 3
    written = {path.name: path.read_text() for path in (har, journal)}
    assert "finished_ok" in written["traffic.har"]
    assert "status-known" in written["findings.jsonl"]
    assert leaks(written) == set()


def test_a_key_that_was_sent_everywhere_is_in_no_file_of_a_tap(tmp_path: Path) -> None:
    kept = tmp_path / "tap.db"
    with launch_tap(database=kept) as tap, httpx.Client(trust_env=False) as client:
        url = f"{tap.url}/v1/videos/text2video"
        head = {"authorization": f"Bearer {SECRET}", "x-note": base64.b64encode(SECRET.encode()).decode()}
        client.post(url, json={"prompt": f"say {SECRET}"}, headers=head, params={"key": SECRET})
        client.get(f"{url}/{quote(SECRET, safe='')}", headers=head)
        told = client.get(f"{tap.control_url}/requests").text
    assert "x-note" in told
    files = {path.name: path.read_bytes().decode("latin-1") for path in tmp_path.iterdir()}
    assert files
    assert leaks({**files, "told": told}) == set()


def test_a_key_that_is_repeated_everywhere_is_in_nothing_that_pytest_writes(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    plugins = ["-p", "klingkit_contract.plugin", "-p", "no:cacheprovider"]
    with launch(["xiexus"], defects=["key-echoed"], keys=[SECRET], speed=600.0) as emulator:
        command = [
            *(sys.executable, "-m", "pytest", *plugins, "-rA", "-vv", "-l", "--junitxml", str(junit)),
            *("--klingkit-relay", "xiexus", "--klingkit-base-url", emulator.base_url("xiexus")),
            *("-m", "klingkit_relay", "-k", "secret-echoed or unknown-id"),
        ]
        environ = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "KLINGKIT_XIEXUS_API_KEY": SECRET}
        done = subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=100, check=False
        )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED klingkit[xiexus]::relay::secret-echoed" in done.stdout
    assert leaks({"stdout": done.stdout, "stderr": done.stderr, "junit.xml": junit.read_text()}) == set()
