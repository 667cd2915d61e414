"""HTML elements that escape whatever they are given, so that no text of a relay is ever read as markup."""

from __future__ import annotations

from html import escape

from klingkit_contract.report.text import printable

__all__ = ["Markup", "element", "join"]

_VOID = frozenset({"br", "input", "wbr"})


class Markup(str):
    """Text that is HTML already. Only `element` and `join` make it; a plain `str` is text and gets escaped."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str | bool) -> Markup:
    """Return the element `name` with `children`, each escaped unless it is `Markup`.

    Attributes are written with underscores for hyphens and a trailing one where Python reserves the word:
    ``class_="card"``, ``aria_label="…"``. True gives an attribute without a value, False leaves it out.
    """
    head = "".join(_attribute(key, value) for key, value in attributes.items() if value is not False)
    if name in _VOID:
        return Markup(f"<{name}{head}>")
    return Markup(f"<{name}{head}>{join(*children)}</{name}>")


def join(*children: str) -> Markup:
    """Return `children` one after the other, each escaped unless it is `Markup`."""
    return Markup("".join(child if isinstance(child, Markup) else escape(printable(child)) for child in children))


def _attribute(key: str, value: str | bool) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(printable(str(value)))}"'
