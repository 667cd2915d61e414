"""What a relay's gateway software is known to drop on the way to Kling, by its table of dialects.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.switch.reasons import Kind, Rating, Reason
from klingkit_contract.switch.usage import UNKNOWN, Via

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_contract.switch.surface import Surface
    from klingkit_contract.switch.usage import Use

__all__ = ["dropped_fields"]


def dropped_fields(use: Use, old: Surface, new: Surface) -> Iterator[Reason]:
    """Yield the fields of `use` that `new` takes and loses, and `old` does not.

    `request.forwards` are all the fields that can get through, `request.zeros_lost` those of which a 0 does not, and
    `gateway.honours` the keys that count where a request by hand has them at top level.
    """
    where = (use.where,) if use.where else ()
    for place, values in use.fields.items():
        if "." in place or "[]" in place:
            continue
        words = _lost(use.via, place, values, new)
        if words and not _lost(use.via, place, values, old):
            yield Reason(Rating.BLOCKS, Kind.DROPPED, use.operation, place, f"{new.relay} {words}.", where=where)


def _lost(via: Via, place: str, values: tuple[object, ...], relay: Surface) -> str:
    rules = relay.rules("")
    name = relay.ours("", place) if via is Via.RAW else place
    if "forwards" in rules and name not in rules["forwards"] and place != rules.get("rest"):
        return "takes it and never passes it on: it is paid for and has no effect"
    honours = relay.dialect.get("gateway", {}).get("honours")
    if via is Via.RAW and honours is not None and place not in honours:
        return f"passes it on only inside {rules.get('rest', 'metadata')}"
    if name in rules.get("zeros_lost", ()) and any(value is not UNKNOWN and value == 0 for value in values):
        return "drops a 0 there, and the default counts"
    return ""
