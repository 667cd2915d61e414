"""One relay's resolved document, as the checks ask it: operations, promises, and what is wrong with a value."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import jsonschema_rs

from klingkit_contract.catalogue import Role, roles_of
from klingkit_contract.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Contract", "Operation", "Promise", "SchemaError"]

_METHODS = ("get", "post")
_MOST_WORDS = 8  # allowed words that a sentence lists
_NAMES = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the document. `family` is its operationId without the verb, the same for create, get, list."""

    id: str
    family: str
    role: Role
    method: str
    path: str
    pointer: str
    billable: bool
    evidence: str
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the document says about answers of one status. `media` maps media types to schema pointers.

    `refusals` are the codes with which a wrong request is refused, whatever the status: some gateways do it with 5xx.
    """

    pointer: str
    media: Mapping[str, str]
    refusals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One way in which a value breaks a schema; `pointer` leads to the keyword that says so in the document."""

    place: tuple[str | int, ...]
    keyword: str
    pointer: str
    message: str
    missing: str = ""

    @property
    def dotted(self) -> str:
        """The place as a dotted path with ``[]`` for a list index, including the member that is missing."""
        parts = [*self.place, *([self.missing] if self.missing else [])]
        return ".".join("[]" if isinstance(part, int) else part for part in parts).replace(".[]", "[]")


class Contract:
    """A resolved document with compiled schemas."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.operations = {operation.id: operation for operation in _operations(document)}
        if not self.operations:
            raise DocumentError("the relay's resolved document lists no operation; run `klingkit spec build`.")
        self._routes = [
            (operation.method, re.compile(_template(operation.path)), operation)
            for operation in self.operations.values()
        ]
        self._validator = lru_cache(maxsize=None)(self._compile)

    @property
    def shows_pages(self) -> bool:
        """Whether the document says that paths it does not list show a web page."""
        return bool(self.document.get("info", {}).get("x-klingkit-unknown-paths") == "page")

    @property
    def calls_back_by_other_ids(self) -> bool:
        """Whether the document says that callbacks carry an id that no answer shows."""
        return bool(self.document.get("info", {}).get("x-klingkit-callback-ids") == "upstream")

    def match(self, method: str, path: str) -> Operation | None:
        """Return the operation that a request goes to, or None. `path` is percent-encoded, without a query."""
        for wanted, pattern, operation in self._routes:
            if wanted == method.upper() and pattern.fullmatch(path):
                return operation
        return None

    def of_role(self, role: Role) -> list[Operation]:
        """Return the operations of one role in the document's order."""
        return [operation for operation in self.operations.values() if operation.role is role]

    def sibling(self, operation: Operation, role: Role) -> Operation | None:
        """Return the operation of the same family with another role, or None."""
        return self.operations.get(f"{operation.family}_{role.value}")

    def query_of(self, create: Operation) -> Operation | None:
        """Return the operation that tells how a task of `create` goes: its own get, or the one it links to."""
        own = self.sibling(create, Role.GET)
        if own is not None:
            return own
        links = create.definition.get("responses", {}).get("200", {}).get("links", {})
        found = (self.operations.get(str(link.get("operationId", ""))) for link in links.values())
        return next((operation for operation in found if operation and operation.role is Role.GET), None)

    def resolve(self, pointer: str) -> tuple[str, Any]:
        """Follow `pointer` (and any ``$ref`` it ends on) and return where it really leads and what is there."""
        value: Any = self.document
        for part in pointer.split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]
        if isinstance(value, dict) and str(value.get("$ref", "")).startswith("#/"):
            return self.resolve(value["$ref"][1:])
        return pointer, value

    def request_schema(self, operation: Operation) -> str:
        """Return the pointer to the schema of the operation's JSON body, or an empty string when it takes none."""
        body = operation.definition.get("requestBody")
        if body is None:
            return ""
        pointer, resolved = self.resolve(f"{operation.pointer}/requestBody")
        return f"{pointer}/content/application~1json/schema" if "application/json" in resolved["content"] else ""

    def path_values(self, operation: Operation, path: str) -> dict[str, str]:
        """Return what stands in `path` for the names in braces of the operation's path, percent-decoded."""
        found = re.fullmatch(_template(operation.path), path)
        return dict(zip(_NAMES.findall(operation.path), map(unquote, found.groups()), strict=True)) if found else {}

    def parameters(self, operation: Operation, location: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
        """Return the parameters in `location` (query, header, path): name to (pointer, definition)."""
        found = {}
        for index in range(len(operation.definition.get("parameters", ()))):
            pointer, parameter = self.resolve(f"{operation.pointer}/parameters/{index}")
            if parameter["in"] == location:
                found[parameter["name"]] = (pointer, parameter)
        return found

    def promise(self, operation: Operation, status: int) -> Promise | None:
        """Return what is documented for `status`: by number, by class such as 4XX, or as the default."""
        responses = operation.definition.get("responses", {})
        key = next((key for key in (str(status), f"{status // 100}XX", "default") if key in responses), None)
        if key is None:
            return None
        pointer, response = self.resolve(f"{operation.pointer}/responses/{key}")
        media = {
            name.lower(): f"{pointer}/content/{_escape(name)}/schema"
            for name, content in response.get("content", {}).items()
            if "schema" in content
        }
        return Promise(pointer, media, refusals=frozenset(response.get("x-klingkit-refusal", ())))

    def refuses(self, operation: Operation, status: int, code: str) -> bool:
        """Tell whether the document gives `status` with `code` out as the refusal of a wrong request."""
        promise = self.promise(operation, status)
        return promise is not None and code in promise.refusals

    def errors(self, schema: str, value: object) -> list[SchemaError]:
        """Return every way in which `value` breaks the schema at the pointer `schema`, in a stable order."""
        try:
            errors = [_schema_error(error) for error in self._validator(schema).iter_errors(value)]
        except ValueError as problem:  # nested too deeply, or text that is no Unicode
            return [SchemaError((), "unreadable", schema, f"no value a schema could be held against ({problem})")]
        found = {(error.place, error.keyword, error.pointer, error.missing): error for error in errors}
        return sorted(found.values(), key=lambda error: (error.dotted, error.pointer))

    def valid(self, schema: str, value: object) -> bool:
        """Tell whether `value` keeps the schema at the pointer `schema`."""
        try:
            return bool(self._validator(schema).is_valid(value))
        except ValueError:
            return False

    def _compile(self, schema: str) -> jsonschema_rs.Draft202012Validator:
        root = {"paths": self.document["paths"], "components": self.document.get("components", {})}
        return jsonschema_rs.Draft202012Validator({"$ref": f"#{quote(schema, safe='/~')}", **root})


def _operations(document: Mapping[str, Any]) -> list[Operation]:
    found = [
        (path, method, item[method])
        for path, item in document.get("paths", {}).items()
        for method in _METHODS
        if isinstance(item.get(method), dict)
    ]
    roles = roles_of(definition.get("operationId", "") for _, _, definition in found)
    return [_operation(path, method, definition, roles) for path, method, definition in found]


def _operation(path: str, method: str, definition: Mapping[str, Any], roles: Mapping[str, Role]) -> Operation:
    operation_id = definition.get("operationId", "")
    role = roles[operation_id]
    return Operation(
        id=operation_id,
        family=operation_id.rpartition("_")[0],
        role=role,
        method=method.upper(),
        path=path,
        pointer=f"/paths/{_escape(path)}/{method}",
        # What is not marked costs nothing, but for a create: that it makes a task is enough.
        billable=bool(definition.get("x-klingkit-billable", role is Role.CREATE)),
        evidence=str(definition.get("x-klingkit-evidence", "documented")),
        definition=definition,
    )


def _template(path: str) -> str:
    return re.sub(r"\\\{[^}]+\\\}", "([^/]+)", re.escape(path))


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _schema_error(error: jsonschema_rs.ValidationError) -> SchemaError:
    steps = [str(step) for step in error.schema_path]
    pointer = "".join(f"/{_escape(step)}" for step in steps)
    return SchemaError(
        place=tuple(error.instance_path),
        keyword=steps[-1] if steps else "",
        pointer=pointer,
        message=_sentence(error),
        missing=str(getattr(error.kind, "property", "")) if steps[-1:] == ["required"] else "",
    )


def _sentence(error: jsonschema_rs.ValidationError) -> str:
    """Return what is wrong. Of few allowed words all are said: whoever maps a wrong one needs the right ones."""
    options = getattr(error.kind, "options", None) if error.kind.name == "enum" else None
    if options and len(options) <= _MOST_WORDS:
        wrong = _shorten(json.dumps(error.instance, ensure_ascii=False))
        return f"{wrong} is not one of {', '.join(json.dumps(word, ensure_ascii=False) for word in options)}"
    return _shorten(error.message)


def _shorten(message: str, start: int = 60, end: int = 100) -> str:
    """Cut the middle out of a message: it quotes the value first and says what is wrong with it last."""
    return message if len(message) <= start + end else f"{message[:start]}…{message[-end:]}"
