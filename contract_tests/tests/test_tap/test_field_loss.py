"""Creates through a relay into a tap: every field that gets lost is found, and none that does not."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import klingkit_data
from klingkit.cli import main
from klingkit_contract import catalogue, events
from klingkit_contract.catalogue import Role
from klingkit_contract.contract import Contract
from klingkit_contract.errors import TapError
from klingkit_contract.findings import Verdict
from klingkit_contract.runner import Options, run
from klingkit_contract.samples import Samples
from klingkit_contract.tap.bodies import Maker
from klingkit_contract.tap.client import Tap
from klingkit_contract.targets import read_targets
from klingkit_emulator.launch import launch, launch_tap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from klingkit_emulator.launch import Tap as TapUrls

    Behind = Callable[[str], AbstractContextManager[tuple[str, str, Tap]]]

TEXT, IMAGE = "video_text2video_create", "video_image2video_create"
# What the body cache of a late A2 and of B loses: all but model, prompt, mode, image and duration.
CACHED_OUT = {"aspect_ratio", "negative_prompt", "cfg_scale", "camera_control", "callback_url", "external_task_id"}
CACHED_OUT_OF_IMAGES = (CACHED_OUT - {"aspect_ratio"}) | {"image_tail", "static_mask", "dynamic_masks"}
# What generations A and B cannot forward at all, as far as generation C's documents let it be sent.
NEVER_FORWARDED = {"shot_type", "multi_prompt", "watermark_info"}


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("KLINGKIT_API_KEY", "KLINGKIT_NEWAPI_B_API_KEY", "KLINGKIT_OFFICIAL_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def tapped() -> Iterator[TapUrls]:
    """One tap for all: it takes longer to start than to answer."""
    with launch_tap() as tap:
        yield tap


@pytest.fixture
def tap(tapped: TapUrls) -> Iterator[Tap]:
    """The tap's control address, with nothing recorded."""
    httpx.delete(f"{tapped.control_url}/requests").raise_for_status()
    with Tap(tapped.control_url) as client:
        yield client


@pytest.fixture
def behind(tapped: TapUrls, tap: Tap) -> Callable[[str], AbstractContextManager[tuple[str, str, Tap]]]:
    """Start an emulated gateway: its address, its key, and the tap it forwards to."""

    @contextmanager
    def start(gateway: str) -> Iterator[tuple[str, str, Tap]]:
        with launch([gateway], upstream=tapped.url) as emulator:
            yield emulator.base_url(gateway), emulator.api_key, tap

    return start


def check(relay: str, url: str, key: str, tap: Tap, budget: int = 50) -> events.Results:
    options = Options(catalogue.select(("field-loss",)), budget=budget, tap=tap)
    return events.collect(run(read_targets([relay], {}, base_url=url, api_key=key), options))


def lost(results: events.Results) -> dict[str, dict[str, str]]:
    """Return, per operation, the fields with findings and what became of them."""
    return {
        cell.operation: dict(finding.signature.rsplit(" ", 1) for finding in cell.findings)  # type: ignore[misc]
        for cell in results.cells.values()
        if cell.verdict is not Verdict.NOT_APPLICABLE
    }


def reasons(results: events.Results) -> set[str]:
    return {cell.reason for cell in results.cells.values() if cell.verdict is not Verdict.NOT_APPLICABLE}


def test_of_a_gateway_with_the_body_cache_exactly_the_fields_it_loses_are_reported(behind: Behind) -> None:
    with behind("newapi-b") as place:
        found = lost(check("newapi-a1", *place))
    assert set(found[TEXT]) == CACHED_OUT
    assert set(found[IMAGE]) == CACHED_OUT_OF_IMAGES
    assert found[TEXT]["aspect_ratio"] == found[TEXT]["cfg_scale"] == "changed"
    assert {found[TEXT][name] for name in CACHED_OUT - {"aspect_ratio", "cfg_scale"}} == {"dropped"}


def test_of_an_older_gateway_other_fields_are_reported(behind: Behind) -> None:
    with behind("newapi-a1") as place:
        found = lost(check("newapi-c", *place))
    assert set(found[TEXT]) == NEVER_FORWARDED | {"cfg_scale"}  # a 0 is taken for nothing said
    assert found[TEXT]["watermark_info"] == "dropped"


@pytest.mark.parametrize("gateway", ["newapi-a1", "newapi-a2", "newapi-b", "newapi-c"])
def test_what_a_gateway_does_by_its_documents_is_no_finding(behind: Behind, gateway: str) -> None:
    with behind(gateway) as place:
        results = check(gateway, *place)
    assert lost(results) == {TEXT: {}, IMAGE: {}}
    assert {cell.verdict for cell in results.cells.values()} == {Verdict.PASS, Verdict.NOT_APPLICABLE}


def test_a_documented_loss_is_told_beside_the_pass(behind: Behind) -> None:
    with behind("newapi-a1") as place:
        assert any("known of this software: cfg_scale" in reason for reason in reasons(check("newapi-a1", *place)))


def test_nothing_is_lost_where_nothing_lies_between(tapped: TapUrls, tap: Tap) -> None:
    results = check("official", tapped.url, "sk-any-key", tap, budget=200)
    verdicts = {cell.operation: cell.verdict for cell in results.cells.values() if cell.verdict is not Verdict.PASS}
    assert set(verdicts.values()) == {Verdict.NOT_APPLICABLE}
    contract = Contract(klingkit_data.load("resolved/relays/official.openapi.yaml"))
    assert not set(verdicts) & {create.id for create in contract.of_role(Role.CREATE)}


def test_no_create_leaves_without_a_budget_and_never_more_than_it_allows(behind: Behind) -> None:
    with behind("newapi-a1") as (url, key, tap):
        results = check("newapi-a1", url, key, tap, budget=0)
        assert reasons(results) == {"needs --budget 1 or more"}
        assert tap.creates(0) == []
        results = check("newapi-a1", url, key, tap, budget=1)
        assert results.relays["newapi-a1"].paid == 1
        assert reasons(results) >= {"needs --budget 2 or more"}


def test_a_relay_that_forwards_elsewhere_is_not_tested(tap: Tap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("klingkit_contract.tap.client._HERE", 0.2)
    with launch(["newapi-c"]) as emulator:
        results = check("newapi-c", emulator.base_url("newapi-c"), emulator.api_key, tap)
    assert {cell.verdict for cell in results.cells.values()} == {Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}
    assert all("nothing arrived at the tap" in reason for reason in reasons(results) if "not apply" not in reason)


def test_a_relay_that_refuses_says_why_nothing_was_seen(behind: Behind) -> None:
    with behind("newapi-b") as (url, key, tap):
        results = check("openai-next", f"{url}/kling/kling", key, tap)
        assert tap.creates(0) == []
    assert all("not passed on by the relay: it answered a web page" in reason for reason in reasons(results))


def test_bodies_are_valid_and_say_what_no_default_says() -> None:
    contract = Contract(klingkit_data.load("resolved/relays/official.openapi.yaml"))
    samples = Samples(contract)
    for create in contract.of_role(Role.CREATE):
        maker = Maker(contract, samples, create)
        bodies = [*maker.full(), maker.bare(lambda _: True)]
        assert all(maker.valid(maker.marked(body, "mark-1")) for body in bodies), create.id
        if create.id == TEXT:
            assert set(maker.names) == {name for body in bodies for name in body} | {"external_task_id"}
            first = bodies[0]
            assert (first["mode"], first["aspect_ratio"], first["duration"] != "5") == ("pro", "9:16", True)


def test_an_address_without_a_tap_is_refused_before_anything_is_sent() -> None:
    with launch(["newapi-c"]) as emulator, Tap(emulator.url) as client:
        with pytest.raises(TapError, match="start one with `klingkit tap`"):
            check("newapi-c", emulator.base_url("newapi-c"), emulator.api_key, client)
        assert emulator.charges("newapi-c") == 0


@contextmanager
def careless(kling: str) -> Iterator[str]:
    """Serve a relay that sends each create twice, always to image to video, under a wrong name and with its key."""

    class Careless(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(404, b"{}")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body["negativePrompt"] = body.pop("negative_prompt", "")
            headers = {"authorization": self.headers["authorization"]}
            for _ in range(2):
                answer = httpx.post(f"{kling}/v1/videos/image2video", json=body, headers=headers)
            self._say(answer.status_code, answer.content)

        def _say(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_relay_that_repeats_renames_and_mistakes_a_create_is_found(tapped: TapUrls, tap: Tap) -> None:
    with careless(tapped.url) as url:
        results = check("newapi-a1", f"{url}/", "sk-a-key-of-mine", tap)
    assert lost(results)[TEXT] == {"path": "changed", "create": "repeated", "negative_prompt": "renamed"}
    assert "repeated" in lost(results)[IMAGE].values()
    severities = {f.signature: f.severity.value for cell in results.cells.values() for f in cell.findings}
    assert severities["create repeated"] == "critical"


def test_a_create_of_somebody_else_is_not_mistaken_for_ours(tapped: TapUrls, tap: Tap) -> None:
    headers = {"authorization": "Bearer somebody"}
    for prompt in ("not ours", "ours mark-7"):
        httpx.post(f"{tapped.url}/v1/videos/text2video", json={"prompt": prompt}, headers=headers).raise_for_status()
    assert [arrival.body["prompt"] for arrival in tap.find("mark-7", 0, near=True, wait=True)] == ["ours mark-7"]
    assert tap.find("mark-8", 0, near=True, wait=False) == []  # two candidates are none


def test_a_create_whose_mark_was_lost_is_known_as_the_only_one(tapped: TapUrls, tap: Tap) -> None:
    headers = {"authorization": "Bearer relay"}
    httpx.post(f"{tapped.url}/v1/videos/text2video", json={"prompt": "lost"}, headers=headers).raise_for_status()
    assert [arrival.body["prompt"] for arrival in tap.find("mark-9", 0, near=True, wait=False)] == ["lost"]


# ------------------------------------------------------------------------------------------------ the command


def test_the_command_reports_each_lost_field_everywhere(
    behind: Behind, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with behind("newapi-b") as (url, key, tap):
        argv = ["--relay", "newapi-a1", "--base-url", url, "--api-key", key, "--tap", tap.url, "--budget", "9"]
        status = main(["check", *argv, "--no-history", "--report", str(tmp_path)])
        assert status == 1
        kept = httpx.get(f"{tap.url}/requests?after=0").text
    assert "negative_prompt" in capsys.readouterr().out
    document = json.loads((tmp_path / "matrix.json").read_text())
    findings: list[dict[str, Any]] = [finding for cell in document["cells"] for finding in cell["findings"]]
    assert {finding["check"] for finding in findings} == {"field-loss"}
    assert len(findings) == len(CACHED_OUT) + len(CACHED_OUT_OF_IMAGES)
    told = next(finding for finding in findings if finding["signature"] == "negative_prompt dropped")
    assert told["pointer"].endswith("/properties/negative_prompt")
    assert f"--tap {tap.url}" in told["reproduce"]
    assert "negative_prompt" in told["exchange"]["request_body"]
    assert "negative_prompt was sent as" in (tmp_path / "index.html").read_text()
    assert key not in kept + "".join(path.read_text() for path in tmp_path.iterdir())


def test_gateways_are_emulated_with_a_tap_behind_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--all-emulated", "--tap", "emulated", "--relay", "newapi-c"]) == 0
    out = capsys.readouterr().out
    assert "no findings" in out
    assert "field-loss" in out


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (["--all-emulated", "--tap", "http://127.0.0.1:9"], "--tap emulated goes with --all-emulated"),
        (["--relay", "official", "--tap", "emulated"], "--tap emulated goes with --all-emulated"),
        (["--all-emulated", "--tap", "emulated", "--relay", "anyapi"], "anyapi forwards to nobody"),
        (["--all-emulated", "--check", "field-loss"], "shows behind the relay only: start `klingkit tap`"),
        (["--relay", "official", "--tap", "nonsense"], "'nonsense' is no address"),
    ],
)
def test_what_makes_no_sense_is_refused(argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *argv]) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_a_run_without_a_tap_does_not_ask_for_one() -> None:
    with launch(["newapi-c"]) as emulator:
        targets = read_targets(["newapi-c"], {}, base_url=emulator.base_url("newapi-c"), api_key=emulator.api_key)
        results = events.collect(run(targets, Options(catalogue.select(("field-loss", "unknown-path")))))
    assert [entry.id for entry in results.started.checks] == ["unknown-path"]
