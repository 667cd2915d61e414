"""Which file lies at an address below /media, and how it is handed out: ranges, ETag, HEAD; no key needed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, PlainTextResponse, Response

from klingkit_emulator.defects import Defects
from klingkit_emulator.encoding import File
from klingkit_emulator.makes import files_of
from klingkit_emulator.misbehaviour import dashboard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.datastructures import Headers

    from klingkit_emulator.clock import Clock
    from klingkit_emulator.shelf import Shelf
    from klingkit_emulator.store import Store, Task

__all__ = ["Gallery"]

_NAME = re.compile(r"(\d{1,3})(-watermark)?\.([a-z0-9]{3,4})")
# What a file of such an ending is to the encoder; any other ending is its own kind.
_KINDS = {"mp4": "video", "png": "image"}


@dataclass(frozen=True, slots=True)
class Gallery:
    """The result files of every task. `defects` tells what is wrong with those of a relay."""

    store: Store
    clock: Clock
    shelf: Shelf
    defects: Callable[[str], Defects]

    def owner(self, task_id: str) -> Task | None:
        """Return the task whose files lie below `task_id`."""
        return self.store.by_id(task_id)

    async def answer(self, task: Task | None, name: str, method: str, headers: Headers) -> Response:
        """Answer a request for the file `name` of `task`."""
        if method not in {"GET", "HEAD"}:
            return PlainTextResponse("Result files can only be fetched.\n", 405, headers={"allow": "GET, HEAD"})
        defects = self.defects(task.relay) if task else Defects()
        file = self._file(task, name, defects) if task else None
        if file is None or defects.loses_files:
            return PlainTextResponse("There is no such file.\n", 404)
        if defects.files_are_pages:
            return dashboard()
        if not defects.hands_out(headers):
            return PlainTextResponse("A key is missing.\n", 401)
        etag = f'"{file.key}"'
        if _matches(headers, etag):
            return Response(status_code=304, headers={"etag": etag})
        path, media_type = await self.shelf.get(file), defects.file_type(file.media_type)
        if defects.sends_whole_files:
            return Response(path.read_bytes(), media_type=media_type, headers={"etag": etag})
        return FileResponse(path, media_type=media_type, headers={"etag": etag})

    def _file(self, task: Task, name: str, defects: Defects) -> File | None:
        said = _NAME.fullmatch(name)
        asked = defects.made(task.asked)
        if said is None or said[3] not in files_of(asked.kind) or int(said[1]) >= asked.count:
            return None
        if (said[2] and not asked.watermark) or task.timetable.at(self.clock.now_ms()).state != "succeeded":
            return None
        kind = _KINDS.get(said[3], said[3])
        return File(
            kind=kind,
            width=asked.width,
            height=asked.height,
            seed=asked.seed + int(said[1]),
            seconds=0.0 if kind == "image" else asked.seconds,
            fps=asked.fps if kind == "video" else 0,
            sound=kind == "video" and asked.sound,
            marked=bool(said[2]),
        )


def _matches(headers: Mapping[str, str], etag: str) -> bool:
    """Return whether the client has this very file (If-None-Match)."""
    said = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in said or said == ["*"]
