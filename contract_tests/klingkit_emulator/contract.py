"""What one relay promises, compiled from its resolved document: operations, parameters, request schemas, rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal

import jsonschema_rs

import klingkit_data
from klingkit_emulator.errors import DataError
from klingkit_emulator.makes import kind_of
from klingkit_emulator.offers import Offers
from klingkit_emulator.rules import Rule, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Contract", "Operation", "Parameter", "Violation", "document_of", "load_contract", "read_contract"]

ONE_SPEC = "resolved/kling.openapi.yaml"
OFFICIAL = "official"
VERBS = ("create", "get", "list")
CALL = "call"
JSON = "application/json"
# OpenAPI: parameters of these names are described elsewhere and are to be ignored.
_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MODEL_MEMBERS = ("model_name", "model")
_BITS = {"int32": 32, "int64": 64}
_INTEGER = re.compile(r"[+-]?\d{1,18}")


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a request: the member at fault (dotted), the schema keyword, a short sentence.

    `sort` tells who says so: a schema, a named rule, or what is said of single models.
    """

    path: str
    keyword: str
    message: str
    sort: Literal["schema", "rule", "offer"] = "schema"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query, header or path parameter. `default` is what leaving it out means, or None."""

    name: str
    where: str
    required: bool
    kinds: tuple[str, ...]
    default: Any
    schema: jsonschema_rs.Draft202012Validator

    def read(self, texts: Sequence[str]) -> tuple[Any, list[Violation]]:
        """Return the value said in `texts` (every occurrence in the request) and what is wrong with it."""
        if not texts:
            missing = Violation(self.name, "required", f"the {self.where} parameter {self.name!r} is missing")
            return self.default, [missing] if self.required else []
        if len(texts) > 1 and "array" not in self.kinds:
            return texts, [Violation(self.name, "type", f"{self.name!r} is given {len(texts)} times")]
        value = list(texts) if "array" in self.kinds else self._typed(texts[0])
        return value, _violations(self.schema, value, self.name)

    def _typed(self, text: str) -> Any:
        if "integer" in self.kinds and _INTEGER.fullmatch(text):
            return int(text)
        if "number" in self.kinds:
            try:
                return float(text)
            except ValueError:
                return text
        return {"true": True, "false": False}.get(text, text) if "boolean" in self.kinds else text


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation. `object` is its id without the verb, `kind` is what it makes.

    `manner` is how it is served: ``create``, ``get`` and ``list`` are the life of a task, anything else is a ``call``.
    `models` are those that a create may name.
    """

    id: str
    object: str
    manner: str
    kind: str
    billable: bool
    method: str
    segments: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: jsonschema_rs.Draft202012Validator | None
    body_required: bool
    members: frozenset[str]
    defaults: Mapping[str, Any]
    rules: tuple[Rule, ...]
    offers: Offers | None
    models: frozenset[str] = frozenset()

    def match(self, segments: Sequence[str]) -> dict[str, str] | None:
        """Return the path parameters if `segments`, already percent-decoded, are this operation's path."""
        if len(segments) != len(self.segments):
            return None
        values: dict[str, str] = {}
        for said, documented in zip(segments, self.segments, strict=True):
            if documented.startswith("{"):
                values[documented.strip("{}")] = said
            elif said != documented:
                return None
        return values if all(values.values()) else None

    def check_body(self, body: Mapping[str, Any], path: Mapping[str, str] | None = None) -> list[Violation]:
        """Return what is wrong with a request body: the schema first; if it holds, the named rules and the model.

        `path` are the path parameters, one of which may name the model.
        """
        if self.body is None:
            return []
        if wrong := _violations(self.body, body, ""):
            return wrong
        full = {**self.defaults, **body}
        model = self._model(full, path or {})
        wrong = [
            Violation(rule.fields[0], rule.id, rule.text, "offer" if rule.of_models else "rule")
            for rule in self.rules
            if not rule.holds(full, model)
        ]
        if self.offers is not None and (refused := self.offers.refused(body, model)):
            wrong.append(Violation(refused.field, "offers", refused.message, "offer"))
        return wrong

    def _model(self, body: Mapping[str, Any], path: Mapping[str, str]) -> str | None:
        if self.offers is not None:
            return self.offers.model_of(body, path)
        named = next((body[member] for member in _MODEL_MEMBERS if member in body), None)
        return named if isinstance(named, str) else None


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything one relay documents. `errors` maps a Kling code to its HTTP status."""

    relay: str
    operations: tuple[Operation, ...]
    errors: Mapping[int, int]
    _places: dict[tuple[str, ...], list[int]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Sort the operations by what their paths begin with: a document may have a hundred of them."""
        for number, operation in enumerate(self.operations):
            fixed = tuple(takewhile(lambda segment: not segment.startswith("{"), operation.segments))
            self._places.setdefault(fixed, []).append(number)

    def at(self, segments: Sequence[str]) -> Iterator[tuple[Operation, dict[str, str]]]:
        """Yield the operations whose path is `segments`, and its parameters, in the order of the document."""
        path = tuple(segments)
        found: list[int] = []
        for length in range(len(path) + 1):
            found += self._places.get(path[:length], ())
        for number in sorted(found):
            values = self.operations[number].match(path)
            if values is not None:
                yield self.operations[number], values


@lru_cache(maxsize=16)  # compiling the schemas of a hundred operations takes a while, and nothing changes them
def load_contract(relay: str) -> Contract:
    """Compile the resolved document of `relay`.

    Raises:
        DataError: the document is missing from this installation, or says something that cannot be executed.
    """
    return read_contract(relay, document_of(relay), klingkit_data.load(ONE_SPEC)["x-kling-errors"])


def read_contract(relay: str, document: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> Contract:
    """Compile a document. `errors` is the table of Kling's codes for a document that has none of its own.

    Raises:
        DataError: the document says something that cannot be executed.
    """
    reader = _Reader(document)
    return Contract(
        relay=relay,
        operations=tuple(
            reader.operation(path, method, item[method], item.get("parameters", []))
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item
        ),
        errors={row["code"]: row["http"] for row in document.get("x-kling-errors") or errors},
    )


def document_of(relay: str) -> dict[str, Any]:
    """Return the resolved document of `relay`.

    Raises:
        DataError: it is missing from this installation.
    """
    try:
        return klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")
    except FileNotFoundError as error:
        if relay == OFFICIAL:  # the one spec is the official document
            return klingkit_data.load(ONE_SPEC)
        raise DataError(
            f"relay {relay!r} has no resolved document; build it with `klingkit spec build` or reinstall klingkit."
        ) from error


class _Reader:
    """Reads operations out of one document; references are resolved, schemas keep theirs and carry `components`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._ids = {
            item[name]["operationId"] for item in document["paths"].values() for name in _METHODS if name in item
        }
        self._components = _bounded(document.get("components", {}))

    def operation(
        self, path: str, method: str, raw: Mapping[str, Any], shared: Sequence[Mapping[str, Any]]
    ) -> Operation:
        operation_id: str = raw["operationId"]
        obj, _, verb = operation_id.rpartition("_")
        body = self._resolve(raw.get("requestBody", {}))
        schema = body.get("content", {}).get(JSON, {}).get("schema")
        parts = list(self._parts(schema)) if schema else []
        members = {name: value for part in parts for name, value in part.get("properties", {}).items()}
        return Operation(
            id=operation_id,
            object=obj,
            manner=verb if verb in VERBS and f"{obj}_create" in self._ids else CALL,
            kind=kind_of(obj),
            billable=bool(raw.get("x-klingkit-billable", False)),
            method=method.upper(),
            segments=tuple(path.strip("/").split("/")),
            parameters=self._parameters([*shared, *raw.get("parameters", [])]),
            body=self._validator(schema) if schema else None,
            body_required=bool(body.get("required", False)),
            members=frozenset(members),
            defaults={name: value["default"] for name, value in members.items() if "default" in value},
            rules=read_rules(
                [rule for part in parts for rule in part.get("x-kling-rules", [])] + list(raw.get("x-kling-rules", []))
            ),
            offers=Offers(raw["x-kling-offers"]) if "x-kling-offers" in raw else None,
            models=frozenset(self._resolve(members.get("model_name") or members.get("model") or {}).get("enum", ())),
        )

    def _parameters(self, rows: Sequence[Mapping[str, Any]]) -> tuple[Parameter, ...]:
        found = {(row["in"], row["name"]): row for row in map(self._resolve, rows)}  # the operation's own come last
        return tuple(self._parameter(row) for row in found.values() if not _described_elsewhere(row))

    def _parameter(self, row: Mapping[str, Any]) -> Parameter:
        schema = row.get("schema", {})
        resolved = self._resolve(schema)
        kinds = resolved.get("type", ())
        return Parameter(
            name=row["name"],
            where=row["in"],
            required=bool(row.get("required", False)),
            kinds=(kinds,) if isinstance(kinds, str) else tuple(kinds),
            default=resolved.get("default"),
            schema=self._validator(schema),
        )

    def _validator(self, schema: Mapping[str, Any]) -> jsonschema_rs.Draft202012Validator:
        whole = {**_bounded(schema), "components": self._components}
        try:
            return jsonschema_rs.Draft202012Validator(whole, mask="the value", validate_formats=True)
        except ValueError as error:
            first = str(error).partition("\n")[0]
            raise DataError(f"the resolved document holds a schema that cannot be compiled ({first}).") from error

    def _parts(self, schema: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        """Yield the schema and whatever it is composed of, so that members stated in an `allOf` count too."""
        resolved = self._resolve(schema)
        yield resolved
        for part in resolved.get("allOf", []):
            yield from self._parts(part)

    def _resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        seen: set[str] = set()
        while "$ref" in node:
            ref: str = node["$ref"]
            target = None if ref in seen else self._at(ref)
            if not isinstance(target, dict):
                raise DataError(f"the reference {ref!r} of the resolved document leads nowhere.")
            seen.add(ref)
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        return node

    def _at(self, ref: str) -> Any:
        target: Any = self._document if ref.startswith("#/") else None
        for step in ref.removeprefix("#/").split("/"):
            target = target.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(target, dict) else None
        return target


def _bounded(node: Any) -> Any:
    """Return a copy in which the sizes of OpenAPI's integers are bounds that JSON Schema knows."""
    if isinstance(node, list):
        return [_bounded(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    copy = {name: _bounded(value) for name, value in node.items()}
    if bits := _BITS.get(str(node.get("format"))):
        return {"minimum": -(2 ** (bits - 1)), "maximum": 2 ** (bits - 1) - 1, **copy}
    return copy


def _described_elsewhere(row: Mapping[str, Any]) -> bool:
    return row["in"] == "header" and row["name"].lower() in _NOT_PARAMETERS


def _violations(validator: jsonschema_rs.Draft202012Validator, value: Any, root: str) -> list[Violation]:
    return [
        Violation(
            path=_dotted([*([root] if root else []), *error.instance_path]),
            keyword=error.kind.name,
            message=error.message,
        )
        for error in validator.iter_errors(value)
    ]


def _dotted(path: Sequence[str | int]) -> str:
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.lstrip(".")
