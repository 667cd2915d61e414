"""Errors carry what is needed, survive pickling, and never hold the key."""

from __future__ import annotations

import base64
import copy
import inspect
import json
import logging
import pickle
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from klingkit import _errors as errors
from klingkit._answer import TaskState
from klingkit._secrets import MASK, Secret
from klingkit._task import Task

KEY = "sk-Test+Key/0123456789=abc"
CLASSES = [getattr(errors, name) for name in errors.__all__]
NEEDED: dict[str, Any] = {
    "external_task_id": "mine-1",
    "when": datetime(2026, 1, 1, tzinfo=UTC),
    "fields": {"prompt": "x"},
    "seen": "a web page",
    "task": Task(None, "anyapi", "video_text2video", "831", None, TaskState("831", "failed", raw={"deep": []})),
    "task_id": "831",
    "http_status": 400,
}


def make(cls: type[errors.KlingError], sentence: str = "It went wrong. Mend it.") -> errors.KlingError:
    parameters = inspect.signature(cls.__init__).parameters
    needed = {name: NEEDED[name] for name in NEEDED if name in parameters}
    return cls(sentence, **needed, relay="anyapi", operation="video_text2video_create", request_id="r-1", status=500)


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_is_the_same_after_pickling_and_copying(cls: type[errors.KlingError]) -> None:
    error = make(cls)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is cls
        assert str(twin) == str(error)
        mine, other = vars(error).copy(), vars(twin).copy()
        assert repr(mine.pop("task", None)) == repr(other.pop("task", None))
        assert mine == other


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_says_whether_trying_again_makes_sense_and_how_a_command_ends(
    cls: type[errors.KlingError],
) -> None:
    error = make(cls)
    assert isinstance(error.retryable, bool)
    # A task that failed is a finding; everything else is something to mend.
    assert cls.exit_status == (1 if issubclass(cls, errors.TaskFailedError) else 2)
    assert cls.__name__.endswith("Error")


def test_only_a_connection_that_never_was_says_that_nothing_was_sent() -> None:
    unsent = {cls for cls in CLASSES if issubclass(cls, errors.TransportError) and not cls.sent}
    assert unsent == {errors.ConnectionFailedError}


def test_a_pickled_error_about_a_task_brings_the_task_without_its_raw_answer() -> None:
    twin = pickle.loads(pickle.dumps(make(errors.WaitTimeoutError)))
    assert twin.task.task_id == "831"
    assert twin.task.raw is None


def echoes(key: str) -> list[str]:
    """Return the forms in which a relay may send a key back."""
    return [
        key,
        key.upper(),
        quote(key, safe=""),
        quote(key, safe="").lower(),
        json.dumps(key),
        base64.b64encode(key.encode()).decode(),
        base64.b64encode(f"user:{key}".encode()).decode(),
        base64.urlsafe_b64encode(f"Bearer {key} and more".encode()).decode(),
    ]


@pytest.mark.parametrize("form", echoes(KEY))
def test_every_form_of_the_key_is_masked(form: str) -> None:
    masked = Secret(KEY).mask(f"before {form} after")
    assert MASK in masked
    assert KEY not in masked
    assert "Test" not in masked


def test_masking_leaves_everything_else_alone() -> None:
    text = "anyapi refused: the prompt is too long (HTTP 400, code 1201, request id abc)"
    assert Secret(KEY).mask(text) == text


def test_scrubbing_reaches_sentences_attributes_lists_notes_and_causes() -> None:
    cause = errors.RelayError(f"said {KEY}", message=KEY)
    error = errors.OutcomeUnknownError(
        f"lost {KEY}",
        external_task_id=KEY,
        when=datetime.now(UTC),
        fields={"prompt": f"{KEY}!", "list": [{"deep": KEY}]},
        seen=KEY,
    )
    error.add_note(f"note {KEY}")
    error.__cause__ = cause
    Secret(KEY).scrub(error)
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error)) + repr(vars(cause))
    assert KEY not in shown
    assert error.fields["list"] == [{"deep": MASK}]


def test_a_secret_shows_itself_to_nobody_and_is_not_pickled() -> None:
    secret = Secret(KEY)
    assert KEY not in repr(secret)
    assert KEY not in f"{secret}"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)


def test_the_log_masks_keys_in_use(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(KEY)
    with caplog.at_level(logging.DEBUG, logger="klingkit"):
        logging.getLogger("klingkit").info("status %r of %s", f"is {KEY}", Path("x"))
    assert secret.reveal() == KEY
    assert caplog.messages == [f"status 'is {MASK}' of x"]


@pytest.mark.parametrize("key", ["", "a", "abc"])
def test_a_key_too_short_to_be_told_from_words_masks_nothing(key: str) -> None:
    assert Secret(key).mask("abc a") == "abc a"
