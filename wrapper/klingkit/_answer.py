"""Reads what a relay answered into one model, whatever envelope it came in. Pure, and raises nothing.

Relays change envelope between create and query, so every answer is read by what it looks like, never by whom it
came from.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from klingkit._tables import tables
from klingkit._values import identifier, integer, moment, number, walk, web_address, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, KeysView
    from datetime import datetime

    from klingkit._tables import Envelope, Path

__all__ = ["Answer", "File", "Media", "Refusal", "State", "TaskState", "read_answer", "state_of"]

Media = Literal["video", "image", "audio", "text"]
State = Literal["queued", "running", "succeeded", "failed", "cancelled", "unknown"]

# Gateways outside the new-api family say 200 for success in the body, too.
_SUCCESS_CODES = (0, 200)


@dataclass(frozen=True, slots=True)
class File:
    """One file a task made.

    Attributes:
        kind: ``video``, ``image``, ``audio``, or ``text`` (subtitles).
        url: where it can be fetched, for about 30 days at Kling; often signed, so treat it as a secret.
        id: the file's own id, if any.
        index: its place among the results, from 0.
        duration: its length in seconds, of videos and sounds.
        watermark_url: the watermarked copy, when one was asked for.
    """

    kind: Media
    url: str = field(repr=False)
    id: str | None = None
    index: int = 0
    duration: float | None = None
    watermark_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task at one moment, as the relay tells it.

    Attributes:
        task_id: the relay's id; None when the answer holds none.
        state: what the relay's status word means; ``unknown`` for a word nobody has seen yet.
        status_word: the word itself, None when the answer holds none.
        reason: why it failed; empty otherwise.
        files: what it made.
        external_task_id: the caller's own id, where the relay returns it.
        created_at: when it was created, by the relay's clock, UTC.
        updated_at: when it last changed, by the relay's clock, UTC.
        request_id: the relay's id of the exchange this was read from.
        raw: the JSON document, untouched.

    A state out of a list is read when it is asked for more than the first three and `raw`: most pages are gone
    through for the few tasks that have moved.
    """

    task_id: str | None
    state: State
    status_word: str | None = None
    reason: str = ""
    files: tuple[File, ...] = ()
    external_task_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    request_id: str | None = None
    raw: Any = field(default=None, repr=False, compare=False)
    # How the rest is read from `raw`, until it has been.
    _unread: tuple[Envelope, Media] | None = field(init=False, default=None, repr=False, compare=False)

    @property
    def is_read(self) -> bool:
        """Whether all of it has been read from `raw`."""
        return self._unread is None

    def __getattr__(self, name: str) -> Any:
        # Only what has not been read yet gets here; everything else stands in its slot.
        if name not in _LATER:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        reading = self._unread
        if reading is not None:
            for member, value in _details(self.raw, reading[0], self.state, reading[1]).items():
                object.__setattr__(self, member, value)
            object.__setattr__(self, "_unread", None)
        return object.__getattribute__(self, name)


_LATER = frozenset({"reason", "files", "external_task_id", "created_at", "updated_at"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal: the code and the words, from whichever shape it came in."""

    shape: str
    code: int | str | None
    message: str
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says: one task, a list of tasks, a refusal, or (all three absent) nothing usable.

    Attributes:
        envelope: id of the envelope it came in, None when it is none klingkit knows.
        task: the task, of an answer about one.
        tasks: the tasks, of an answer about many; None otherwise.
        refusal: the refusal, if it is one.
        raw: the JSON document, untouched.
    """

    envelope: str | None = None
    task: TaskState | None = None
    tasks: tuple[TaskState, ...] | None = None
    refusal: Refusal | None = None
    raw: Any = field(default=None, repr=False, compare=False)


def read_answer(document: object, *, media: Media = "video") -> Answer:
    """Return what `document`, a JSON value, says. `media` is what files without a kind are.

    A code other than success is a refusal whatever stands beside it, also under HTTP 200. An error object beside a
    task id is the reason of a failed task, not a refusal.
    """
    if not isinstance(document, dict):
        return Answer(raw=document)
    refusal = _refusal(document)
    if refusal is not None and _says_error(document.get("code")):
        return Answer(refusal=refusal, raw=document)
    page = _page_entries(document)
    if page is not None:
        return Answer("kling-page", tasks=tuple(_entries({**document, "data": page}, media)), raw=document)
    envelope = next((item for item in tables().envelopes if item.shape.fits(document)), None)
    if envelope is None:
        return Answer(refusal=refusal, raw=document)
    if envelope.is_list:
        return Answer(envelope.id, tasks=tuple(_entries(document, media)), raw=document)
    task = _task(document, envelope, media)
    if task.task_id is None and refusal is not None:
        return Answer(envelope.id, refusal=refusal, raw=document)
    return Answer(envelope.id, task=task, raw=document)


def state_of(word: object) -> State:
    """Return the state a status word means; a word nobody has seen yet, and anything but a text, is ``unknown``."""
    if not isinstance(word, str):
        return "unknown"
    return tables().states.get(word.strip().lower(), "unknown")  # type: ignore[return-value]


def _entries(document: dict[str, Any], media: Media) -> Iterator[TaskState]:
    """Yield the tasks of a list. The entries are alike, so how one was read is tried on the next."""
    request_id = identifier(document.get("request_id"))
    reading, names = None, _NOTHING
    for entry in document["data"]:
        if not isinstance(entry, dict):
            continue
        if reading is not None and entry.keys() == names and None not in entry.values():
            task = _unread_state(entry, reading, media, request_id)
            if task is not None:
                yield task
                continue
        inner = read_answer(entry, media=media)
        reading, names = _by_names(inner.envelope, entry), entry.keys()
        if inner.task is not None:
            yield replace(inner.task, request_id=inner.task.request_id or request_id)


_NOTHING: KeysView[str] = dict[str, Any]().keys()


def _by_names(envelope_id: str | None, entry: dict[str, Any]) -> tuple[Envelope, str, str] | None:
    """Return the envelope of `entry`, and the names of id and status, if that goes for all objects with its names.

    They hold no null either. None when it takes more than the names to tell, or than one step to get there.
    """
    if envelope_id is None or "code" in entry or "request_id" in entry or None in entry.values():
        return None
    for envelope in tables().envelopes:
        if not all(name in entry for name in envelope.shape.when):
            continue
        first = [envelope.paths[name][:1] for name in ("task_id", "status")]
        if envelope.shape.type or envelope.shape.equals or not all(path and len(path[0]) == 1 for path in first):
            break
        return envelope, first[0][0][0][0], first[1][0][0][0]
    return None


def _unread_state(
    entry: dict[str, Any], reading: tuple[Envelope, str, str], media: Media, request_id: str | None
) -> TaskState | None:
    """Return a state of which id and status are read, or None when there is more to it."""
    envelope, id_name, word_name = reading
    task_id, word = identifier(entry.get(id_name)), entry.get(word_name)
    if task_id is None or not isinstance(word, str):
        return None
    made = object.__new__(TaskState)
    put = object.__setattr__
    put(made, "task_id", task_id)
    put(made, "state", state_of(word))
    put(made, "status_word", word[:100])
    put(made, "request_id", request_id)
    put(made, "raw", entry)
    put(made, "_unread", (envelope, media))
    return made


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _task(document: dict[str, Any], envelope: Envelope, media: Media) -> TaskState:
    word = _first(document, envelope.paths["status"], _text)
    state = state_of(word)
    return TaskState(
        task_id=_first(document, envelope.paths["task_id"], identifier),
        state=state,
        status_word=None if word is None else word[:100],
        request_id=identifier(document.get("request_id")),
        raw=document,
        **_details(document, envelope, state, media),
    )


def _details(document: dict[str, Any], envelope: Envelope, state: State, media: Media) -> dict[str, Any]:
    """Return what `_LATER` names."""
    paths = envelope.paths

    def time(value: object) -> datetime | None:
        return moment(value, milliseconds=envelope.milliseconds)

    ended_badly = state in {"failed", "cancelled"}
    return {
        # The same member holds the result's address on success at some relays.
        "reason": (_first(document, paths["reason"], words) or "") if ended_badly else "",
        "files": _files(document, envelope, state, media),
        "external_task_id": _first(document, paths["external_task_id"], identifier),
        "created_at": _first(document, paths["created_at"], time),
        "updated_at": _first(document, paths["updated_at"], time),
    }


def _files(document: dict[str, Any], envelope: Envelope, state: State, media: Media) -> tuple[File, ...]:
    if state == "queued":
        return ()  # nothing is made yet; every create is answered so, and looking for files is most of the reading
    found: dict[str, File] = {}
    for name, kind in _KINDS:
        for path in envelope.paths[name]:
            for at, entry in enumerate(walk(document, path)):
                file = _file(entry, kind, at)
                if file is not None:
                    found.setdefault(file.url, file)
    for path in envelope.paths["outputs"]:
        for file in _outputs(walk(document, path)):
            found.setdefault(file.url, file)
    if not found and state == "succeeded":
        url = _first(document, envelope.paths["urls"], web_address)
        if url is not None:
            found[url] = File(media, url)
    return tuple(sorted(found.values(), key=lambda file: file.index))


_KINDS: tuple[tuple[str, Media], ...] = (("videos", "video"), ("images", "image"), ("audios", "audio"))
# Words in the type of an output, and what it is then; the members its address may stand in.
_TYPES: tuple[tuple[str, Media], ...] = (
    ("video", "video"),
    ("image", "image"),
    ("audio", "audio"),
    ("voice", "audio"),
    ("srt", "text"),
    ("ass", "text"),
)
_ADDRESSES = ("url", "mp3_url", "wav_url")


def _outputs(entries: Iterator[Any]) -> Iterator[File]:
    """Yield the files of entries that say what they are, in their order."""
    at = 0
    for entry in entries:
        word = entry.get("type") if isinstance(entry, dict) else None
        if not isinstance(word, str):
            continue
        kind = next((kind for part, kind in _TYPES if part in word), None)
        for name in _ADDRESSES if kind else ():
            file = _file({**entry, "url": entry.get(name), "index": at}, kind or "video", at)
            if file is not None:
                yield file
                at += 1


def _page_entries(document: dict[str, Any]) -> list[Any] | None:
    """Return the tasks of a page that is asked for by cursor."""
    data = document.get("data")
    entries = data.get("result") if isinstance(data, dict) and "has_more" in data else None
    return entries if isinstance(entries, list) else None


def _file(entry: object, kind: Media, at: int) -> File | None:
    members = entry if isinstance(entry, dict) else {"url": entry}
    url = web_address(members.get("url"))
    if url is None:
        return None
    index = integer(members.get("index"))
    return File(
        kind=kind,
        url=url,
        id=identifier(members.get("id")),
        index=at if index is None else index,
        duration=number(members.get("duration")),
        watermark_url=web_address(members.get("watermark_url")),
    )


def _refusal(document: dict[str, Any]) -> Refusal | None:
    code = document.get("code")
    for row in tables().refusals:
        if not row.shape.fits(document):
            continue
        if "error" not in row.shape.when and code is not None and not _says_error(code):
            continue  # a word on a call that went well
        return Refusal(
            shape=row.id,
            code=_first(document, row.code, _code),
            message=_first(document, row.message, words) or "",
            request_id=_first(document, row.request_id, identifier),
        )
    return None


def _code(value: object) -> int | str | None:
    whole = integer(value)
    return whole if whole is not None and abs(whole) < 10**9 else identifier(value)


def _says_error(code: object) -> bool:
    """Whether a top-level code says that the call failed. No code, and an empty one, say nothing."""
    whole = integer(code)
    if whole is not None:
        return whole not in _SUCCESS_CODES
    return isinstance(code, str) and bool(code.strip()) and code.strip().casefold() not in tables().success_words


def _first(document: dict[str, Any], paths: tuple[Path, ...], read: Callable[[object], Any]) -> Any:
    """Return the first value under `paths` that `read` does not turn into None."""
    for path in paths:
        value: Any = document
        for name, every in path:
            value = value.get(name) if isinstance(value, dict) else None
            if value is None or every:
                break
        else:  # no list on the way: what almost every path is
            found = read(value)
            if found is not None:
                return found
            continue
        if value is None:
            continue
        for entry in walk(document, path):
            found = read(entry)
            if found is not None:
                return found
    return None
