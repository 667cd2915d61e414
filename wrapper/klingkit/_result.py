"""What a task made, and how to save it."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from klingkit._checks import is_whole
from klingkit._download import MAX_FILE_BYTES, Limits, download
from klingkit._effects import work
from klingkit._errors import DownloadError, InvalidRequestError
from klingkit._flows import fetch
from klingkit._placing import found_at
from klingkit._surface import find_operation
from klingkit._target import target_of
from klingkit._task import AsyncTask, Task, TaskBase

if TYPE_CHECKING:
    from klingkit._answer import File
    from klingkit._effects import Flow
    from klingkit._methods.records import Element, Voice
    from klingkit._records import Record
    from klingkit._request import Session
    from klingkit._routing import Route

__all__ = ["AsyncResult", "Result", "ResultBase"]

T = TypeVar("T", bound=TaskBase[Any])
R = TypeVar("R", bound="Record")


class ResultBase(Generic[T]):
    """What `Result` and `AsyncResult` share.

    Attributes:
        task: the task that made it.
        files: the files, in order. Their addresses end after about 30 days at Kling.
    """

    __slots__ = ("files", "task")

    def __init__(self, task: T) -> None:
        self.task: T = task
        self.files: tuple[File, ...] = task.files

    def __repr__(self) -> str:
        kinds = ", ".join(file.kind for file in self.files) or "no files"
        passed = self.task._passed_over()
        instead = f", by {self.task.relay} instead of {', '.join(passed)}" if passed else ""
        return f"{type(self).__name__}({self.task.task_id!r}: {kinds}{instead})"

    def _repr_html_(self) -> str:
        from klingkit._notebook import result_html

        return result_html(self)

    @property
    def raw(self) -> Any:
        """The relay's answer about the finished task, untouched; None after pickling or resuming."""
        return self.task.raw

    @property
    def route(self) -> Route | None:
        """Which relay served it, and why the client's others did not; None where there was no choice."""
        return self.task.route

    @property
    def voices(self) -> list[Voice]:
        """The voices the task made (``kling.voices.create``); empty for all others."""
        from klingkit._methods.records import Voice

        return self._made(Voice, "voices")

    @property
    def elements(self) -> list[Element]:
        """The elements the task made (``kling.elements.create``); empty for all others."""
        from klingkit._methods.records import Element

        return self._made(Element, "elements")

    def _made(self, record: type[R], name: str) -> list[R]:
        for place in (("data", "task_result"), ("task_result",)):
            found = found_at(self.raw, (*place, name)) if isinstance(self.raw, dict) else None
            if isinstance(found, list):
                return [record(one) for one in found if isinstance(one, dict)]
        return []

    @property
    def url(self) -> str:
        """The address of the first file. It is often signed: treat it as a secret.

        Raises:
            DownloadError: the task made none.
        """
        return self._file(0).url

    def _file(self, index: int) -> File:
        if not self.files:
            raise DownloadError(
                f"Task {self.task.task_id} at {self.task.relay} has succeeded, but names no file. Ask for it again "
                "(kling.tasks.get), and show task.raw to the relay's support if that stays.",
                relay=self.task.relay,
                operation=f"{self.task.operation}_get",
            )
        if not is_whole(index, 0, len(self.files) - 1):
            raise InvalidRequestError(
                f"index has to be from 0 to {len(self.files) - 1}: the task made {len(self.files)} files.",
                argument="index",
            )
        return self.files[index]

    def _one(
        self,
        session: Session,
        path: str | os.PathLike[str],
        index: int,
        overwrite: bool,
        limits: Limits,
    ) -> Flow[Path]:
        flow = self._saving(session, path, index, overwrite, limits)
        if session.spans is None:
            return flow
        return session.spans.downloading(session, self.task.operation, self.task.task_id, flow)

    def _saving(
        self,
        session: Session,
        path: str | os.PathLike[str],
        index: int,
        overwrite: bool,
        limits: Limits,
    ) -> Flow[Path]:
        file = self._file(index)
        number = index + 1 if len(self.files) > 1 else None
        target = target_of(_path(path), self.task.task_id, number, overwrite=overwrite)
        renew = partial(self._renewed, session, index)
        return (yield from download(session, self._operation, file, target, limits, renew))

    def _renewed(self, session: Session, index: int) -> Flow[str | None]:
        """Ask for the task again; return the address that the file has now."""
        file = self._file(index)
        state = yield from fetch(session, find_operation(self.task.operation), self.task.task_id)
        same = [now.url for now in state.files if now.id is not None and now.id == file.id]
        return same[0] if same else state.files[index].url if index < len(state.files) else None

    def _folder(self, folder: str | os.PathLike[str]) -> Flow[Path]:
        self._file(0)
        place = Path(_path(folder))
        try:
            yield from work(lambda: place.mkdir(parents=True, exist_ok=True))
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or error
            raise DownloadError(
                f"The folder {place} cannot be made: {why}. Choose another.", path=place, relay=self.task.relay
            ) from error
        return place

    @property
    def _operation(self) -> str:
        return f"{self.task.operation}_get"


class Result(ResultBase[Task]):
    """What a task of `Kling` made."""

    __slots__ = ()

    def download(
        self,
        path: str | os.PathLike[str],
        *,
        index: int = 0,
        overwrite: bool = False,
        max_bytes: int = MAX_FILE_BYTES,
        timeout: float = 1800.0,
    ) -> Path:
        """Save one file, the first by default, and return where it is. The key is not sent to its host.

        The file appears under its name only when it is whole: it has the declared length and begins like the video
        or picture it should be. A broken connection is tried again.

        Args:
            path: a file name, or a folder that exists: there the file is named after the task.
            index: which file, from 0.
            overwrite: whether a file of that name may be replaced.
            max_bytes: the most it may have; 4 GiB by default.
            timeout: the deadline in seconds.

        Raises:
            DownloadError: it cannot be written, cannot be fetched, is incomplete, too big, late, or no such media.
            InvalidRequestError: an argument is wrong.
        """
        engine = self.task._attached()
        return engine.run(self._one(engine.session, path, index, overwrite, Limits(max_bytes, timeout)))

    def download_all(
        self,
        folder: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        max_bytes: int = MAX_FILE_BYTES,
        timeout: float = 1800.0,
        concurrency: int = 4,
    ) -> list[Path]:
        """Save every file into `folder`, which is made if needed, and return where they are.

        They are named after the task, with ``-1``, ``-2`` ... when there are several. Limits hold for each file.
        As many as `concurrency` says, 1 to 32, are fetched at a time.

        Raises:
            DownloadError: as `download`; files saved before it stay.
            InvalidRequestError: an argument is wrong.
        """
        import threading
        from concurrent.futures import ThreadPoolExecutor

        engine, most = self.task._attached(), _most(concurrency)
        place, stop = engine.run(self._folder(folder)), threading.Event()
        limits = Limits(max_bytes, timeout, stop.is_set)
        with ThreadPoolExecutor(min(most, len(self.files)), "klingkit-download") as threads:
            jobs = [
                threads.submit(engine.run, self._one(engine.session, place, index, overwrite, limits))
                for index in range(len(self.files))
            ]
            try:
                return [job.result() for job in jobs]
            except BaseException:
                stop.set()
                threads.shutdown(wait=False, cancel_futures=True)
                raise


class AsyncResult(ResultBase[AsyncTask]):
    """What a task of `AsyncKling` made."""

    __slots__ = ()

    async def download(
        self,
        path: str | os.PathLike[str],
        *,
        index: int = 0,
        overwrite: bool = False,
        max_bytes: int = MAX_FILE_BYTES,
        timeout: float = 1800.0,
    ) -> Path:
        """Save one file, as `Result.download` does. Writing does not block the event loop."""
        engine = self.task._attached()
        return await engine.run(self._one(engine.session, path, index, overwrite, Limits(max_bytes, timeout)))

    async def download_all(
        self,
        folder: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        max_bytes: int = MAX_FILE_BYTES,
        timeout: float = 1800.0,
        concurrency: int = 4,
    ) -> list[Path]:
        """Save every file, as `Result.download_all` does."""
        import asyncio

        engine, free = self.task._attached(), asyncio.Semaphore(_most(concurrency))
        place, limits = await engine.run(self._folder(folder)), Limits(max_bytes, timeout)

        async def save(index: int) -> Path:
            async with free:
                return await engine.run(self._one(engine.session, place, index, overwrite, limits))

        jobs = [asyncio.ensure_future(save(index)) for index in range(len(self.files))]
        try:
            return await asyncio.gather(*jobs)
        except BaseException:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            raise


def _most(concurrency: object) -> int:
    if not isinstance(concurrency, int) or not is_whole(concurrency, 1, 32):
        raise InvalidRequestError("concurrency has to be a whole number from 1 to 32.", argument="concurrency")
    return concurrency


def _path(path: object) -> str:
    if not isinstance(path, str | os.PathLike) or not (text := os.fspath(path)) or not isinstance(text, str):
        raise InvalidRequestError("path has to be the name of a file or of a folder.", argument="path")
    return text
