"""Targets that are emulated on this machine, for the length of a block."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from klingkit_contract.errors import OptionError
from klingkit_contract.targets import known_relays, read_targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from klingkit_contract.targets import Target

__all__ = ["BUDGET", "WAIT", "emulated_targets"]

BUDGET = 100  # creates and other paid calls per relay: the emulator is free, and this is more than a run can use
WAIT = 8.0  # seconds; the emulator's tasks take less than one


@contextmanager
def emulated_targets(relays: Sequence[str], defects: Sequence[str] = ()) -> Iterator[list[Target]]:
    """Start the emulator on a free port with `relays` (none: all of them) and yield them as targets.

    Raises:
        OptionError: the emulator's packages are not installed.
        klingkit_emulator.launch.EmulatorError: a relay or a defect is unknown, or the emulator does not start.
    """
    try:
        from klingkit_emulator.launch import launch  # another extra: its absence is only a matter for this option
    except ModuleNotFoundError as error:
        raise OptionError(
            f"--all-emulated needs the emulator: pip install 'klingkit[emulator]' (missing: {error.name})."
        ) from error
    names = list(dict.fromkeys(relays)) or list(known_relays())
    planted = "".join(f" --defect {name}" for name in defects)
    with launch(names, defects=list(defects)) as emulator:
        yield [
            target
            for relay in names
            for target in read_targets(
                [relay],
                {},
                base_url=emulator.base_url(relay),
                api_key=emulator.api_key,
                other_api_key=emulator.other_api_key,
                command=f"klingkit check --all-emulated{planted}",
            )
        ]
