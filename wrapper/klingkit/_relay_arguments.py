"""The arguments of a client of several relays, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from klingkit._errors import ConfigurationError
from klingkit._routing import POLICIES
from klingkit._text import clean

if TYPE_CHECKING:
    from klingkit._routing import Policy

__all__ = ["chosen_policy", "named_relays", "relay_values"]


def named_relays(relay: object, relays: object) -> tuple[str, ...]:
    """Return the ids of the relays of a client.

    Raises:
        ConfigurationError: `relay` is given as well, or `relays` is no list of different ids.
    """
    if relay is not None:
        raise ConfigurationError("Give relay, for a client of one relay, or relays, for one of several; not both.")
    given = list(relays) if isinstance(relays, Sequence | set | frozenset) and not isinstance(relays, str) else []
    if not given or not all(isinstance(one, str) and one for one in given) or len(set(given)) != len(given):
        raise ConfigurationError('relays has to be a list of different ids, such as ["anyapi", "haoee"].')
    return tuple(given)


def chosen_policy(policy: object) -> Policy:
    """Return the policy. Raises ConfigurationError for what is none."""
    if policy not in POLICIES:
        raise ConfigurationError(f"policy has to be one of: {', '.join(POLICIES)}; not {clean(policy, 60)!r}.")
    return policy  # type: ignore[return-value]  # it is one of them


def relay_values(name: str, given: object, relays: Sequence[str]) -> Mapping[str, Any]:
    """Return an argument that may differ from relay to relay, by relay.

    Raises:
        ConfigurationError: it is no mapping, or names a relay that is none of this client's.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ConfigurationError(
            f"{name} of a client of several relays has to be a mapping from relay to value, such as "
            f"{{{relays[0]!r}: ...}}: no relay is shown another's."
        )
    if unknown := [one for one in given if one not in relays]:
        raise ConfigurationError(
            f"{name} names {clean(unknown[0], 60)!r}, which is none of this client's relays: {', '.join(relays)}."
        )
    return given
