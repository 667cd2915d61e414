"""Read what an answer says about tasks, whatever relay worded it, by the tables of dialects.toml.

Reading decides nothing about right or wrong: it only finds the id, the status word and the result addresses, so that
the checks can follow a task. Whether an answer has the promised shape is the judge's question.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

import klingkit_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Kind", "Reader", "Reading", "Step"]


# How results name their address: most one way, sounds once for each format, views of a thing by number.
_ADDRESSES = ("url", "url_mp3", "url_wav", "trial_url", "url_1")


class Kind(StrEnum):
    """What an answer is about."""

    TASK = "task"
    TASKS = "tasks"
    ERROR = "error"
    OTHER = "other"


class Step(IntEnum):
    """How far a task has come. A word nobody knows is `UNKNOWN` and never ends a wait."""

    UNKNOWN = -1
    QUEUED = 0
    RUNNING = 1
    FINAL = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer says. `word` is the relay's own status word, `state` the one it means (``queued`` ...)."""

    kind: Kind
    task_id: str = ""
    word: str | None = None
    state: str = ""
    urls: tuple[str, ...] = ()
    code: str = ""
    message: str = ""
    external_id: str = ""
    tasks: tuple[Reading, ...] = ()

    @property
    def step(self) -> Step:
        """How far the task has come."""
        return _STEPS.get(self.state, Step.UNKNOWN)


_STEPS = {
    "queued": Step.QUEUED,
    "running": Step.RUNNING,
    "succeeded": Step.FINAL,
    "failed": Step.FINAL,
    "cancelled": Step.FINAL,
}
_TYPES: dict[str, type] = {"string": str, "object": dict, "array": list, "integer": int}


class Reader:
    """Reads parsed JSON answers by the dialect tables.

    `id_places` and `word_places` are the dotted paths, ``[]`` for any list index, where task ids and status words
    stand in the envelopes.
    """

    def __init__(self, tables: Mapping[str, Any] | None = None) -> None:
        tables = klingkit_data.load("dialects.toml") if tables is None else tables
        self._envelopes: Sequence[Mapping[str, Any]] = tables["envelope"]
        self._errors: Sequence[Mapping[str, Any]] = tables["error"]
        self._words: Mapping[str, str] = tables["status_words"]
        self.id_places = frozenset(self._places("task_id"))
        self.word_places = frozenset(self._places("status"))

    def read(self, value: object) -> Reading:
        """Return what the parsed answer `value` says; never raises for any JSON value."""
        if not isinstance(value, dict):
            return Reading(Kind.OTHER)
        code = value.get("code")
        if code == "0":  # a success all the same; that it is text, the schema tells
            value = {**value, "code": 0}
        if isinstance(code, int) and not isinstance(code, bool) and code != 0:
            return self._read_error(value) or Reading(Kind.ERROR, code=str(code))
        envelope = next((envelope for envelope in self._envelopes if _fits(envelope, value)), None)
        if envelope is not None:
            return self._read_task(envelope, value)
        return self._read_error(value) or Reading(Kind.OTHER)

    def entry(self, value: object) -> Reading:
        """Return what a task that stands alone says, as lists and callbacks have them."""
        return self._read_entry(value) if isinstance(value, dict) else Reading(Kind.OTHER)

    def envelope(self, value: object) -> str:
        """Return the id of the envelope by which the parsed answer `value` is read, or an empty string."""
        if not isinstance(value, dict):
            return ""
        return next((str(envelope["id"]) for envelope in self._envelopes if _fits(envelope, value)), "")

    def state(self, word: str) -> str:
        """Return the state that a status word means, or an empty string when nobody knows the word."""
        return self._words.get(word.strip().lower(), "")

    def _read_task(self, envelope: Mapping[str, Any], value: Mapping[str, Any]) -> Reading:
        if "task_id" not in envelope:  # a list: its entries are read one by one
            entries = [entry for entry in value.get("data", ()) if isinstance(entry, dict)]
            return Reading(Kind.TASKS, tasks=tuple(self._read_entry(entry) for entry in entries))
        word = _first_text(value, envelope.get("status", ()))
        reading = Reading(
            Kind.TASK,
            task_id=_first_text(value, envelope["task_id"]) or "",
            word=word,
            state="" if word is None else self.state(word),
            urls=tuple(dict.fromkeys(_addresses(value, envelope))),
        )
        return replace(
            reading,
            message=_first_text(value, envelope.get("reason", ())) or "",
            external_id=_first_text(value, envelope.get("external_task_id", ())) or "",
        )

    def _read_entry(self, entry: Mapping[str, Any]) -> Reading:
        for envelope in self._envelopes:
            if "task_id" in envelope and _fits(envelope, entry):
                return self._read_task(envelope, entry)
        return Reading(Kind.TASK, task_id=_first_text(entry, ("task_id", "id")) or "")

    def _read_error(self, value: Mapping[str, Any]) -> Reading | None:
        for shape in self._errors:
            if _fits(shape, value):
                return Reading(
                    Kind.ERROR,
                    code=_first_text(value, shape.get("code", ())) or "",
                    message=_first_text(value, shape.get("message", ())) or "",
                )
        return None

    def _places(self, key: str) -> Iterator[str]:
        for envelope in self._envelopes:
            for place in envelope.get(key, ()):
                yield place
                if "." not in place:
                    yield f"data[].{place}"  # an entry of a list


def _fits(shape: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    if any(next(_walk(value, place), None) is None for place in shape["when"]):
        return False
    for place, name in shape.get("type", {}).items():
        found = next(_walk(value, place), None)
        if not isinstance(found, _TYPES[name]) or isinstance(found, bool):
            return False
    return all(next(_walk(value, place), None) == wanted for place, wanted in shape.get("equals", {}).items())


def _walk(value: object, place: str) -> Iterator[Any]:
    head, _, rest = place.partition(".")
    name, many = head.removesuffix("[]"), head.endswith("[]")
    if not isinstance(value, dict) or name not in value:
        return
    found = value[name]
    members = found if many and isinstance(found, list) else [] if many else [found]
    for member in members:
        if rest:
            yield from _walk(member, rest)
        else:
            yield member


def _first_text(value: Mapping[str, Any], places: Sequence[str]) -> str | None:
    for place in places:
        for found in _walk(value, place):
            if isinstance(found, str):
                return found
            if isinstance(found, int) and not isinstance(found, bool):
                return str(found)
    return None


def _addresses(value: Mapping[str, Any], envelope: Mapping[str, Any]) -> Iterator[str]:
    for key in ("videos", "images", "audios", "voices", "urls"):
        for place in envelope.get(key, ()):
            for found in _walk(value, place):
                for text in [found.get(name) for name in _ADDRESSES] if isinstance(found, dict) else [found]:
                    if isinstance(text, str) and text.startswith(("http://", "https://")):
                        yield text
