"""A run from the first event to the last, over relays that behave and relays that do not."""

from __future__ import annotations

import base64
import itertools
import json
import sys
from typing import TYPE_CHECKING

import pytest

from klingkit_contract import catalogue, events, fuzzing
from klingkit_contract.errors import MissingKeyError, OptionError, UnknownRelayError, UnreachableError
from klingkit_contract.findings import Verdict
from klingkit_contract.report import write_all
from klingkit_contract.runner import Options, run
from klingkit_contract.targets import read_targets

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

KEY = "sk-secret/of+mine=1234567890"


def check(address: str, *checks: str, budget: int = 0) -> events.Results:
    targets = read_targets(["haoee"], {}, base_url=address, api_key=KEY)
    options = Options(catalogue.select(checks), budget=budget, wait=0.2, timeout=2.0)
    return events.collect(run(targets, options))


def reply(handler: BaseHTTPRequestHandler, status: int, body: bytes, media_type: str = "application/json") -> None:
    handler.send_response(status)
    handler.send_header("content-type", media_type)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


PICTURES = frozenset(f"image_multi_image2image_{verb}" for verb in ("create", "get", "list"))


def test_the_same_seed_gives_the_same_verdicts(on_emulator: Callable[..., object]) -> None:
    first, second = (on_emulator(["haoee"], seed=3, operations=PICTURES).verdicts("haoee") for _ in range(2))
    assert first == second


def test_every_relay_has_one_cell_per_operation_and_check(on_emulator: Callable[..., object]) -> None:
    results = on_emulator(["haoee"], checks=["unknown-path", "auth-missing"]).results
    started = results.started
    ids = [found.id for found in started.checks]
    assert ids == ["unknown-path", "auth-missing"]
    assert set(results.cells) == set(itertools.product(["haoee"], started.operations, ids))


def test_a_selected_check_sends_only_what_it_needs(on_emulator: Callable[..., object]) -> None:
    ran = on_emulator(["xiexus"], checks=["unknown-path"])
    assert ran.results.relays["xiexus"].requests <= 5


def test_an_operation_that_a_relay_does_not_offer_does_not_apply(on_emulator: Callable[..., object]) -> None:
    cell = on_emulator(["xiexus"], checks=["limits"]).results.cells["xiexus", "video_omni_video_create", "limits"]
    assert cell.verdict is Verdict.NOT_APPLICABLE


def test_what_no_page_describes_may_be_missing_and_what_one_describes_may_not(served: Callable[..., object]) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        reply(handler, 404, b'{"code": 1203, "message": "no such address", "request_id": "r"}')

    with served(answer) as address:
        cells = check(address, "auth-missing", "status-code", "missing-required").cells
    claimed = cells["haoee", "video_effects_get", "status-code"]
    assert claimed.verdict is Verdict.NOT_APPLICABLE
    assert claimed.reason.startswith("named by the relay's pages without a description, and not found")
    assert cells["haoee", "image_multi_image2image_list", "status-code"].reason.startswith("assumed from the official")
    described = cells["haoee", "image_multi_image2image_create", "missing-required"]
    assert described.verdict is not Verdict.NOT_APPLICABLE


def test_a_relay_that_does_not_answer_stops_the_run_before_it_starts() -> None:
    targets = read_targets(["haoee"], {}, base_url="http://127.0.0.1:9", api_key=KEY)
    with pytest.raises(UnreachableError, match=r"haoee at http://127\.0\.0\.1:9/kling does not answer"):
        next(run(targets, Options(catalogue.select(()))))


def test_a_relay_that_falls_silent_is_found_and_left_alone(served: Callable[..., object]) -> None:
    count = itertools.count()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if next(count) == 0:
            reply(handler, 404, b"{}")
        else:
            handler.close_connection = True
            handler.connection.close()

    with served(answer) as address:
        results = check(address, budget=3)
    assert next(count) < 30
    assert "server-error" in {cell.check for cell in results.cells.values() if cell.verdict is Verdict.FINDING}
    assert results.relays["haoee"].paid <= 3


@pytest.mark.parametrize("status", [200, 500])
def test_a_key_that_a_relay_repeats_is_in_no_report(served: Callable[..., object], tmp_path: Path, status: int) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        said = handler.headers.get("authorization", "")
        hidden = base64.b64encode(said.encode()).decode()
        body = {"code": 1002, "message": f"bad token {said} {hidden}", "request_id": said, "extra": [said, hidden]}
        reply(handler, status, json.dumps(body).encode())

    with served(answer) as address:
        results = check(address)
    written = "".join(path.read_text() for path in write_all(results, tmp_path)) + repr(results)
    assert any(cell.verdict is Verdict.FINDING for cell in results.cells.values())
    assert KEY not in written
    assert base64.b64encode(f"Bearer {KEY}".encode()).decode() not in written


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00", b'{"code": 0, "data": [{"task_id": "\\ud800"}]}', b"[" * 2000 + b"]" * 2000],
)
def test_no_answer_ends_a_run_early(served: Callable[..., object], tmp_path: Path, body: bytes) -> None:
    with served(lambda handler: reply(handler, 200, body)) as address:
        results = check(address, budget=2)
    assert results.relays["haoee"].paid <= 2
    assert write_all(results, tmp_path)


def test_every_redirect_is_an_answer_and_is_not_followed(served: Callable[..., object]) -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        handler.send_response(302)
        handler.send_header("location", "/elsewhere")
        handler.send_header("content-length", "0")
        handler.end_headers()

    with served(answer) as address:
        check(address)
    assert "/elsewhere" not in asked


def test_keys_are_looked_up_from_the_narrowest_place_on() -> None:
    environment = {"KLINGKIT_HAOEE_API_KEY": "own", "KLINGKIT_API_KEY": "common"}
    relays = ["haoee", "anyapi"]
    assert [target.key for target in read_targets(relays, environment)] == ["own", "common"]
    assert [target.key for target in read_targets(["haoee"], environment, api_key="given")] == ["given"]
    with pytest.raises(MissingKeyError, match="KLINGKIT_HAOEE_API_KEY"):
        read_targets(["haoee"], {})


def test_one_key_is_not_shown_to_several_relays() -> None:
    with pytest.raises(MissingKeyError, match="set KLINGKIT_HAOEE_API_KEY and KLINGKIT_ANYAPI_API_KEY"):
        read_targets(["haoee", "anyapi"], {"KLINGKIT_API_KEY": "common"})
    with pytest.raises(OptionError, match="go with one --relay"):
        read_targets(["haoee", "anyapi"], {}, api_key="given")


def test_an_address_of_ones_own_gets_the_relays_path_prefix() -> None:
    [target] = read_targets(["haoee"], {}, base_url="http://localhost:1/x/", api_key="k")
    assert target.url == "http://localhost:1/x/kling"
    assert target.command == "klingkit check --base-url http://localhost:1/x --relay haoee"


@pytest.mark.parametrize(
    "address", ["example.com", "ftp://example.com", "http://", "http://u:p@example.com", "http://x:y", "https://x/?a=1"]
)
def test_what_is_no_address_is_refused_without_repeating_credentials(address: str) -> None:
    with pytest.raises(OptionError, match="is no address to check") as caught:
        read_targets(["haoee"], {}, base_url=address, api_key="k")
    assert "u:p" not in str(caught.value)


def test_an_unknown_relay_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownRelayError, match="official, anyapi"):
        read_targets(["nowhere"], {}, api_key="k")


def test_a_generator_that_fails_is_told_and_does_not_end_the_run(
    on_emulator: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fatal:
        def __init__(self, _: object) -> None:
            pass

        def execute(self) -> list[object]:
            return [fuzzing.events.FatalError(exception=RuntimeError("no idea"))]

    monkeypatch.setattr(fuzzing, "from_schema", Fatal)
    cell = on_emulator(["haoee"]).results.cells["haoee", "image_multi_image2image_get", "response-schema"]
    assert cell.verdict is Verdict.PASS
    assert "could not be made (no idea)" in cell.reason


def test_threads_take_turns_as_before_once_a_run_is_over(served: Callable[..., object]) -> None:
    usual = sys.getswitchinterval()
    with served(lambda handler: reply(handler, 404, b"{}")) as address:
        targets = read_targets(["haoee"], {}, base_url=address, api_key=KEY)
        stream = run(targets, Options(catalogue.select(("unknown-path",)), wait=0.2, timeout=2.0))
        assert isinstance(next(stream), events.RunStarted)
        assert isinstance(next(stream), events.RelayStarted)
        assert sys.getswitchinterval() < usual
        stream.close()  # type: ignore[attr-defined]
    assert sys.getswitchinterval() == usual
