"""What keeps a check run from starting or going on: one tree, whole sentences.

A relay that breaks a promise is no error: that is a `klingkit_contract.findings.Finding`.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "BaselineError",
    "CheckRunError",
    "DocumentError",
    "HistoryError",
    "MissingKeyError",
    "OptionError",
    "ReportFolderError",
    "TapError",
    "UnknownCheckError",
    "UnknownRelayError",
    "UnreachableError",
]


class CheckRunError(Exception):
    """The checks cannot run; the message says why and what to do."""

    exit_status: ClassVar[int] = 2


class UnknownRelayError(CheckRunError):
    """No relay goes by that id."""


class UnknownCheckError(CheckRunError):
    """No check goes by that id."""


class MissingKeyError(CheckRunError):
    """No key was given and no environment variable holds one."""


class UnreachableError(CheckRunError):
    """The relay's host does not answer at all."""


class ReportFolderError(CheckRunError):
    """The folder for the reports cannot be made or written."""


class OptionError(CheckRunError):
    """Two options contradict each other, or a value makes no sense."""


class DocumentError(CheckRunError):
    """A resolved document of this installation lacks what the checks need."""


class BaselineError(CheckRunError):
    """A baseline file is missing, cannot be read or written, or is none."""


class HistoryError(CheckRunError):
    """The history of runs cannot be opened, read or written, or holds no such run."""


class TapError(CheckRunError):
    """No tap answers at the address that was given."""
