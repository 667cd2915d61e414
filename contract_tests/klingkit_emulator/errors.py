"""What keeps the emulator from starting or from doing what it was told: one tree, whole sentences."""

from __future__ import annotations

from typing import ClassVar

__all__ = ["AddressError", "DataError", "DatabaseError", "EmulatorError", "FaultError", "UnknownNameError"]


class EmulatorError(Exception):
    """The emulator cannot do what it was asked; the message says why and what to do."""

    exit_status: ClassVar[int] = 2


class UnknownNameError(EmulatorError):
    """A relay, a defect or an operation has a name that nothing goes by."""


class AddressError(EmulatorError):
    """The host or the port cannot be listened on."""


class DatabaseError(EmulatorError):
    """The file that keeps the tasks cannot be used."""


class FaultError(EmulatorError):
    """A fault was planted that makes no sense."""


class DataError(EmulatorError):
    """The documents of this installation say something this version cannot act on."""
