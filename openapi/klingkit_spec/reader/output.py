"""Write a document out: the same text for the same document, readable at a terminal."""

from __future__ import annotations

import json
from typing import Any

import yaml

from klingkit_spec.source_marks import InOneLine, in_one_line

__all__ = ["to_json", "to_yaml"]


class _Dumper(yaml.SafeDumper):
    """Indents list items under their key, writes text of several lines as a block, never an anchor."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    blocky = "\n" in text and not any(line != line.rstrip() or "\t" in line for line in text.split("\n"))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if blocky else None)


def _line(dumper: yaml.SafeDumper, mapping: InOneLine) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(InOneLine, _line)


def to_yaml(document: dict[str, Any]) -> str:
    """Return the document as YAML in its own key order, every character as itself."""
    shown = in_one_line(document)
    text: str = yaml.dump(shown, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return text


def to_json(document: dict[str, Any]) -> str:
    """Return the document as indented JSON in its own key order, every character as itself."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
