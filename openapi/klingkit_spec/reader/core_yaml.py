"""YAML as OpenAPI means it: the core schema of YAML 1.2, with the line of every key.

PyYAML alone resolves YAML 1.1, where ``off`` is false, ``16:9`` is 969 and ``2025-01-01`` is a date: all three are
strings on vendor pages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

__all__ = ["BrokenYamlError", "Pointer", "YamlText", "load"]

Pointer = tuple[str, ...]

_INT = re.compile(r"[-+]?[0-9]+$|0x[0-9a-fA-F]+$")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULL = {"", "~", "null", "Null", "NULL"}
_LONGEST_NUMBER = 400


class BrokenYamlError(Exception):
    """The text is no YAML; `line` is 1-based within the text."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


@dataclass
class YamlText:
    """A parsed text: its value, the 1-based line of each pointer, and the keys that stand twice."""

    value: Any = None
    lines: dict[Pointer, int] = field(default_factory=dict)
    doubled: list[tuple[int, str]] = field(default_factory=list)


class _Loader(yaml.SafeLoader):
    """Composes nodes only; values are built below."""


def load(text: str) -> YamlText:
    """Parse `text`; every mapping key becomes a string.

    Raises:
        BrokenYamlError: the text is no YAML, or uses anchors.
    """
    result = YamlText()
    try:
        node = _composed(text)
        if node is not None:
            result.value = _Builder(result).build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYamlError(mark.line + 1 if mark else 1, error.problem or "not YAML") from error
    except yaml.YAMLError as error:
        raise BrokenYamlError(1, "it holds characters that YAML does not allow") from error
    except RecursionError as error:
        raise BrokenYamlError(1, "it is nested too deeply") from error
    return result


def _composed(text: str) -> yaml.Node | None:
    """Return the text's root node: from libyaml, ten times as fast; what it refuses, the Python parser explains."""
    if yaml.__with_libyaml__:
        try:
            return yaml.compose(text, Loader=yaml.CSafeLoader)
        except yaml.YAMLError:
            pass
    return yaml.compose(text, Loader=_Loader)


class _Builder:
    def __init__(self, result: YamlText) -> None:
        self._result = result
        self._visited: set[int] = set()

    def build(self, node: yaml.Node, pointer: Pointer) -> Any:
        if id(node) in self._visited:
            raise BrokenYamlError(node.start_mark.line + 1, "anchors and aliases are not supported")
        self._visited.add(id(node))
        self._result.lines.setdefault(pointer, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, pointer)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*pointer, str(index))) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, pointer: Pointer) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise BrokenYamlError(line, "a key is not plain text")
            key = key_node.value
            if key in built:
                self._result.doubled.append((line, key))
            self._result.lines[(*pointer, key)] = line
            built[key] = self.build(value_node, (*pointer, key))
        return built


def _scalar(node: yaml.Node) -> Any:
    text: str = node.value
    if getattr(node, "style", None) or len(text) > _LONGEST_NUMBER:
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.match(text):
        return int(text, 16) if text.startswith("0x") else int(text, 10)
    if _FLOAT.match(text):
        return float(text)
    return text
