"""Where in the text of a YAML or JSON document a pointer leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Lines"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Lines:
    """The lines of one text. A text that is no YAML has none."""

    def __init__(self, text: str) -> None:
        try:
            self._root = yaml.compose(text, Loader=_LOADER) if text else None
        except (yaml.YAMLError, RecursionError):
            self._root = None

    def line(self, parts: Sequence[str], *, exactly: bool = False) -> int | None:
        """Return the 1-based line of the key or entry at `parts`, or of the last one on the way that is there.

        With `exactly`, a way that breaks off has no line.
        """
        if self._root is None:
            return None
        node, line = self._root, self._root.start_mark.line
        for part in parts:
            step = _step(node, part)
            if step is None and exactly:
                return None
            if step is None:
                break
            node, line = step
        return int(line) + 1


def _step(node: Any, part: str) -> tuple[Any, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return value, key.start_mark.line
    elif isinstance(node, yaml.SequenceNode) and part.isdecimal() and int(part) < len(node.value):
        entry = node.value[int(part)]
        return entry, entry.start_mark.line
    return None
