"""Targets that are emulated on this machine, for the length of a block."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import klingkit_data
from klingkit_contract.errors import OptionError
from klingkit_contract.tap.client import Tap
from klingkit_contract.targets import known_relays, read_targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from klingkit_contract.targets import Target

__all__ = ["BUDGET", "WAIT", "emulated_tap", "emulated_targets", "gateways"]

BUDGET = 100  # creates and other paid calls per relay: the emulator is free, and this is more than a run can use
WAIT = 8.0  # seconds; the emulator's tasks take less than one


def gateways() -> tuple[str, ...]:
    """Return the ids of the relays that forward to Kling when they are emulated."""
    dialects = klingkit_data.load("dialects.toml")["dialect"]
    table = klingkit_data.load("relays.toml")["relay"]
    return tuple(relay for relay in known_relays() if "gateway" in dialects[table[relay]["dialect"]])


@contextmanager
def emulated_tap(relays: Sequence[str], defects: Sequence[str] = ()) -> Iterator[tuple[list[Target], Tap]]:
    """Start a tap, and the gateways among `relays` (none: all of them) in front of it; yield both.

    Raises:
        OptionError: the emulator's packages are not installed, or a relay is no gateway: it forwards to nobody.
        klingkit_emulator.launch.EmulatorError: see `emulated_targets`.
    """
    known = gateways()
    if others := [relay for relay in relays if relay in known_relays() and relay not in known]:
        raise OptionError(
            f"emulated, {', '.join(others)} forwards to nobody; with --tap emulated choose from {', '.join(known)}."
        )
    try:
        from klingkit_emulator.launch import launch_tap  # see emulated_targets
    except ModuleNotFoundError as error:
        raise OptionError(
            f"--tap emulated needs the emulator: pip install 'klingkit[emulator]' (missing: {error.name})."
        ) from error
    with (
        launch_tap() as tap,
        emulated_targets(relays or known, defects, upstream=tap.url) as targets,
        Tap(tap.control_url) as client,
    ):
        yield targets, client


@contextmanager
def emulated_targets(
    relays: Sequence[str], defects: Sequence[str] = (), *, upstream: str | None = None
) -> Iterator[list[Target]]:
    """Start the emulator on a free port with `relays` (none: all of them) and yield them as targets.

    `upstream` is the address that gateways forward to; without it they play Kling themselves.

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
    tapped = " --tap emulated" if upstream else ""
    with launch(names, defects=list(defects), upstream=upstream) as emulator:
        yield [
            target
            for relay in names
            for target in read_targets(
                [relay],
                {},
                base_url=emulator.base_url(relay),
                api_key=emulator.api_key,
                other_api_key=emulator.other_api_key,
                command=f"klingkit check --all-emulated{tapped}{planted}",
            )
        ]
