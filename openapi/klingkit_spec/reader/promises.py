"""Walk the request of every operation and put into its schemas what their descriptions promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.enums import typed
from klingkit_spec.reader.line_marks import FROM
from klingkit_spec.reader.normalise import METHODS
from klingkit_spec.reader.prose import Limits, clauses, limits_of
from klingkit_spec.reader.rules import Context, member_of_noun, rule_key, rules_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_spec.reader.core_yaml import Pointer
    from klingkit_spec.reader.notes import Notes
    from klingkit_spec.reader.page import Locate

__all__ = ["apply", "request_schemas"]

_DEEPEST = 40


def apply(document: dict[str, Any], notes: Notes, locate: Locate) -> None:
    """Change the document's request schemas in place."""
    for pointer, schema in request_schemas(document):
        _Walker(document, notes, locate, schema).walk(schema, pointer, "", 0)


def request_schemas(document: dict[str, Any]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield pointer and schema of every request body and every parameter."""
    for path, item in _dict(document.get("paths")).items():
        for method in METHODS:
            operation = _dict(_dict(item).get(method))
            base = ("paths", str(path), method)
            for media, body in _dict(_dict(operation.get("requestBody")).get("content")).items():
                schema = _resolve(document, _dict(body).get("schema"))
                if schema is not None:
                    yield (*base, "requestBody", "content", str(media), "schema"), schema
            for index, parameter in enumerate(operation.get("parameters") or []):
                schema = _resolve(document, _dict(parameter).get("schema"))
                if schema is not None:
                    yield (*base, "parameters", str(index), "schema"), schema


def _resolve(document: dict[str, Any], schema: Any) -> dict[str, Any] | None:
    for _ in range(8):
        if not isinstance(schema, dict):
            return None
        reference = schema.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return schema
        target: Any = document
        for key in reference[2:].split("/"):
            target = _dict(target).get(key.replace("~1", "/").replace("~0", "~"))
        schema = target
    return None


class _Walker:
    def __init__(self, document: dict[str, Any], notes: Notes, locate: Locate, root: dict[str, Any]) -> None:
        self._document = document
        self._notes = notes
        self._locate = locate
        self._root = root
        self._seen: set[int] = set()

    def walk(self, schema: dict[str, Any], pointer: Pointer, field: str, depth: int) -> None:
        """Read the description of this schema and of everything inside it."""
        if id(schema) in self._seen or depth > _DEEPEST:
            return
        self._seen.add(id(schema))
        text = schema.get("description")
        if isinstance(text, str) and text.strip() and field:
            self._read(schema, text, pointer, field)
        items = _resolve(self._document, schema.get("items"))
        if items is not None:
            self.walk(items, (*pointer, "items"), f"{field}[]", depth + 1)
        for name, member in _dict(schema.get("properties")).items():
            inner = _resolve(self._document, member)
            if inner is not None:
                self.walk(inner, (*pointer, "properties", name), f"{field}.{name}" if field else name, depth + 1)

    def _read(self, schema: dict[str, Any], text: str, pointer: Pointer, field: str) -> None:
        line = self._locate((*pointer, "description"))
        type_name = _type(schema)
        limits = limits_of(text, type_name)
        items = _resolve(self._document, schema.get("items")) or {}
        self._put_all(schema, limits.own, field, line)
        if limits.of_each:
            self._of_each(items, limits, text, field, line)
        members = _dict(items.get("properties"))
        rules = rules_of(text, Context(field, _dict(self._root.get("properties")), members))
        if limits.numeric is not None and "enum" not in schema:
            low, high = limits.numeric
            rules.append(
                {"kind": "numeric_range", "field": field, "minimum": low, "maximum": high, "text": text.strip()}
            )
        known = self._root.setdefault("x-kling-rules", []) if rules else []
        for rule in rules:
            if rule_key(rule) not in [rule_key(other) for other in known]:
                known.append(rule)

    def _of_each(self, items: dict[str, Any], limits: Limits, text: str, field: str, line: int) -> None:
        """Limits of each member belong to the items, or to the one text among their fields that is meant."""
        members = _dict(items.get("properties"))
        if not members:
            self._put_all(items, limits.of_each, f"{field}[]", line)
            return
        meant = [
            name
            for clause in clauses(text)
            if clause.of_each and limits_of(clause.text, "array").of_each
            for name in member_of_noun(clause.text, members)
        ]
        lengths = {key: value for key, value in limits.of_each.items() if key in {"minLength", "maxLength"}}
        texts = [name for name in dict.fromkeys(meant) if _type(_dict(members[name])) == "string"]
        if lengths and len(texts) == 1:
            self._put_all(members[texts[0]], lengths, f"{field}[].{texts[0]}", line)
        elif lengths:
            self._notes.warn(line, f"the limit on each member of '{field}' names no single field; it was left out")

    def _put_all(self, schema: dict[str, Any], keywords: dict[str, Any], field: str, line: int) -> None:
        type_name = _type(schema)
        for keyword, value in keywords.items():
            new = [typed(item, type_name) for item in value] if keyword == "enum" else value
            if keyword == "default" and isinstance(schema.get("enum"), list) and new not in schema["enum"]:
                self._notes.warn(line, f"the text calls {new!r} the default of '{field}', which is none of its values")
                continue
            if keyword in schema:
                if schema[keyword] != new and keyword not in _dict(schema.get(FROM)):
                    self._notes.info(
                        line,
                        f"the text of '{field}' says {keyword} {new!r}, its schema {schema[keyword]!r}; "
                        "the schema was kept",
                    )
                continue
            schema[keyword] = new
            schema.setdefault(FROM, {})[keyword] = "prose"


def _type(schema: dict[str, Any]) -> str | None:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), None)
    return kind if isinstance(kind, str) else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
