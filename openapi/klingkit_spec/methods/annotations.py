"""Python types for what is sent: Literals, TypedDicts, and the annotation of each argument."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from klingkit_spec.methods.places import is_seconds, medium_of, stands_alone
from klingkit_spec.methods.plan import resolved
from klingkit_spec.methods.wording import told, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Types"]

_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
_FILES = {"picture": "ImageInput", "sound": "AudioInput"}
# Ids of what an earlier task made; the task or its result will do as well.
_MADE = frozenset({"audio_id", "video_id"})
_MOMENT = re.compile(r"Unix milliseconds")
# Vendors add models and voices from week to week: any word is taken, the known ones are offered.
_GROWING = re.compile(r"(?:Model|Voice)$")


class Types:
    """Collects the types that arguments need, and writes them down."""

    def __init__(self, spec: Mapping[str, Any], names: Mapping[str, str]) -> None:
        self._spec = spec
        self._names = names
        self._needed: dict[str, str] = {}

    def of(self, name: str, schema: Mapping[str, Any], prefix: str = "t.") -> str:
        """Return the annotation for a value called `name`; what it needs is written by `module`."""
        found = resolved(self._spec, schema)
        described = {**found, "description": schema["description"]} if "description" in schema else found
        if is_seconds(name, found):
            return "int | str"
        if name in _MADE:
            return f"str | {prefix}Made"
        if kind := medium_of(described):
            return f"{prefix}{_FILES[kind]}"
        if "$ref" in schema and ("enum" in found or "properties" in found or "anyOf" in found):
            return self._named(str(schema["$ref"]).rpartition("/")[2], found, prefix)
        if "const" in found:
            return f'Literal["{found["const"]}"]'
        return self._plain(name, described, prefix)

    def module(self) -> Iterator[str]:
        """Yield the source of every type that was needed: words, then objects, then choices among those."""
        sources = [self._needed[name] for name in self.names()]
        for rank in range(3):
            yield from (source for source in sources if _rank(source) == rank)

    def names(self) -> list[str]:
        """Return the names of every type that was needed."""
        return sorted(self._needed)

    def _plain(self, name: str, schema: Mapping[str, Any], prefix: str) -> str:
        kinds = schema.get("type")
        if _MOMENT.search(str(schema.get("description", ""))):
            return f"{prefix}Moment"
        if kinds == "array":
            entry = resolved(self._spec, schema["items"])
            inner = self.of(name.removesuffix("_list").removesuffix("s"), schema["items"], prefix)
            alone = f"{prefix}ImageInput | " if stands_alone(self._spec, entry) else ""
            return f"Sequence[{alone}{inner}]"
        listed = [kinds] if isinstance(kinds, str) else list(kinds or ())
        found = [_PLAIN[kind] for kind in listed if kind in _PLAIN]
        return " | ".join(found) if found else "Mapping[str, Any]"

    def _named(self, spec_name: str, schema: Mapping[str, Any], prefix: str) -> str:
        name = self._names.get(spec_name, spec_name)
        if name not in self._needed:
            self._needed[name] = ""  # a type may mention itself
            self._needed[name] = self._source(name, schema)
        growing = " | str" if "enum" in schema and _GROWING.search(spec_name) else ""
        return f"{prefix}{name}{growing}"

    def _source(self, name: str, schema: Mapping[str, Any]) -> str:
        text = told(schema.get("description", ""))
        note = "\n".join(wrapped(f'"""{text}"""', 0))
        if "enum" in schema:
            words = schema["enum"][::-1] if name.endswith("Model") else schema["enum"]  # the newest first
            return f"{name} = Literal[{', '.join(_quoted(words))}]\n{note}\n"
        if "anyOf" in schema:
            choices = list(dict.fromkeys(self._choice(part) for part in schema["anyOf"]))
            return f"{name} = {' | '.join(choices)}\n{note}\n"
        return self._typed_dict(name, schema, text)

    def _choice(self, part: Mapping[str, Any]) -> str:
        if "enum" in part and "$ref" not in part:
            return f"Literal[{', '.join(_quoted(part['enum']))}]"
        return self.of("", part, prefix="")

    def _typed_dict(self, name: str, schema: Mapping[str, Any], text: str) -> str:
        required = set(schema.get("required", ()))
        lines = [f"class {name}(TypedDict):", *wrapped(f'"""{text}', 4)]
        members: list[str] = []
        entries: list[str] = []
        for member, part in schema["properties"].items():
            inner = self.of(member, part, prefix="")
            members.append(f"    {member}: {inner if member in required else f'NotRequired[{inner}]'}")
            said = told(part.get("description") or resolved(self._spec, part).get("description", ""))
            if said:
                entries += wrapped(f"{member}: {said}", 8, hanging=4)
        if entries:
            return "\n".join([*lines, "", "    Attributes:", *entries, '    """', "", *members]) + "\n"
        lines[-1] += '"""'
        return "\n".join([*lines, "", *members]) + "\n"


def _quoted(words: Sequence[object]) -> list[str]:
    return [f'"{word}"' if isinstance(word, str) else repr(word) for word in words]


def _rank(source: str) -> int:
    if source.startswith("class "):
        return 1
    return 0 if " = Literal[" in source.partition("\n")[0] else 2
