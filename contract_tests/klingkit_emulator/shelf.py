"""Result files, made when first fetched and kept by their content until the emulator closes."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from klingkit_emulator import encoding

if TYPE_CHECKING:
    from klingkit_emulator.encoding import File

__all__ = ["Shelf"]


class Shelf:
    """Files by content key. `made` counts how many had to be made."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._finalizer: weakref.finalize[..., Shelf] | None = None
        self._making: dict[str, asyncio.Task[Path]] = {}
        self.made = 0

    async def get(self, file: File) -> Path:
        """Return where `file` lies, after making it if need be. Whoever asks meanwhile waits for the same one."""
        path = self._place() / f"{file.key}.{file.ending}"
        if path.is_file():
            return path
        making = self._making.get(file.key)
        if making is None:
            making = asyncio.get_running_loop().create_task(self._make(file, path))
            self._making[file.key] = making
            making.add_done_callback(lambda _: self._making.pop(file.key, None))
        return await asyncio.shield(making)

    def close(self) -> None:
        """Remove every file."""
        if self._finalizer is not None:
            self._finalizer()
            self._folder = self._finalizer = None

    async def _make(self, file: File, path: Path) -> Path:
        draft = path.with_suffix(".part")
        await asyncio.to_thread(encoding.write, file, draft)
        os.replace(draft, path)
        self.made += 1
        return path

    def _place(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="klingkit-emulator-"))
            # Also when the process ends without anybody having closed the shelf.
            self._finalizer = weakref.finalize(self, shutil.rmtree, str(self._folder), ignore_errors=True)
        return self._folder
