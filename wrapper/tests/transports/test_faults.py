"""Both transports under every fault of the emulator: they say the same, and a create is posted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from klingkit import (
    AnswerTimeoutError,
    ConnectionLostError,
    HtmlPageError,
    KlingError,
    Network,
    NotJsonError,
    OutcomeUnknownError,
    RedirectError,
    RelayServerError,
    Timeouts,
)
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_emulator.launch import Emulator


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official", "anyapi"]) as running:
        yield running


# Kind of fault, what a create at `official` then ends in (None: with its task), and how many tasks are charged.
CREATES: dict[str, tuple[type[KlingError] | None, int]] = {
    "close-mid-body": (None, 1),
    "drop-after-accept": (None, 1),
    "drop-before": (OutcomeUnknownError, 0),
    "html-200": (OutcomeUnknownError, 0),
    "read-timeout": (None, 1),
    "redirect": (RedirectError, 0),
    "reset-mid-body": (None, 1),
    "slow-drip": (None, 1),
    "status-429": (None, 1),
    "status-500": (OutcomeUnknownError, 0),
    "status-500-after-accept": (None, 1),
    "status-502": (OutcomeUnknownError, 0),
    "status-503": (OutcomeUnknownError, 0),
    "status-504": (OutcomeUnknownError, 0),
    "truncated-json": (None, 1),
}


@pytest.mark.parametrize("kind", CREATES)
def test_a_create_under_a_fault_is_posted_once_and_found_again(
    emulator: Emulator, either: Any, transport: str, kind: str
) -> None:
    expected, charged = CREATES[kind]
    emulator.plant(kind, relay="official", operation="create", seconds=0.2 if kind == "slow-drip" else None)
    kling = either.open(
        "official",
        api_key=emulator.api_key,
        base_url=emulator.base_url("official"),
        network=Network(transport),  # type: ignore[arg-type]
        timeout=Timeouts(read=1.0) if kind == "read-timeout" else None,
    )
    before = emulator.charges("official")
    try:
        if expected is None:
            task = either.run(kling.video.text_to_video("A fox", model_name="kling-v2-6", duration=5))
            assert either.run(kling.tasks.get(task.task_id, operation="text_to_video")).task_id == task.task_id
        else:
            with pytest.raises(expected):
                either.run(kling.video.text_to_video("A fox", model_name="kling-v2-6", duration=5))
    finally:
        emulator.clear_faults()
    assert emulator.charges("official") - before == charged


READS: dict[str, type[KlingError]] = {
    "close-mid-body": ConnectionLostError,
    "drop-after-accept": ConnectionLostError,
    "drop-before": ConnectionLostError,
    "html-200": HtmlPageError,
    "read-timeout": AnswerTimeoutError,
    "redirect": RedirectError,
    "reset-mid-body": ConnectionLostError,
    "status-500": RelayServerError,
    "status-502": RelayServerError,
    "truncated-json": NotJsonError,
}


@pytest.mark.parametrize("kind", READS)
def test_a_query_under_a_fault_says_what_happened(emulator: Emulator, either: Any, transport: str, kind: str) -> None:
    kling = either.open(
        "official",
        api_key=emulator.api_key,
        base_url=emulator.base_url("official"),
        network=Network(transport),  # type: ignore[arg-type]
        timeout=Timeouts(read=1.0) if kind == "read-timeout" else None,
        max_retries=0,
    )
    task = either.run(kling.video.text_to_video("A fox", model_name="kling-v2-6", duration=5))
    emulator.plant(kind, relay="official", operation="get")
    try:
        with pytest.raises(READS[kind]) as caught:
            either.run(kling.tasks.get(task.task_id, operation="text_to_video"))
        assert type(caught.value) is READS[kind]
        assert either.run(kling.tasks.get(task.task_id, operation="text_to_video")).task_id == task.task_id
    finally:
        emulator.clear_faults()
