"""Where in a request files stand, and texts that are seconds: found in the schemas, for the wrapper to act on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from klingkit_spec.methods.plan import resolved
from klingkit_spec.methods.table import MethodsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Limits", "Medium", "Places", "is_seconds", "limits_of", "medium_of", "places_of", "stands_alone"]

_CODED = re.compile(r"\bBase64\b")
_DIGITS = re.compile(r"\d+")
_PICTURES = ("jpg", "png")
_SOUNDS = ("mp3", "audio")
_FORMATS = re.compile(r"\b(jpe?g|png|webp)\b")
_MEGABYTES = re.compile(r"at most (\d+) MB")
_SIDES = re.compile(r"each side (?:at least (\d+)|(\d+) to (\d+)) px")
_RATIO = re.compile(r"aspect ratio 1:([\d.]+) to ([\d.]+):1")

Limits = tuple[tuple[str, ...], int, int, int, float]


@dataclass(frozen=True)
class Medium:
    """A place where a file may stand.

    Attributes:
        path: the members on the way, ``*`` for every entry of a list.
        kind: ``picture`` or ``sound``.
        types: where entries say their ``type``: those that take a file; empty means all.
        alone: whether an entry may be given as the file itself, without its object.
        limits: of a picture: formats, megabytes, least and most pixels of a side, and how many times a side may be as
            long as the other; 0 where nothing is said. None for a sound.
    """

    path: tuple[str, ...]
    kind: str
    types: tuple[str, ...] = ()
    alone: bool = False
    limits: Limits | None = None


@dataclass(frozen=True)
class Places:
    """Everything in one request that the wrapper changes on the way: files, seconds as text, and lists to copy."""

    media: tuple[Medium, ...]
    seconds: tuple[tuple[str, ...], ...]
    lists: tuple[str, ...]


def places_of(spec: Mapping[str, Any], body: Mapping[str, Any]) -> Places:
    """Return the places in a request `body`."""
    media: dict[tuple[object, ...], Medium] = {}
    for medium in _media(spec, body, (), (), alone=False):
        before = media.get((medium.path, medium.kind, medium.limits))
        types = medium.types if before is None else (*before.types, *medium.types)
        media[medium.path, medium.kind, medium.limits] = replace(medium, types=types)
    lists = [name for name, part in body.get("properties", {}).items() if resolved(spec, part).get("type") == "array"]
    return Places(tuple(media.values()), tuple(_seconds(spec, body, ())), tuple(lists))


def medium_of(schema: Mapping[str, Any]) -> str:
    """Return ``picture`` or ``sound`` for a text that may be a file in Base64, else an empty text."""
    told = str(schema.get("description", ""))
    if schema.get("type") != "string" or not _CODED.search(told):
        return ""
    if any(word in told for word in _PICTURES):
        return "picture"
    return "sound" if any(word in told for word in _SOUNDS) else ""


def limits_of(told: str) -> Limits:
    """Return the limits of a picture that is described so.

    Raises:
        MethodsError: its formats or its bytes are not told.
    """
    told = " ".join(told.split())
    formats = tuple(dict.fromkeys(word.replace("jpeg", "jpg") for word in _FORMATS.findall(told)))
    megabytes, sides, ratio = _MEGABYTES.search(told), _SIDES.search(told), _RATIO.search(told)
    if not formats or megabytes is None:
        raise MethodsError(f"a picture is described without its formats and its megabytes: {told!r}; say them.")
    least, most = (sides[1] or sides[2], sides[3] or 0) if sides else (0, 0)
    if ratio is not None and ratio[1] != ratio[2]:
        raise MethodsError(f"a picture is described by a ratio that is not the same both ways: {told!r}; correct it.")
    return formats, int(megabytes[1]), int(least), int(most), float(ratio[1]) if ratio else 0.0


def is_seconds(name: str, schema: Mapping[str, Any]) -> bool:
    """Whether a text is a number of whole seconds; callers give numbers for it."""
    if not name.endswith("duration") or schema.get("type") != "string":
        return False
    words = schema.get("enum")
    return schema.get("pattern") == "^[1-9][0-9]*$" or bool(words and all(_DIGITS.fullmatch(word) for word in words))


def stands_alone(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Return the member that a file given instead of the object `schema` becomes; empty if it cannot be."""
    required = schema.get("required", [])
    if len(required) != 1 or "type" in schema.get("properties", {}).keys() & set(required):
        return ""
    only = str(required[0])
    return only if medium_of(resolved(spec, schema["properties"][only])) == "picture" else ""


def _media(
    spec: Mapping[str, Any], schema: Mapping[str, Any], path: tuple[str, ...], types: tuple[str, ...], *, alone: bool
) -> Iterator[Medium]:
    schema = _with_description(spec, schema)
    kind = medium_of(schema)
    if kind:
        limits = limits_of(str(schema["description"])) if kind == "picture" else None
        yield Medium(path, kind, types, alone, limits)
    for name, part in schema.get("properties", {}).items():
        named = schema["properties"].get("type", {}).get("const")
        inner = (str(named),) if named else types
        yield from _media(spec, part, (*path, name), inner, alone=alone and name == stands_alone(spec, schema))
    if isinstance(schema.get("items"), dict):
        entry = resolved(spec, schema["items"])
        yield from _media(spec, schema["items"], (*path, "*"), (), alone=bool(stands_alone(spec, entry)))
    for part in schema.get("anyOf", []):
        if "$ref" in part:
            yield from _media(spec, part, path, types, alone=False)


def _seconds(spec: Mapping[str, Any], schema: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    schema = resolved(spec, schema)
    if path and is_seconds(path[-1], schema):
        yield path
    for name, part in schema.get("properties", {}).items():
        yield from _seconds(spec, part, (*path, name))
    if isinstance(schema.get("items"), dict):
        yield from _seconds(spec, schema["items"], (*path, "*"))


def _with_description(spec: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = resolved(spec, schema)
    return {**found, "description": schema["description"]} if "description" in schema else found
