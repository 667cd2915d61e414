"""Where a promise stands: the line of a relay's resolved spec that a JSON pointer leads to."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

import yaml

import klingkit_data

__all__ = ["file_of", "line_of"]


def file_of(relay: str) -> str:
    """Return the path of the resolved spec of `relay` in klingkit's repository."""
    return f"openapi/resolved/relays/{relay}.openapi.yaml"


def line_of(relay: str, pointer: str) -> int | None:
    """Return the line, counted from 1, that `pointer` leads to; None when this installation has no spec of `relay`.

    A pointer that leads nowhere gives the line of the last part of it that exists, an empty one the first line.
    """
    node = _document(relay)
    if node is None:
        return None
    line = 1
    for token in unquote(pointer.removeprefix("#")).split("/")[1:]:
        found = _step(node, token.replace("~1", "/").replace("~0", "~"))
        if found is None:
            break
        line, node = found
    return line


def _step(node: yaml.Node, token: str) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == token:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and token.isdecimal() and int(token) < len(node.value):
        item = node.value[int(token)]
        return item.start_mark.line + 1, item
    return None


@lru_cache(maxsize=32)
def _document(relay: str) -> yaml.Node | None:
    try:
        content = klingkit_data.path(f"resolved/relays/{relay}.openapi.yaml").read_bytes()
    except (OSError, ValueError):  # a relay of somebody else's, or an id that is no part of a path
        return None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    node: yaml.Node | None = yaml.compose(content, Loader=loader)
    return node
