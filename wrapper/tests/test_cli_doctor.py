"""`klingkit doctor`: what it looks at, what it makes of it, and that it costs nothing."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit._effects import Reply
from klingkit._transport import SyncTransport, transport_error
from klingkit.cli import _dispatch
from klingkit.cli._fingerprint import envelope_of, gateway_of
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from klingkit._effects import Call

KEY = "sk-Test0123456789abcdef"
RELAYS = ["official", "anyapi", "xiexus", "openai-next", "haoee"]
UNKNOWN = {"code": 1201, "message": "Task not found by id", "request_id": "r-1"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(RELAYS) as running:
        yield running


@pytest.fixture(autouse=True)
def config(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without settings; the configuration file that would be read."""
    monkeypatch.delenv("KLINGKIT_RELAY", raising=False)
    monkeypatch.delenv("KLINGKIT_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    file = tmp_path / "klingkit" / "config.toml"
    file.parent.mkdir()
    return file


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KLINGKIT_ANYAPI_API_KEY", KEY)
    return KEY


class Doctor:
    """Runs the command and reads what it says."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *argv: str) -> tuple[int, list[dict[str, Any]]]:
        status = _dispatch.main(["doctor", *argv, "--json"])
        out, err = self._capsys.readouterr()
        assert err == ""
        assert KEY not in out
        return status, json.loads(out)

    def wrong(self, *argv: str) -> list[str]:
        """Return what is wrong."""
        status, lines = self(*argv)
        found = [f"{line['what']}: {line['advice']}" for line in lines if line["fine"] is False]
        assert status == (1 if found else 0)
        return found


@pytest.fixture
def doctor(capsys: pytest.CaptureFixture[str]) -> Doctor:
    return Doctor(capsys)


@pytest.mark.parametrize("relay", RELAYS)
def test_a_healthy_relay_is_found_healthy_and_nothing_is_created(
    relay: str, emulator: Emulator, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLINGKIT_API_KEY", emulator.api_key)
    before = emulator.charges(relay)
    assert doctor.wrong("--relay", relay, "--base-url", emulator.base_url(relay)) == []
    assert emulator.charges(relay) == before


def test_a_key_that_is_refused_is_found(emulator: Emulator, doctor: Doctor, key: str) -> None:
    [wrong] = doctor.wrong("--relay", "anyapi", "--base-url", emulator.base_url("anyapi"))
    assert wrong.startswith("the key is refused (HTTP 401, code 1002): check the key")


def test_it_asks_by_get_alone(respx_mock: Any, doctor: Doctor, key: str) -> None:
    respx_mock.route(method="GET", host="www.anyapi.vip").respond(400, json=UNKNOWN)
    assert doctor.wrong("--relay", "anyapi") == []
    assert {call.request.method for call in respx_mock.calls} == {"GET"}


def test_the_output_is_marked_and_fits_80_columns(
    respx_mock: Any, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    respx_mock.route(host="www.anyapi.vip").respond(401, json={"code": 1000, "message": "no"})
    assert _dispatch.main(["doctor", "--relay", "anyapi"]) == 1
    out = capsys.readouterr().out
    assert "✓ anyapi: key in KLINGKIT_ANYAPI_API_KEY: sk-*** (23 characters)" in out
    assert "✗ anyapi: the key is refused" in out
    assert KEY not in out
    assert max(len(line) for line in out.splitlines()) <= 80


def test_without_any_key_it_says_which_variable_to_set(doctor: Doctor) -> None:
    assert doctor.wrong() == ["no relay has a key: see `klingkit relays show ID` for the variable to set"]


def test_without_a_relay_named_those_with_a_key_are_asked(respx_mock: Any, doctor: Doctor, key: str) -> None:
    respx_mock.route(host="www.anyapi.vip").respond(400, json=UNKNOWN)
    _, lines = doctor()
    assert {line["about"] for line in lines} == {"klingkit", "anyapi"}


def test_a_relay_without_a_key_is_asked_all_the_same(respx_mock: Any, doctor: Doctor) -> None:
    respx_mock.route(host="www.anyapi.vip").respond(401, json={"code": 1000, "message": "no"})
    status, lines = doctor("--relay", "anyapi")
    assert status == 1
    assert [line["what"] for line in lines if line["fine"] is False] == ["no key"]
    assert any(line["what"].startswith("without a key it refuses") for line in lines)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (httpx.ConnectError("refused"), "www.anyapi.vip is not reached: check the network"),
        (httpx.ConnectTimeout("late"), "www.anyapi.vip is not reached: check the network"),
        (httpx.ReadTimeout("late"), "www.anyapi.vip gives no answer: try again later"),
        (socket.gaierror(-2, "unknown"), "there is no host www.anyapi.vip: check the address"),
        (ssl.SSLCertVerificationError(1, "self-signed"), "the certificate of www.anyapi.vip is not trusted: check"),
        (ssl.SSLError(1, "WRONG_VERSION_NUMBER"), "www.anyapi.vip does not speak TLS as expected: check the port"),
    ],
)
def test_what_keeps_it_from_the_relay_is_named(
    failure: Exception, expected: str, monkeypatch: pytest.MonkeyPatch, doctor: Doctor, key: str
) -> None:
    def fail(_: object, call: Call) -> None:
        # As httpx raises it: its own error, from the system's where there is one.
        try:
            if isinstance(failure, httpx.HTTPError):
                raise failure
            raise httpx.ConnectError("no") from failure
        except httpx.HTTPError as error:
            raise transport_error(error, call.relay, call.operation, call.url) from error

    monkeypatch.setattr(SyncTransport, "send", fail)
    [wrong] = doctor.wrong("--relay", "anyapi")
    assert wrong.startswith(expected)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, []), (60, []), (3600, ["behind"]), (-3600, ["ahead of"])],
)
def test_a_clock_that_is_off_is_found(
    seconds: int, expected: list[str], respx_mock: Any, doctor: Doctor, key: str
) -> None:
    told = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    respx_mock.route(host="www.anyapi.vip").respond(400, json=UNKNOWN, headers={"date": told})
    found = doctor.wrong("--relay", "anyapi")
    assert len(found) == len(expected)
    for sentence, word in zip(found, expected, strict=True):
        assert f"seconds {word} the relay's" in sentence


@pytest.mark.parametrize("told", ["", "yesterday", "Sun, 22 Nov 99999 07:44:10 GMT"])
def test_a_relay_that_does_not_tell_the_time_is_not_blamed(
    told: str, respx_mock: Any, doctor: Doctor, key: str
) -> None:
    respx_mock.route(host="www.anyapi.vip").respond(400, json=UNKNOWN, headers={"date": told} if told else {})
    assert doctor.wrong("--relay", "anyapi") == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.Response(200, html="<!doctype html><html></html>"), "a web page came for text-to-video: check base_url"),
        (
            httpx.Response(301, headers={"location": "https://new.example/x?a=b"}),
            "it redirects to https://new.example/x",
        ),
        (httpx.Response(500, json={"code": 5000, "message": "no"}), "it fails (HTTP 500, code 5000): ask the relay's"),
        (httpx.Response(200, content=b""), "it fails (HTTP 200): ask the relay's support"),
    ],
)
def test_an_answer_that_is_none_is_found(
    answer: httpx.Response, expected: str, respx_mock: Any, doctor: Doctor, key: str
) -> None:
    respx_mock.route(host="www.anyapi.vip").mock(return_value=answer)
    [wrong] = doctor.wrong("--relay", "anyapi")
    assert expected in wrong


def test_a_path_that_is_not_there_is_not_taken_for_an_unknown_task(respx_mock: Any, doctor: Doctor, key: str) -> None:
    respx_mock.route(host="www.anyapi.vip").respond(404, json={"error": {"message": "Invalid URL", "code": ""}})
    _, lines = doctor("--relay", "anyapi")
    [line] = [line for line in lines if "an unknown text-to-video task" in line["what"]]
    assert line["fine"] is None
    assert "path_prefix" in line["advice"]


def test_a_broken_configuration_is_found(config: Path, doctor: Doctor) -> None:
    config.write_text("\n[relay", encoding="utf-8")
    [wrong] = doctor.wrong()
    assert wrong.startswith("the configuration file is broken: ")
    assert "line 2" in wrong


def test_the_configured_relay_is_asked(config: Path, doctor: Doctor, respx_mock: Any) -> None:
    config.write_text(
        'default_relay = "mirror"\n[relay.mirror]\nlike = "anyapi"\nbase_url = "https://mirror.example"\n',
        encoding="utf-8",
    )
    respx_mock.route(host="mirror.example").respond(400, json=UNKNOWN)
    assert doctor.wrong() == ["no key: set KLINGKIT_MIRROR_API_KEY, or KLINGKIT_API_KEY, which serves every relay"]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [(["--relay", "nope"], "it cannot be asked: There is no relay 'nope'")],
)
def test_a_relay_that_does_not_exist_is_found(argv: list[str], expected: str, doctor: Doctor) -> None:
    [wrong] = doctor.wrong(*argv)
    assert wrong.startswith(expected)


def test_marks_that_the_output_cannot_take_are_words(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", "XDG_CONFIG_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "klingkit.cli", "doctor", "--relay", "nope"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "NO nope: it cannot be asked" in done.stdout


def test_an_address_needs_one_relay(capsys: pytest.CaptureFixture[str]) -> None:
    assert _dispatch.main(["doctor", "--base-url", "http://127.0.0.1:9"]) == 2
    assert "give one --relay with it" in capsys.readouterr().err


def reply(status: int, body: Any, **headers: str) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


PAGE = b"<!doctype html><html><body>New API</body></html>"


@pytest.mark.parametrize(
    ("unknown", "listed", "expected"),
    [
        (reply(400, UNKNOWN), None, "Kling itself, or a gateway that hands its answers through"),
        (
            reply(400, {"code": "task_not_exist", "message": "", "data": None}, x_oneapi_request_id="2026"),
            reply(200, PAGE, x_oneapi_request_id="2027"),
            "a new-api gateway, generation A or B",
        ),
        (
            reply(404, {"code": "task_not_found", "message": "Task not found"}, x_new_api_version="v1.0.0"),
            reply(405, b""),
            "a new-api gateway, version v1.0.0, generation C",
        ),
        (
            reply(401, {"error": {"message": "Invalid token", "type": "new_api_error"}}),
            reply(405, b"", x_oneapi_request_id="2026"),
            "a new-api gateway, generation C",
        ),
        (reply(401, {"error": {"message": "no", "type": "new_api_error"}}), None, "a new-api gateway"),
        (
            reply(200, PAGE, x_oneapi_request_id="2026"),
            None,
            "a gateway of the one-api and new-api family",
        ),
        (reply(404, {"detail": "Not Found"}), None, "a gateway klingkit has no marks of"),
        (reply(500, b"\xff\x00"), None, "a gateway klingkit has no marks of"),
    ],
)
def test_the_gateway_is_known_by_its_marks(unknown: Reply, listed: Reply | None, expected: str) -> None:
    assert gateway_of(unknown, listed) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (UNKNOWN, "{code, message, request_id}"),
        (PAGE, "a web page"),
        (b"", "no JSON"),
        ([], "a JSON list"),
        ({"\x1b[2J": 1}, "{[2J}"),
    ],
)
def test_the_shape_of_an_answer_is_named(body: Any, expected: str) -> None:
    assert envelope_of(reply(200, body)) == expected
