"""Changing what stands at a place of a request, such as a file into Base64. The caller's own is left alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from klingkit._errors import InvalidRequestError

if TYPE_CHECKING:
    from klingkit._shapes import Medium

__all__ = ["as_list", "changed", "encoded", "found_at", "placed"]

Change = Callable[[object, str], Any]


def changed(fields: Mapping[str, Any], path: tuple[str, ...], change: Change) -> dict[str, Any]:
    """Return `fields` with every value at `path` replaced by what `change(value, argument)` returns.

    Raises:
        InvalidRequestError: an entry on the way is no object or no list; whatever `change` raises.
    """
    return _walked(fields, path, change, "")  # type: ignore[no-any-return]


def encoded(fields: Mapping[str, Any], medium: Medium, encode: Change) -> dict[str, Any]:
    """Return `fields` with every file at the place of `medium` replaced by what `encode(file, argument)` returns.

    Raises:
        InvalidRequestError: an entry is neither a file nor an object that holds one; whatever `encode` raises.
    """
    path, _, types, alone, _ = medium
    if path[0] not in fields:
        return dict(fields)
    if "*" not in path or path[-1] == "*":
        return changed(fields, path, encode)
    star = path.index("*")

    def entry(value: object, argument: str) -> object:
        inner = path[star + 1 :]
        if isinstance(value, Mapping):
            if types and value.get("type") not in types:
                return dict(value)
            if len(inner) == 1 and inner[0] not in value and (alone or types or not _others_may_hold(value)):
                _refuse(argument, f"has no member {inner[0]!r}, which holds the file.")
            return changed(value, inner, lambda found, name: encode(found, f"{argument}.{name}"))
        if not alone:
            _refuse(argument, f"has to be an object with the member {inner[-1]!r}, not {type(value).__name__}.")
        return {inner[-1]: encode(value, argument)}

    return changed(fields, path[: star + 1], entry)


def found_at(fields: Mapping[str, Any], path: tuple[str, ...]) -> object:
    """Return what stands at `path`, None if nothing does."""
    found: object = fields
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if path else None


def placed(fields: Mapping[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    """Return `fields` with `value` at `path`, unless something stands there already."""
    name, *rest = path
    if not rest:
        return {name: value, **fields} if name not in fields else dict(fields)
    inner = fields.get(name, {})
    if not isinstance(inner, Mapping):
        return dict(fields)  # what is wrong with it is said elsewhere
    return {**fields, name: placed(inner, tuple(rest), value)}


def as_list(value: object, argument: str) -> list[Any]:
    """Return `value` as a list of its own.

    Raises:
        InvalidRequestError: it is none.
    """
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
        _refuse(argument, f"has to be a list, not {type(value).__name__}.")
    return list(value)


def _walked(value: Any, path: tuple[str, ...], change: Change, argument: str) -> Any:
    if not path:
        return change(value, argument)
    name, rest = path[0], path[1:]
    if name == "*":
        return [_walked(item, rest, change, f"{argument}[{at}]") for at, item in enumerate(as_list(value, argument))]
    if not isinstance(value, Mapping):
        _refuse(argument, f"has to be an object, not {type(value).__name__}.")
    if value.get(name) is None:
        return dict(value)
    return {**value, name: _walked(value[name], rest, change, f"{argument}.{name}" if argument else name)}


def _others_may_hold(value: Mapping[str, Any]) -> bool:
    """Whether an entry may do without the file, for another member names a sound made before."""
    return "audio_id" in value


def _refuse(argument: str, problem: str) -> NoReturn:
    raise InvalidRequestError(f"{argument} {problem}", argument=argument)
