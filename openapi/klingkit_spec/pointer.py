"""JSON pointers (RFC 6901): address a place in a document, look it up, change it."""

from __future__ import annotations

from typing import Any

__all__ = ["MISSING", "Missing", "join", "lookup", "place", "remove", "split"]


class Missing:
    """The type of `MISSING`: nothing stands there, which is not the same as null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def split(pointer: str) -> tuple[str, ...]:
    """Return the parts of `pointer`; the empty pointer has none.

    Raises:
        ValueError: it does not start with a slash.
    """
    if pointer == "":
        return ()
    if not pointer.startswith("/"):
        raise ValueError(f"a JSON pointer starts with '/', not {pointer!r}")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/"))


def join(parts: tuple[str | int, ...]) -> str:
    """Return the pointer with these parts."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def lookup(document: Any, parts: tuple[str, ...]) -> Any:
    """Return what stands at `parts`, or `MISSING`."""
    for part in parts:
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return MISSING
    return document


def place(document: Any, parts: tuple[str, ...], value: Any) -> bool:
    """Put `value` at `parts`; answer False when the parent is not there. ``-`` appends to a list."""
    parent = lookup(document, parts[:-1])
    if isinstance(parent, dict):
        parent[parts[-1]] = value
    elif isinstance(parent, list) and parts[-1] == "-":
        parent.append(value)
    elif isinstance(parent, list) and parts[-1].isdecimal() and int(parts[-1]) < len(parent):
        parent[int(parts[-1])] = value
    else:
        return False
    return True


def remove(document: Any, parts: tuple[str, ...]) -> None:
    """Take away what stands at `parts`; the caller has looked that something does."""
    parent = lookup(document, parts[:-1])
    if isinstance(parent, list):
        del parent[int(parts[-1])]
    else:
        del parent[parts[-1]]
