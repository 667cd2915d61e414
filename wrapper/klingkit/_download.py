"""Fetches one result into one file, as a flow: whole, of the right kind, or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from klingkit import _errors as errors
from klingkit._checks import is_number
from klingkit._effects import Fetch, Head, chunk, clock, close, open_stream, pause, work
from klingkit._media import ENOUGH_BYTES, container
from klingkit._resume import Progress
from klingkit._retry import before_next_read
from klingkit._target import TargetExistsError
from klingkit._text import clean
from klingkit._values import integer, web_address

if TYPE_CHECKING:
    from collections.abc import Callable
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
_HEADWAY = 1024 * 1024
# How hosts of files say that an address has ended.
_ENDED = frozenset({400, 401, 403, 404, 410})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a download may bring, in bytes, and how long it may take, in seconds.

    `stopped` is asked between blocks; when it says so, the download ends.
    """

    max_bytes: int
    seconds: float
    stopped: Callable[[], bool] = field(default=lambda: False, repr=False)


@dataclass(slots=True)
class _Job:
    session: Session
    operation: str
    file: File
    target: Target
    limits: Limits
    renew: Callable[[], Flow[str | None]]
    url: str
    renewed: bool = False
    progress: Progress = field(default_factory=Progress)

    def failed(self, problem: str, **context: Any) -> errors.DownloadError:
        return errors.DownloadError(
            f"The {self.file.kind} could not be saved as {self.target.path}: {problem}",
            path=self.target.path,
            relay=self.session.relay.id,
            operation=self.operation,
            **context,
        )


def download(
    session: Session,
    operation: str,
    file: File,
    target: Target,
    limits: Limits,
    renew: Callable[[], Flow[str | None]],
) -> Flow[Path]:
    """Fetch `file` into `target` and return its path.

    If the connection breaks it is tried again, behind what came where the host can do that. When the address has
    ended, `renew` is asked for a fresh one, once.

    Raises:
        InvalidRequestError: a limit is not above 0.
        DownloadError: it cannot be written, cannot be fetched, is incomplete, too big, late, or no such media.
    """
    for name, value in (("max_bytes", limits.max_bytes), ("timeout", limits.seconds)):
        if not is_number(value, above=0):
            raise errors.InvalidRequestError(f"{name} has to be a number above 0.", argument=name)
    job = _Job(session, operation, file, target, limits, renew, file.url)
    try:
        yield from work(target.check)
    except (OSError, ValueError) as error:
        _refuse_writing(job, error)
    started, _ = yield from clock()
    try:
        return (yield from _attempts(job, started))
    finally:
        target.abandon(final=True)


def _attempts(job: _Job, started: float) -> Flow[Path]:
    attempt = before = 0
    while True:
        try:
            return (yield from _attempt(job, started))
        except (errors.TransportError, errors.RelayServerError) as error:
            if job.progress.size >= before + _HEADWAY:  # a host that breaks off now and then is not given up
                attempt, before = 0, job.progress.size
            delay = before_next_read(error, attempt, job.session.max_retries, str(job.target.path))
            if delay is None:
                raise job.failed(
                    f"{error} The task is done and paid; only the download has to be tried again.",
                    status=error.status,
                    retryable=True,
                ) from error
        attempt += 1
        yield from pause(delay)


def _attempt(job: _Job, started: float) -> Flow[Path]:
    head = yield from _follow(job)
    try:
        return (yield from _save(job, head, started))
    except (OSError, ValueError) as error:
        _refuse_writing(job, error)
    finally:
        yield from close(head)


def _follow(job: _Job) -> Flow[Head]:
    """Open the file, following redirects by hand: to http(s) alone, never from https to http, never with a key."""
    url, redirects = job.url, 0
    while redirects <= _MOST_REDIRECTS:
        asked = job.progress.asked()
        head = yield from open_stream(
            Fetch(job.session.relay.id, f"{job.operation} (result)", url, job.session.timeouts, asked)
        )
        if head.status == 200 or (head.status == 206 and asked and job.progress.goes_on(head.headers)):
            return head
        yield from close(head)
        if asked and head.status in {206, 416}:
            job.progress.restart()
            continue
        if head.status not in _REDIRECTS:
            if head.status in _ENDED and not job.renewed and (yield from _renewed(job)):
                url, redirects = job.url, 0
                continue
            _refuse_status(job, head.status)
        onward = _onward(url, head.headers.get("location", ""))
        if onward is None or onward == url:
            raise job.failed("the host of the result redirects to nowhere.", status=head.status)
        if urlsplit(url).scheme == "https" and urlsplit(onward).scheme != "https":
            raise job.failed("the host of the result redirects from https to http.", status=head.status)
        url, redirects = onward, redirects + 1
    raise job.failed("the host of the result redirects without end.")


def _renewed(job: _Job) -> Flow[bool]:
    """Ask for the task's address again; return whether it is another one."""
    job.renewed = True
    try:
        url = yield from job.renew()
    except errors.KlingError:
        return False  # what the host of the file said tells more
    if url is None or url == job.url:
        return False
    job.url = url
    return True


def _onward(url: str, location: str) -> str | None:
    try:
        return web_address(urljoin(url, location))
    except ValueError:
        return None


def _save(job: _Job, head: Head, started: float) -> Flow[Path]:
    declared = integer(head.headers.get("content-length"))
    if head.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise job.failed("it came compressed, though nobody asked for that.")
    progress = job.progress
    if head.status == 200:
        progress.begins(head.headers, declared)
        job.target.abandon()
    if progress.total is not None and progress.total > job.limits.max_bytes:
        raise job.failed(f"it has {progress.total} bytes, more than max_bytes allows.")
    begun = progress.size > 0
    held = b""  # the first bytes, until there are enough to tell what it is
    while data := (yield from chunk(head)):
        if progress.size + len(held) + len(data) > job.limits.max_bytes:
            raise job.failed(f"it has more than {job.limits.max_bytes} bytes; raise max_bytes if that is right.")
        yield from _check_time(job, started)
        if not begun:
            if len(held) + len(data) < ENOUGH_BYTES:
                held += data
                continue
            data = held + bytes(data) if held else data
            yield from _begin(job, head, bytes(data[:ENOUGH_BYTES]))
            begun, held = True, b""
        yield from work(partial(job.target.write, data))
        progress.size += len(data)
    yield from _check_time(job, started)
    if not begun:
        yield from _begin(job, head, held)
        yield from work(partial(job.target.write, held))
        progress.size += len(held)
    if progress.total is not None and progress.size != progress.total:
        raise errors.ConnectionLostError(f"The result broke off after {progress.size} of {progress.total} bytes.")
    return (yield from work(job.target.finish))


def _check_time(job: _Job, started: float) -> Flow[None]:
    if job.limits.stopped():
        raise job.failed("it was stopped.", retryable=True)
    now, _ = yield from clock()
    if now - started > job.limits.seconds:
        raise job.failed(f"it was still not whole after {job.limits.seconds:g} seconds.", retryable=True)


def _begin(job: _Job, head: Head, beginning: bytes) -> Flow[None]:
    yield from work(partial(job.target.begin, _ending(job, head, beginning)))


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
