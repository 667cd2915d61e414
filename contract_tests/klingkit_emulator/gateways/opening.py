"""Opening a relay: one that keeps to its document, or a gateway that behaves as its generation does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from klingkit_emulator.errors import DataError
from klingkit_emulator.gateways.profiles import PROFILES
from klingkit_emulator.gateways.relay import Gateway
from klingkit_emulator.gateways.upstream import Far, Upstream, near
from klingkit_emulator.reach import AT_KLING
from klingkit_emulator.relay import Relay

if TYPE_CHECKING:
    from klingkit_emulator.contract import Contract
    from klingkit_emulator.defects import Defects
    from klingkit_emulator.registry import RelayEntry
    from klingkit_emulator.relay import Workshop

__all__ = ["CHANNEL_KEY", "Forward", "open_relay"]

CHANNEL_KEY = "emulator|emulator-secret"
"""The access and secret key of the account that emulated gateways have at Kling."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Whom a gateway forwards to.

    Attributes:
        url: the address that /v1/videos/... hangs under.
        key: ``access|secret`` of an account of Kling, or a key beginning with ``sk-`` of another gateway, which is
            asked below /kling.
    """

    url: str
    key: str = CHANNEL_KEY


def open_relay(
    entry: RelayEntry, contract: Contract, workshop: Workshop, defects: Defects, forward: Forward | None
) -> Relay | Gateway:
    """Return the relay of `entry`. `forward` concerns gateways alone.

    Raises:
        DataError: dialects.toml names a generation that is not known.
        AddressError: the address to forward to is none.
    """
    if not entry.dialect.generation:
        return Relay(entry, contract, workshop, defects)
    profile = PROFILES.get(entry.dialect.generation)
    if profile is None:
        raise DataError(
            f"dialect {entry.dialect.id!r} is of the generation {entry.dialect.generation!r}; "
            f"the emulator knows {', '.join(PROFILES)}."
        )
    upstream: Upstream = (
        Far(forward.url, forward.key) if forward else near(entry.id, workshop, defects.among(AT_KLING), Relay)
    )
    return Gateway(entry, contract, workshop, defects, profile, upstream)
