"""Fetches one result into one file, as a flow: whole, of the right kind, or not at all."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from klingkit import _errors as errors
from klingkit._checks import is_number
from klingkit._effects import Fetch, Head, chunk, clock, close, open_stream, pause, work
from klingkit._media import ENOUGH_BYTES, container
from klingkit._retry import before_next_read
from klingkit._target import TargetExistsError
from klingkit._text import clean
from klingkit._values import integer, web_address

if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn

    from klingkit._answer import File
    from klingkit._effects import Flow
    from klingkit._request import Session
    from klingkit._target import Target

__all__ = ["MAX_FILE_BYTES", "Limits", "download"]

MAX_FILE_BYTES = 4 * 1024**3
"""The default limit of a download: far above any result of today."""

_MOST_REDIRECTS = 5
_BLOCK = 1024 * 1024  # fewer, larger writes: one hop to a thread each in the async client
_MOST_PARTS = 1024  # a host that sends crumbs does not fill the memory with their headers
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a download may bring, in bytes, and how long it may take, in seconds."""

    max_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Job:
    session: Session
    operation: str
    file: File
    target: Target
    limits: Limits

    def failed(self, problem: str, **context: Any) -> errors.DownloadError:
        return errors.DownloadError(
            f"The {self.file.kind} could not be saved as {self.target.path}: {problem}",
            path=self.target.path,
            relay=self.session.relay.id,
            operation=self.operation,
            **context,
        )


def download(session: Session, operation: str, file: File, target: Target, limits: Limits) -> Flow[Path]:
    """Fetch `file` into `target` and return its path. Tried again from the start if the connection breaks.

    Raises:
        InvalidRequestError: a limit is not above 0.
        DownloadError: it cannot be written, cannot be fetched, is incomplete, too big, late, or no such media.
    """
    for name, value in (("max_bytes", limits.max_bytes), ("timeout", limits.seconds)):
        if not is_number(value, above=0):
            raise errors.InvalidRequestError(f"{name} has to be a number above 0.", argument=name)
    job = _Job(session, operation, file, target, limits)
    try:
        yield from work(target.check)
    except (OSError, ValueError) as error:
        _refuse_writing(job, error)
    started, _ = yield from clock()
    for attempt in itertools.count():
        try:
            return (yield from _attempt(job, started))
        except (errors.TransportError, errors.RelayServerError) as error:
            delay = before_next_read(error, attempt, session.max_retries, str(target.path))
            if delay is None:
                raise job.failed(
                    f"{error} The task is done and paid; only the download has to be tried again.",
                    status=error.status,
                    retryable=True,
                ) from error
        yield from pause(delay)
    raise AssertionError("unreachable: the loop above has no other end")


def _attempt(job: _Job, started: float) -> Flow[Path]:
    head = yield from _follow(job)
    try:
        return (yield from _save(job, head, started))
    except (OSError, ValueError) as error:
        _refuse_writing(job, error)
    finally:
        job.target.abandon()
        yield from close(head)


def _follow(job: _Job) -> Flow[Head]:
    """Open the file, following redirects by hand: to http(s) alone, never from https to http, never with a key."""
    url = job.file.url
    for _ in range(_MOST_REDIRECTS + 1):
        head = yield from open_stream(
            Fetch(job.session.relay.id, f"{job.operation} (result)", url, job.session.timeouts)
        )
        if head.status == 200:
            return head
        yield from close(head)
        if head.status not in _REDIRECTS:
            _refuse_status(job, head.status)
        onward = _onward(url, head.headers.get("location", ""))
        if onward is None or onward == url:
            raise job.failed("the host of the result redirects to nowhere.", status=head.status)
        if urlsplit(url).scheme == "https" and urlsplit(onward).scheme != "https":
            raise job.failed("the host of the result redirects from https to http.", status=head.status)
        url = onward
    raise job.failed("the host of the result redirects without end.")


def _onward(url: str, location: str) -> str | None:
    try:
        return web_address(urljoin(url, location))
    except ValueError:
        return None


def _save(job: _Job, head: Head, started: float) -> Flow[Path]:
    declared = integer(head.headers.get("content-length"))
    if declared is not None and declared > job.limits.max_bytes:
        raise job.failed(f"it has {declared} bytes, more than max_bytes allows.")
    if head.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise job.failed("it came compressed, though nobody asked for that.")
    pending: list[bytes] = []  # as they came: joining them would copy every byte twice
    waiting = size = 0
    begun = False
    while True:
        data = yield from chunk(head)
        pending.append(data)
        waiting += len(data)
        size += len(data)
        if size > job.limits.max_bytes:
            raise job.failed(f"it has more than {job.limits.max_bytes} bytes; raise max_bytes if that is right.")
        now, _ = yield from clock()
        if now - started > job.limits.seconds:
            raise job.failed(f"it was still not whole after {job.limits.seconds:g} seconds.", retryable=True)
        if not begun and (waiting >= ENOUGH_BYTES or not data):
            ending = _ending(job, head, b"".join(pending)[:ENOUGH_BYTES])
            yield from work(partial(job.target.begin, ending))
            begun = True
        if begun and (waiting >= _BLOCK or len(pending) >= _MOST_PARTS or not data):
            blocks, pending, waiting = pending, [], 0
            yield from work(partial(job.target.write, blocks))
        if not data:
            break
    if declared is not None and size != declared:
        raise errors.ConnectionLostError(f"The result broke off after {size} of {declared} bytes.")
    return (yield from work(job.target.finish))


def _ending(job: _Job, head: Head, beginning: bytes) -> str:
    found = container(beginning)
    if found is not None and found[0] == job.file.kind:
        return found[1]
    what = clean(head.headers.get("content-type", ""), 60) or "no declared type"
    if not beginning:
        problem = "the answer is empty."
    elif found is not None:
        problem = f"it is {found[0]}, not {job.file.kind} ({what})."
    else:
        problem = (
            f"what came is no {job.file.kind} but begins with {clean(beginning.decode('latin-1'), 40)!r} ({what})."
        )
    raise job.failed(f"{problem} Ask for the task again (kling.tasks.get): its links may have been renewed.")


def _refuse_status(job: _Job, status: int) -> NoReturn:
    if status >= 500 or status in {408, 425, 429}:
        raise errors.RelayServerError(f"The host of the result answers HTTP {status}.", status=status)
    if status == 401:
        advice = "it wants a login, and klingkit shows the key to the relay's API alone; fetch the address by hand."
    else:
        advice = "links end after about 30 days; ask for the task again (kling.tasks.get) for a fresh one."
    raise job.failed(f"its host answers HTTP {status}: {advice}", status=status)


def _refuse_writing(job: _Job, error: OSError | ValueError) -> NoReturn:
    if isinstance(error, TargetExistsError):
        raise job.failed("there is such a file; choose another name, or pass overwrite=True.") from error
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    if isinstance(error, OSError) and error.strerror:
        why = error.strerror
    raise job.failed(f"{why}. Choose a folder that exists, that you may write to, and that has room.") from error
