"""Where a result is saved, and the file that grows beside it until it is whole."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO

__all__ = ["Target", "TargetExistsError", "target_of"]

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


class TargetExistsError(FileExistsError):
    """There is such a file already, and it may not be replaced."""


class Target:
    """A file to be: written to a hidden neighbour first, and moved to its place when it is whole.

    Args:
        folder: where it is to lie.
        name: its name; without ending when `add_ending` is true.
        add_ending: whether the ending is chosen by what the file turns out to be.
        overwrite: whether a file of this name may be replaced.
    """

    def __init__(self, folder: Path, name: str, *, add_ending: bool, overwrite: bool) -> None:
        self.path = self._named = folder / name
        self._add_ending = add_ending
        self._overwrite = overwrite
        self._part: Path | None = None
        self._stream: FileIO | None = None
        # A download in an event loop writes by threads, and may be given up while one of them still does.
        self._lock = threading.Lock()
        self._over = False

    def check(self) -> None:
        """Refuse early what would fail late. Raises OSError."""
        if "\0" in str(self.path):
            raise OSError(errno.EINVAL, "the name holds a null character", str(self.path))
        if not self.path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, "the folder does not exist", str(self.path.parent))
        if not self._add_ending:
            self._refuse_existing()

    def begin(self, ending: str) -> None:
        """Open the growing file; `ending` is what the bytes turned out to be. Raises OSError."""
        with self._lock:
            if self._over:
                raise OSError(errno.ECANCELED, "the download was given up", str(self.path))
            if self._add_ending:
                self.path = self._named.with_name(self._named.name + ending)
                self._refuse_existing()
            self._part = self.path.with_name(f".klingkit-{uuid.uuid4().hex}.part")
            # Blocks are large, and written from where they were read.
            self._stream = self._part.open("xb", buffering=0)

    def write(self, block: bytes | memoryview) -> None:
        """Add to the growing file. Raises OSError."""
        with self._lock:
            if self._stream is None:
                raise OSError(errno.ECANCELED, "the download was given up", str(self.path))
            left = memoryview(block)
            while left:
                left = left[self._stream.write(left) or 0 :]

    def finish(self) -> Path:
        """Move the whole file to its place. Raises OSError."""
        with self._lock:
            if self._stream is None or self._part is None:
                raise OSError(errno.ECANCELED, "the download was given up", str(self.path))
            self._stream.close()
            if self._overwrite:
                os.replace(self._part, self.path)
            else:
                self._place_without_replacing(self._part)
            self._part = None
            return self.path

    def abandon(self, *, final: bool = False) -> None:
        """Remove the growing file, if there is one; `begin` may follow, unless this is `final`. Never raises."""
        with self._lock:
            self._over = final
            with contextlib.suppress(OSError):
                if self._stream is not None:
                    self._stream.close()
            with contextlib.suppress(OSError):
                if self._part is not None:
                    self._part.unlink(missing_ok=True)
            self._part = self._stream = None

    def _refuse_existing(self) -> None:
        if not self._overwrite and os.path.lexists(self.path):
            raise TargetExistsError(errno.EEXIST, "the file exists", str(self.path))

    def _place_without_replacing(self, part: Path) -> None:
        try:
            os.link(part, self.path)  # unlike a rename it never replaces what appeared meanwhile
        except FileExistsError as error:
            raise TargetExistsError(errno.EEXIST, "the file exists", str(self.path)) from error
        except OSError:  # a file system without hard links
            self._refuse_existing()
            os.replace(part, self.path)
        else:
            part.unlink()


def target_of(path: str | os.PathLike[str], task_id: str, number: int | None, *, overwrite: bool) -> Target:
    """Return the target for `path`: a file, or a folder that exists or is written with a slash at its end.

    In a folder the file is named after the task, with ``-1``, ``-2`` ... when `number` is given. No word of the relay
    but the id, made harmless, is part of a name.
    """
    text = os.fspath(path)
    place = Path(text)
    if place.is_dir() or text.endswith(("/", os.sep)):
        stem = _UNFIT.sub("_", task_id).strip("._")[:100] or "task"
        name = stem if number is None else f"{stem}-{number}"
        return Target(place, name, add_ending=True, overwrite=overwrite)
    return Target(place.parent, place.name, add_ending=False, overwrite=overwrite)
