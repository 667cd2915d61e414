"""`klingkit check --tap`: what is asked then, and the tap that is asked."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from klingkit_contract import catalogue
from klingkit_contract.catalogue import Entry, Stage
from klingkit_contract.emulated import emulated_tap, emulated_targets
from klingkit_contract.errors import OptionError
from klingkit_contract.tap.client import Tap
from klingkit_contract.targets import check_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from klingkit_contract.targets import Target

__all__ = ["EMULATED", "behind", "emulated", "entries"]

EMULATED = "emulated"
_ONLY_TAPPED = frozenset({Stage.TAP})


def entries(selected: tuple[Entry, ...], tap: str, *, named: bool, all_emulated: bool) -> tuple[Entry, ...]:
    """Return the checks to ask: with a tap and none `named`, those that need it; the others play no part in it.

    Raises:
        OptionError: the tap and the other options contradict each other.
    """
    if tap and (tap == EMULATED) is not all_emulated:
        raise OptionError(
            "--tap emulated goes with --all-emulated, and the control address of a running tap with --relay."
        )
    if tap and tap != EMULATED:
        check_address(tap)
    if tap and not named:
        return tuple(entry for entry in catalogue.CATALOGUE if entry.stages == _ONLY_TAPPED)
    if named and not tap and all(entry.stages == _ONLY_TAPPED for entry in selected):
        raise OptionError(
            "what is lost on the way shows behind the relay only: start `klingkit tap`, point the relay at it, and "
            "give its control address as --tap (or try --all-emulated --tap emulated)."
        )
    return selected


@contextmanager
def emulated(relays: Sequence[str], defects: Sequence[str], tap: str) -> Iterator[tuple[list[Target], Tap | None]]:
    """Yield emulated relays, with a tap behind them where one is wanted."""
    if tap:
        with emulated_tap(relays, defects) as both:
            yield both
    else:
        with emulated_targets(relays, defects) as targets:
            yield targets, None


@contextmanager
def behind(targets: list[Target], tap: str) -> Iterator[tuple[list[Target], Tap | None]]:
    """Yield `targets` with the tap at that address; their commands name it as well."""
    if not tap:
        yield targets, None
        return
    with Tap(tap) as client:
        yield [replace(target, command=f"{target.command} --tap {client.url}") for target in targets], client
