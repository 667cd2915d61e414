"""The outputs on disk: write them whole, or tell which are not what the inputs give."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Difference", "differences", "write", "write_whole"]

# Every file in these places is ours: what the build does not write is left over from an earlier one.
_OWNED = (
    *("extracted/*.yaml", "resolved/*.openapi.yaml", "resolved/*.json", "resolved/*.md"),
    *("resolved/relays/*.yaml", "resolved/requests/*.json"),
)


@dataclass(frozen=True, order=True)
class Difference:
    """A file that is not what the build gives."""

    path: str
    kind: Literal["missing", "changed", "extra"]


def differences(root: Path, outputs: Mapping[str, str]) -> list[Difference]:
    """Return how the folder `root` differs from `outputs`, in the order of the paths."""
    found: list[Difference] = []
    for path, text in outputs.items():
        file = root / path
        if not file.is_file():
            found.append(Difference(path, "missing"))
        elif file.read_bytes() != text.encode():
            found.append(Difference(path, "changed"))
    on_disk = {file.relative_to(root).as_posix() for pattern in _OWNED for file in root.glob(pattern)}
    found.extend(Difference(path, "extra") for path in on_disk - outputs.keys())
    return sorted(found)


def write(root: Path, outputs: Mapping[str, str], changes: list[Difference]) -> None:
    """Carry out `changes`: write what is missing or changed, each file at once, and delete what is extra."""
    for change in changes:
        file = root / change.path
        if change.kind == "extra":
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(file, outputs[change.path])


def write_whole(file: Path, text: str) -> None:
    """Write `text` to `file` at once: whoever reads it meanwhile finds the old or the new text, never a part."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
