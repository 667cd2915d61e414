"""Saving what a task made: looked at before money is spent, named without surprises."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from klingkit._errors import DownloadError
from klingkit._target import target_of

if TYPE_CHECKING:
    from klingkit._result import Result

__all__ = ["Saving"]


@dataclass(frozen=True, slots=True)
class Saving:
    """Where results go: a file, or a folder in which they are named after the task."""

    output: str
    overwrite: bool

    def check(self) -> None:
        """Refuse early what would fail after the money is spent.

        Raises:
            DownloadError: the folder is missing or sealed, or the file exists.
        """
        if not self.output.strip():
            raise DownloadError("-o has to be the name of a file or of a folder.")
        target = target_of(self.output, "task", None, overwrite=self.overwrite)
        try:
            target.check()
        except FileExistsError as error:
            raise DownloadError(
                f"{self.output} exists; choose another name with -o, or give --overwrite.", path=target.path
            ) from error
        except OSError as error:
            raise DownloadError(
                f"{self.output} cannot be written: {error.strerror}; choose another place with -o.", path=target.path
            ) from error
        if not os.access(target.path.parent, os.W_OK):
            raise DownloadError(
                f"{self.output} cannot be written: you may not write to that folder; choose another place with -o.",
                path=target.path,
            )

    def save(self, result: Result) -> list[Path]:
        """Save every file and return where they are. Several files for one name get -1, -2 ... before the ending.

        Raises:
            DownloadError: one could not be saved; those before it stay.
        """
        place = Path(self.output)
        if place.is_dir():
            return result.download_all(place, overwrite=self.overwrite)
        if len(result.files) <= 1:
            return [result.download(place, overwrite=self.overwrite)]
        return [
            result.download(
                place.with_name(f"{place.stem}-{index + 1}{place.suffix}"), index=index, overwrite=self.overwrite
            )
            for index in range(len(result.files))
        ]
