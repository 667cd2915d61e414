"""YAML and TOML in, YAML and JSON out: strict where people write, always the same bytes where the build writes."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

import yaml

from klingkit_spec.errors import SpecError
from klingkit_spec.source_marks import InOneLine, in_one_line

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

__all__ = ["InputError", "dump_compact_json", "dump_json", "dump_yaml", "load_toml", "load_yaml"]

_WIDTH = 110

# libyaml's parser and emitter are some ten times faster; both write the same bytes for what the build writes.
_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BaseDumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class InputError(SpecError):
    """An input file that cannot be read as what it should be."""


class _StrictLoader(_BaseLoader):  # type: ignore[misc]  # the base is chosen at run time
    """A safe loader that takes no key twice and no key that is not text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            line = key_node.start_mark.line + 1
            key = self.construct_object(key_node)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, f"put quotes around the key {key!r} (line {line})")
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice (line {line})")
            seen.add(key)
        return dict(super().construct_mapping(node, deep=deep))


class Dumper(_BaseDumper):  # type: ignore[misc]  # the base is chosen at run time
    """A safe dumper without anchors, with block style for texts of several lines."""

    def ignore_aliases(self, data: object) -> bool:
        """Write every value in full: an anchor is one more thing a reader must follow."""
        return True


def _text(dumper: Any, value: str) -> Any:
    plain = all(line == line.rstrip() for line in value.split("\n")) and "\t" not in value
    style = "|" if "\n" in value and plain else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _line(dumper: Any, mapping: InOneLine) -> Any:
    return dumper.represent_mapping("tag:yaml.org,2002:map", mapping, flow_style=True)


Dumper.add_representer(str, _text)
Dumper.add_representer(InOneLine, _line)


def load_yaml(file: Path, *, shown: str) -> dict[str, Any]:
    """Return the mapping that `file` holds; `shown` is what errors call the file.

    Raises:
        InputError: it is missing, no YAML, no mapping, or has a key twice.
    """
    try:
        value = yaml.load(_read(file, shown), Loader=_StrictLoader)  # noqa: S506 - derived from the safe loader
    except yaml.YAMLError as error:
        problem = " ".join(str(error).split())
        raise InputError(f"{shown} cannot be read as YAML: {problem}; correct it by hand.") from error
    except RecursionError as error:
        raise InputError(f"{shown} is nested too deeply to be read; correct it by hand.") from error
    if not isinstance(value, dict):
        raise InputError(f"{shown} does not hold a mapping; correct it by hand.")
    return value


def load_toml(file: Path, *, shown: str) -> dict[str, Any]:
    """Return the tables of `file`; `shown` is what errors call the file.

    Raises:
        InputError: it is missing or no TOML.
    """
    try:
        return tomllib.loads(_read(file, shown))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{shown} cannot be read as TOML: {error}; correct it by hand.") from error


def _read(file: Path, shown: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InputError(f"{shown} is missing; restore it, or give the right folder with --root.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{shown} is not UTF-8 text; save it as UTF-8.") from error


def dump_yaml(document: dict[str, Any], *, header: str) -> str:
    """Return `document` as YAML below `header`, whose lines become comments. The order of keys is kept."""
    body = yaml.dump(in_one_line(document), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    comment = "".join(f"# {line}\n" for line in header.splitlines())
    return f"{comment}{body}"


def dump_json(value: object) -> str:
    """Return `value` as JSON with sorted keys, one line per entry of the upper levels."""
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def dump_compact_json(value: Mapping[str, Mapping[str, object]]) -> str:
    """Return `value` as JSON with sorted keys, one line per entry of the second level: small, and yet comparable."""
    sections = []
    for section in sorted(value):
        entries = [f"{_compact(name)}: {_compact(entry)}" for name, entry in sorted(value[section].items())]
        sections.append(f"{_compact(section)}: {{\n" + ",\n".join(entries) + "\n}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
