"""Every error `klingkit_spec` raises on purpose."""

from __future__ import annotations

from typing import ClassVar

__all__ = ["PageError", "SpecError", "UnknownRelayError"]


class SpecError(Exception):
    """Root of the package's errors; its text is one sentence that says what to do."""

    exit_status: ClassVar[int] = 2


class PageError(SpecError):
    """A page that holds nothing the reader can turn into an operation."""

    def __init__(self, name: str, sentence: str, *, line: int | None = None) -> None:
        where = name if line is None else f"{name}:{line}"
        super().__init__(f"{where}: {sentence}")
        self.name = name
        self.sentence = sentence
        self.line = line


class UnknownRelayError(SpecError):
    """A relay id that the registry does not list."""
