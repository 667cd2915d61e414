"""Under which name a vendor's page goes into a relay's folder of sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from klingkit_spec.document import PAGE, normalised
from klingkit_spec.errors import SpecError
from klingkit_spec.relay_document import operations
from klingkit_spec.sources import CLAIMS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PageNameError", "choose"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.[A-Za-z0-9]+")
_SUFFIXES = {".txt", ".yaml", ".yml", ".json", ".html", ".htm", ".md"}
_TAKEN = {CLAIMS, "provenance.toml"}
_PREFIXES = {"get": "query-", "put": "change-", "patch": "change-", "delete": "delete-"}


class PageNameError(SpecError):
    """A page for which there is no good name; the sentence says which to give."""


def choose(
    page: dict[str, Any], known: dict[str, Any], entry: Mapping[str, Any], *, given: str | None, suffix: str
) -> str:
    """Return the file name of `page` among the sources of a relay.

    That is `given`; else the file that documents the same operations in `known`, the document of all pages; else a
    name made of the path, with `suffix`.

    Raises:
        PageNameError: the name is no name, or another page documents an operation of this one.
    """
    if given is not None and (not _NAME.fullmatch(given) or given in _TAKEN):
        raise PageNameError(f"{given!r} is no name for a page; give one such as text2video.txt.")
    prefix = entry["path_prefix"]
    homes = {(normalised(path, prefix), method): str(node.get(PAGE, "")) for path, method, node in operations(known)}
    places = [(normalised(path, prefix), method) for path, method, _ in operations(page)]
    same = {homes[place]: place for place in places if place in homes}
    if given is None and len(same) == 1:
        return next(iter(same))
    others = sorted(same.keys() - {given})
    if others:
        path, method = same[others[0]]
        listed = " and ".join(others)
        advice = (
            f"give --name {others[0]}" if len(same) == 1 else "delete all but one, with their provenance, and name it"
        )
        raise PageNameError(f"{listed} documents {method.upper()} {path}, as this page does; {advice}.")
    return given or _derived(places[0], set(homes.values()), suffix)


def _derived(place: tuple[str, str], taken: set[str], suffix: str) -> str:
    path, method = place
    words = [re.sub(r"[^a-z0-9-]+", "-", part.lower()).strip("-") for part in path.split("/") if "{" not in part]
    words = [word for word in words if word] or ["page"]
    prefix = _PREFIXES.get(method, "")
    if method == "get" and not path.endswith("}"):
        prefix = "list-"
    ending = suffix.lower() if suffix.lower() in _SUFFIXES else ".txt"
    for count in range(1, len(words) + 1):
        name = f"{prefix}{'-'.join(words[-count:])}{ending}"
        if name not in taken:
            return name
    raise PageNameError(f"there is a page {prefix}{words[-1]}{ending} already, for another operation; give --name.")
