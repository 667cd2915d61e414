"""Every value of an enum comes from a document that was read, or from what a person decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec import pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["EnumSources", "enum_findings"]


class EnumSources:
    """What the inputs know of enums: the official document at each place, all other inputs as values."""

    def __init__(self, official: dict[str, Any], others: Iterable[Any]) -> None:
        """Take the `official` document, and every other input: relays' documents, overlays, verdicts."""
        self._official = {(place, value) for place, values in _enums(official, ()) for value in _hashable(values)}
        self._others = set(_hashable(leaf for other in others for leaf in _leaves(other)))

    def know(self, place: tuple[str, ...], value: Any) -> bool:
        """Say whether an input has this value: the official document there, another one anywhere."""
        return (place, value) in self._official or value in self._others


def enum_findings(document: dict[str, Any], sources: EnumSources) -> Iterator[str]:
    """Yield a sentence for every enum with a value that no input has."""
    for place, values in _enums(document, ()):
        unknown = [value for value in _hashable(values) if not sources.know(place, value)]
        if unknown:
            yield f"{pointer.join(place)}/enum has {unknown[0]!r}, which no document that was read names"


def _enums(node: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("enum"), list) and place[-1:] != ("properties",):
            yield place, node["enum"]
        for key, member in node.items():
            if key not in {"example", "examples", "default", "const"}:
                yield from _enums(member, (*place, str(key)))
    elif isinstance(node, list):
        for index, item in enumerate(node):
            yield from _enums(item, (*place, str(index)))


def _leaves(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        for member in node.values():
            yield from _leaves(member)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _leaves(item)
    else:
        yield node


def _hashable(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value.__hash__ is not None]
