"""A relay that is asked with signed tokens in place of a key."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from klingkit_contract import catalogue, events
from klingkit_contract.credentials import SignedKey
from klingkit_contract.errors import MissingKeyError, OptionError
from klingkit_contract.exchanges import Answer, Auth, Request
from klingkit_contract.findings import Verdict
from klingkit_contract.planted import narrowed, operations_for
from klingkit_contract.redaction import Redactor
from klingkit_contract.report import write_all
from klingkit_contract.runner import Options, run
from klingkit_contract.targets import read_targets
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from klingkit_contract.session import Session

ACCESS, SECRET = "KLINGKIT_OFFICIAL_ACCESS_KEY", "KLINGKIT_OFFICIAL_SECRET_KEY"
STANDARD = frozenset({"standard_text2video_create", "standard_task_get"})


def signed_run(defects: list[str], *checks: str, more: frozenset[str] = frozenset()) -> tuple[events.Results, Any]:
    """Check the emulated official API with a pair from the environment, and return what the target had to hide."""
    with launch(["official"], defects=defects, speed=600.0) as emulator:
        environment = {ACCESS: emulator.access_key, SECRET: emulator.secret_key, "KLINGKIT_API_KEY": "sk-not-this-one"}
        (target,) = read_targets(
            ["official"],
            environment,
            base_url=emulator.base_url("official"),
            other_api_key=emulator.other_api_key,
        )
        target = narrowed(target, operations_for("") | more)
        return events.collect(run([target], Options(catalogue.select(checks), budget=20, wait=3.0))), target


def red(results: events.Results) -> set[str]:
    return {cell.check for cell in results.cells.values() if cell.verdict is Verdict.FINDING}


def test_an_honest_relay_that_is_asked_with_tokens_keeps_every_promise_and_what_wants_a_key_says_so() -> None:
    results, target = signed_run([], more=STANDARD)
    assert red(results) == set()
    assert target.key == ""
    untested = {key[1]: cell.reason for key, cell in results.cells.items() if cell.verdict is Verdict.NOT_TESTED}
    assert untested.keys() == STANDARD
    assert set(untested.values()) == {"takes an API key alone, and this run signs tokens: give --api-key"}
    checked = {check: results.cells["official", "video_text2video_get", check].verdict for check in ("auth-wrong",)}
    assert checked == {"auth-wrong": Verdict.PASS}


@pytest.mark.parametrize(
    ("defect", "check"), [("wrong-key-accepted", "auth-wrong"), ("missing-auth-accepted", "auth-missing")]
)
def test_checks_of_keys_keep_their_sense(defect: str, check: str) -> None:
    results, _ = signed_run([defect], "auth-missing", "auth-wrong", "auth-place")
    assert red(results) == {check}


def test_the_wrong_key_is_a_token_for_the_same_account_that_another_secret_signed() -> None:
    key = SignedKey("access-key-1", "secret-key-1-of-thirty-two-bytes-or-more", lambda: 1_700_000_000.0)
    head, said, signature = key.forged().reveal().split(".")
    mine = key.reveal().split(".")
    assert [head, said] == mine[:2]
    assert signature != mine[2]


def test_tokens_are_made_anew_before_they_expire_and_none_is_forgotten() -> None:
    now = [1_700_000_000.0]
    key = SignedKey("access-key-1", "secret-key-1-of-thirty-two-bytes-or-more", lambda: now[0])
    tokens = []
    for seconds in (0, 60, 1800, 1800):
        now[0] += seconds
        tokens.append(key.reveal())
    assert len(set(tokens)) == 3
    assert {"access-key-1", "secret-key-1-of-thirty-two-bytes-or-more", *tokens} <= set(key.hidden)
    assert "access-key-1" not in key.sensitive
    redactor = Redactor(key.hidden)
    for token in tokens:
        hidden = base64.b64encode(f"Bearer {token}".encode()).decode()
        assert token[-20:] not in redactor.text(f"{token} {json.dumps(token)} {hidden}")
        assert hidden[20:-4] not in redactor.text(hidden)


def test_a_token_that_is_refused_for_its_times_is_made_by_the_relays_clock_and_sent_once_more(
    session_over: Callable[..., Session],
) -> None:
    key = SignedKey("access-key-1", "secret-key-1-of-thirty-two-bytes-or-more", lambda: 1_700_000_000.0)
    early = json.dumps({"code": 1003, "message": "not active yet"}).encode()
    answers = [Answer(401, (("Date", "Tue, 14 Nov 2023 21:13:20 GMT"),), early), Answer(200, (), b"{}")]
    session = session_over(lambda *_: answers.pop(0))
    session.guard.keys = {**session.guard.keys, Auth.KEY: key}
    record = session.guard.send(Request("GET", "/v1/videos/text2video"))
    first, second = (headers["authorization"] for _, _, headers, _ in session.guard.transport.sent)
    assert record.answer.status == 200
    claims = [json.loads(base64.b64decode(token.split(".")[1] + "==")) for token in (first, second)]
    assert claims[0]["exp"] - claims[1]["exp"] == 3600


def test_a_relay_that_repeats_tokens_is_found_and_none_is_written_down(tmp_path: Path) -> None:
    results, target = signed_run(["key-echoed", "key-in-result-url"])
    assert red(results) == {"secret-echoed"}
    written = "".join(path.read_text() for path in write_all(results, tmp_path)) + repr(results) + repr(target.signed)
    assert len(target.hidden) >= 5
    for secret in filter(None, target.hidden):
        assert secret not in written
        assert base64.b64encode(secret.encode()).decode().rstrip("=")[:-2] not in written
    assert "Authorization: Bearer $TOKEN" in written


def test_the_pair_is_found_where_the_client_finds_it_and_a_key_of_the_relay_goes_before_it() -> None:
    pair = {ACCESS: "access-key-1", SECRET: "secret-key-1-of-thirty-two-bytes-or-more"}
    (target,) = read_targets(["official"], {**pair, "KLINGKIT_API_KEY": "sk-common"})
    assert (target.key, target.signed is not None) == ("", True)
    (target,) = read_targets(["official"], {**pair, "KLINGKIT_OFFICIAL_API_KEY": "sk-own"})
    assert (target.key, target.signed) == ("sk-own", None)
    (target,) = read_targets(["official"], pair, api_key="sk-given")
    assert target.key == "sk-given"
    both = read_targets(["official", "haoee"], {**pair, "KLINGKIT_API_KEY": "sk-common"})
    assert [each.key for each in both] == ["", "sk-common"]


def test_half_a_pair_is_refused_and_a_missing_one_is_named() -> None:
    with pytest.raises(OptionError, match=f"{ACCESS} is set and {SECRET} is not"):
        read_targets(["official"], {ACCESS: "access-key-1"})
    with pytest.raises(MissingKeyError, match=f"or {ACCESS} and {SECRET}"):
        read_targets(["official"], {})


def test_a_target_is_not_printed_with_what_signs() -> None:
    (target,) = read_targets(["official"], {ACCESS: "access-key-1", SECRET: "secret-key-1-of-thirty-two-bytes-or-more"})
    assert "secret-key-1-of-thirty-two-bytes-or-more" not in repr(replace(target, document={}))
