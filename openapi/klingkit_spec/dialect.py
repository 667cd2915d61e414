"""The part of dialects.toml that pairs a relay's fields with those of the one spec."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Dialect", "base_name", "dialect_for"]

_KLING_FORMAT = "kling"


@dataclass(frozen=True)
class Dialect:
    """How one relay says one operation's request.

    `rename` maps names of the one spec to the relay's; `numbers` are relay names sent as numbers; `unwrap` are fields
    of the one spec whose entries lose their object; `headers` maps header names to the field they repeat.
    """

    rename: Mapping[str, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    unwrap: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    lists: bool = False
    """Whether the relay has a list operation: those that answer in the Kling format do, unless the table denies it."""

    def to_relay(self, path: str) -> str:
        """Return the relay's name for the field `path` of the one spec."""
        return _renamed(path, self.rename)

    def to_spec(self, path: str) -> str:
        """Return the one spec's name for the relay's field `path`."""
        return _renamed(path, {theirs: ours for ours, theirs in self.rename.items()})

    def converts(self, path: str) -> bool:
        """Say whether the field `path` of the one spec is sent as another type."""
        return path in self.numbers or (path.endswith("[]") and path[:-2] in self.unwrap)


def base_name(operation: str) -> str:
    """Return what an operationId is about: ``video_text2video`` of ``video_text2video_create``."""
    return operation.rpartition("_")[0]


def dialect_for(tables: Mapping[str, Any], name: str, operation: str) -> Dialect:
    """Return how the dialect `name` says `operation`; what it says for one operation wins over its general words."""
    table = tables["dialect"][name]
    general = table.get("request", {})
    special = table.get("operation", {}).get(base_name(operation), {}).get("request", {})
    joined = {key: {**general.get(key, {}), **special.get(key, {})} for key in ("rename", "unwrap", "headers")}
    return Dialect(
        rename=joined["rename"],
        numbers=frozenset([*general.get("numbers", ()), *special.get("numbers", ())]),
        unwrap=joined["unwrap"],
        headers=joined["headers"],
        lists=table.get("lists", table.get("create_envelope") == _KLING_FORMAT),
    )


def _renamed(path: str, names: Mapping[str, str]) -> str:
    first, dot, rest = path.partition(".")
    bare = first.rstrip("[]")
    return f"{names.get(bare, bare)}{first[len(bare) :]}{dot}{rest}"
