"""What a finished task leads to: addresses that serve the promised file to anyone who has them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from klingkit_contract.addresses import is_loopback
from klingkit_contract.checks import shapes
from klingkit_contract.flaws import parse_body
from klingkit_contract.judge import Claim, looks_like_page
from klingkit_contract.media import kind_of, mp4_movie, mp4_seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.checks.lives import Life
    from klingkit_contract.contract import Operation
    from klingkit_contract.exchanges import Record
    from klingkit_contract.session import Session

__all__ = ["ask"]

_OF_VIDEOS = ("result-length", *shapes.CHECKS)
_OF_FILES = ("result-media", *_OF_VIDEOS)
_CHUNK = 65_536  # bytes asked for at a time; nothing more of a file is read
_PARTIAL = 206
# What the first files of an area or a family are, where they are no videos; areas whose results need not be files.
_WANTED = {
    "image": "image",
    "audio": "audio",
    "element": "image",
    "voice": "audio",
    "solution_virtual_try_on": "image",
    "solution_clothing_dupe": "image",
}
_THINGS = frozenset({"element", "voice"})
_SLACK = 1.0  # seconds a video may differ from what was asked for


def ask(session: Session, life: Life, get: Operation) -> None:
    """Follow the result addresses of a task that ended well."""
    board = session.board
    if not life.succeeded or life.spoiled:
        reason = life.spoiled or f"the task ended as {life.last.reading.word!r}: {life.last.reading.message[:120]}"
        if not life.ended:
            reason = "no task in the list has ended" if life.found else "the task did not end: see task-ends"
        for check in ("result-present", *_OF_FILES):
            board.untested(get.id, check, reason)
        return
    board.asked(get.id, "result-present")
    area = life.create.family.partition("_")[0]
    if not life.last.reading.urls and not (area in _THINGS and _holds_things(life)):
        words = f"The task is {life.last.reading.word!r}, and its answer names no result address."
        pointer = f"{get.pointer}/responses/200"
        board.accuse([Claim(get.id, "result-present", "none", pointer, words, life.last.record)])
        for check in _OF_FILES:
            board.untested(get.id, check, "there is no result address: see result-present")
        return
    board.passed(get.id, "result-present", life.note)
    if not life.last.reading.urls:
        for check in _OF_FILES:
            board.does_not_apply(get.id, check, "the result is a thing to be used, and no file")
        return
    wanted = _WANTED.get(life.create.family, _WANTED.get(area, "video"))
    record = _fetch_first(session, get, life, wanted)
    if record is not None and wanted == "video":
        read = _reader(session, get, record)
        _length(session, get, life, record, read)
        shapes.ask(session, life, get, mp4_movie(read), record)
    elif wanted != "video":
        for check in _OF_VIDEOS:
            board.does_not_apply(get.id, check, f"the results are no videos but {wanted}")
    else:
        for check in _OF_VIDEOS:
            board.untested(get.id, check, "the file could not be read: see result-media")


def _holds_things(life: Life) -> bool:
    """Tell whether the answer lists something that was made, though it is no file."""
    value = parse_body(life.last.record.answer.body)
    data = value.get("data") if isinstance(value, dict) else None
    result = data.get("task_result") if isinstance(data, dict) else None
    return isinstance(result, dict) and any(isinstance(rows, list) and rows for rows in result.values())


def _fetch_first(session: Session, get: Operation, life: Life, wanted: str) -> Record | None:
    """Fetch the start of the first result without a key; return the exchange when it is what was promised."""
    # a sound that was made for a video comes after the video
    board, url = session.board, life.last.reading.urls[-1 if wanted == "audio" else 0]
    pointer = f"{get.pointer}/responses/200"
    if _is_private(url) and not is_loopback(session.guard.base_url):
        words = "The result address lies in a private network, where nobody else can fetch it."
        board.accuse([Claim(get.id, "result-media", "private", pointer, words, life.last.record)])
        return None
    board.asked(get.id, "result-media")
    record = session.guard.fetch(url, get.id, (("range", f"bytes=0-{_CHUNK - 1}"),), most=_CHUNK)
    complaint = _complaint(record, wanted)
    if complaint and life.found:
        board.untested(get.id, "result-media", "the result of an older task may have expired")
        return None
    if complaint:
        board.accuse([Claim(get.id, "result-media", complaint[0], pointer, complaint[1], record)])
        return None
    board.passed(get.id, "result-media", life.note)
    return record


def _complaint(record: Record, wanted: str) -> tuple[str, str] | None:
    """Return what is wrong with a fetched file as topic and sentence, or nothing."""
    answer = record.answer
    found = kind_of(answer.body)
    if answer.status == 0:
        return "unreachable", f"The result address does not answer: {answer.note}."
    if not answer.success:
        return "refused", f"HTTP {answer.status} for the result address, asked without a key."
    if looks_like_page(answer):
        return "page", f"HTTP {answer.status} with a web page where a {wanted} belongs."
    if not found.startswith(wanted):
        return "kind", f"The file is no {wanted}: it begins like {found or 'nothing known'}."
    if not answer.media_type.startswith(wanted):
        return "media type", f"The file is a {found}, and its Content-Type says {answer.media_type or 'nothing'}."
    if answer.status != _PARTIAL:
        return "range", f"HTTP {answer.status} to a request for a range: a broken download cannot be resumed."
    if not answer.header("content-range").startswith("bytes 0-"):
        return (
            "range",
            f"HTTP 206 with Content-Range {answer.header('content-range')!r}, where bytes 0- were asked for.",
        )
    return None


def _reader(session: Session, get: Operation, first: Record) -> Callable[[int, int], bytes]:
    """Return what reads any part of a file whose start is known."""

    def read(offset: int, size: int) -> bytes:
        start = first.answer.body[offset : offset + size]
        if len(start) == size:
            return start
        session.board.asked(get.id, "result-length")
        bounds = (("range", f"bytes={offset}-{offset + size - 1}"),)
        answer = session.guard.fetch(first.url, get.id, bounds, most=size).answer
        return answer.body if answer.status == _PARTIAL else b""

    return read


def _length(session: Session, get: Operation, life: Life, first: Record, read: Callable[[int, int], bytes]) -> None:
    board, check = session.board, "result-length"
    documented, usual = session.samples.asked(life.create, life.body, "duration")
    if not documented:
        board.does_not_apply(get.id, check, "a create cannot say how long the video is to be")
        return
    asked = _seconds(usual)
    if asked is None:
        board.untested(get.id, check, "the create did not say how long the video should be")
        return

    lasts = mp4_seconds(read)
    if lasts is None:
        board.untested(get.id, check, "the file's movie header could not be found")
    elif abs(lasts - asked) > _SLACK:
        words = f"{asked:g} seconds were asked for, and the video lasts {lasts:.2f}."
        pointer = session.contract.request_schema(life.create)
        board.accuse([Claim(get.id, check, "length", f"{pointer}", words, first)])
    else:
        board.passed(get.id, check)


def _seconds(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (str, int, float)) else None
    except ValueError:
        return None


def _is_private(url: str) -> bool:
    try:
        return ipaddress.ip_address(urlsplit(url).hostname or "").is_private
    except ValueError:
        return is_loopback(url)
