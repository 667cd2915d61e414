"""The generated package as a folder: compare it with a fresh one, replace it as a whole."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Difference", "differences", "replace"]

_IGNORED = "__pycache__"


@dataclass(frozen=True, order=True)
class Difference:
    """One file in which two folders differ.

    Attributes:
        path: the file, relative to the folder, with ``/``.
        kind: ``missing`` or ``extra`` in the folder that is checked, or ``different`` in both.
    """

    path: str
    kind: Literal["different", "extra", "missing"]


def differences(checked: Path, fresh: Path) -> list[Difference]:
    """Return every file in which `checked` is not `fresh`, in both directions, in order of path.

    Python's bytecode folders do not count; a folder that does not exist is an empty one.
    """
    ours, theirs = _files(checked), _files(fresh)
    found = [Difference(path, "missing") for path in theirs.keys() - ours.keys()]
    found += [Difference(path, "extra") for path in ours.keys() - theirs.keys()]
    found += [
        Difference(path, "different")
        for path in ours.keys() & theirs.keys()
        if ours[path].read_bytes() != theirs[path].read_bytes()
    ]
    return sorted(found)


def replace(target: Path, fresh: Path) -> None:
    """Put a copy of the folder `fresh` in the place of `target`, stale files and bytecode gone.

    The copy is complete before the old folder is moved aside; when the exchange fails, the old one is put back.
    """
    staged = target.with_name(f".{target.name}.new")
    retired = target.with_name(f".{target.name}.old")
    for leftover in (staged, retired):
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        shutil.copytree(fresh, staged)
        if target.exists():
            target.rename(retired)
        try:
            staged.rename(target)
        except OSError:
            if retired.exists():
                retired.rename(target)
            raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    shutil.rmtree(retired, ignore_errors=True)


def _files(folder: Path) -> dict[str, Path]:
    return {
        file.relative_to(folder).as_posix(): file
        for file in folder.rglob("*")
        if file.is_file() and _IGNORED not in file.relative_to(folder).parts
    }
