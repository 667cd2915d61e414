"""Valid requests: the documents' own examples, made sendable, and the smallest valid value of any schema."""

from __future__ import annotations

import base64
import copy
import json
import struct
import zlib
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from klingkit_contract.errors import DocumentError
from klingkit_contract.exchanges import Auth, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_contract.contract import Contract, Operation

__all__ = ["CALLBACK", "EXTERNAL_ID", "Samples", "external_id_of", "flat_png", "option_of", "stands_in"]

EXTERNAL_ID = "external_task_id"
CALLBACK = "callback_url"
_STAND_IN_HOST = "https://example.com/"  # the documents' examples name pictures that nobody can fetch
_OPTIONS = "options"  # where the new standard has what concerns the task and not the result
_SETTINGS = "settings"
_TASK_ID, _TASK_IDS = "task_id", "task_ids"
_NO_ID = "900000000000000000"  # like the official ids, from a range they do not use
_MADE_UP = frozenset({"session_id", "video_id", "audio_id", "element_id", "face_id"})
_SIDE = 320  # pixels; the smallest side Kling takes is 300


def flat_png(side: int = _SIDE) -> bytes:
    """Return a grey square of `side` × `side` pixels as PNG, a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x80" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def external_id_of(body: Mapping[str, Any]) -> str:
    """Return the external id that a request carries, or an empty string."""
    return option_of(body, EXTERNAL_ID)


def option_of(body: Mapping[str, Any], name: str) -> str:
    """Return the text that a request has for `name`, at its top or among the new standard's options, or nothing."""
    options = body.get(_OPTIONS)
    value = body.get(name) or (options.get(name) if isinstance(options, dict) else "")
    return value if isinstance(value, str) else ""


def stands_in(value: Any) -> bool:
    """Tell whether a request names media that nobody can fetch, or an id that only the documents know.

    A relay that refuses such a request breaks no promise.
    """
    if isinstance(value, dict):
        return any(stands_in(member) or (key in _MADE_UP and bool(member)) for key, member in value.items())
    if isinstance(value, list):
        return any(stands_in(member) for member in value)
    return isinstance(value, str) and value.startswith(_STAND_IN_HOST)


class Samples:
    """Makes valid requests for one relay.

    `header_fields` maps request headers to the body field whose value they repeat, and `header_values` gives, per
    header, the values that are worded differently there (dialects.toml).
    """

    def __init__(
        self,
        contract: Contract,
        header_fields: Mapping[str, str] | None = None,
        header_values: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._contract = contract
        self._header_fields = header_fields or {}
        self._header_values = header_values or {}
        self._picture = base64.b64encode(flat_png()).decode()

    def body(self, operation: Operation) -> dict[str, Any]:
        """Return a valid body: the document's example with pictures that can be read, else the smallest valid one.

        Raises:
            DocumentError: the document shows no valid body and none can be made from the schema.
        """
        schema = self._contract.request_schema(operation)
        media = self._contract.resolve(schema.removesuffix("/schema"))[1]
        example = media.get("example")
        for candidate in (self._readable(example), example, self.smallest(schema)):
            if isinstance(candidate, dict) and self._contract.valid(schema, candidate):
                return copy.deepcopy(candidate)
        raise DocumentError(
            f"the document shows no valid request for {operation.id}; mend the example at {schema} and rebuild."
        )

    def marked(self, operation: Operation, body: Mapping[str, Any], external_id: str) -> dict[str, Any]:
        """Return `body` under an external id of its own, where the document has a place for one."""
        return self._placed(operation, body, EXTERNAL_ID, external_id)

    def called_back(self, operation: Operation, body: Mapping[str, Any], url: str) -> dict[str, Any]:
        """Return `body` with `url` to be told of the task, where the document has a place for it."""
        return self._placed(operation, body, CALLBACK, url)

    def _placed(self, operation: Operation, body: Mapping[str, Any], name: str, value: str) -> dict[str, Any]:
        pointer, rules = self._contract.resolve(self._contract.request_schema(operation))
        fields = rules.get("properties", {})
        if name in fields:
            return {**body, name: value}
        if _OPTIONS in fields:
            inner = self._contract.resolve(f"{pointer}/properties/{_OPTIONS}")[1].get("properties", {})
            if name in inner:
                return {**body, _OPTIONS: {**body.get(_OPTIONS, {}), name: value}}
        return dict(body)

    def asked(self, create: Operation, body: Mapping[str, Any], name: str) -> tuple[bool, Any]:
        """Tell whether a create can say `name` of the video, and what `body` says, None where it is unsaid.

        What was left out counts as the document's default.
        """
        pointer, rules = self._contract.resolve(self._contract.request_schema(create))
        if _SETTINGS in rules.get("properties", {}):
            pointer, rules = self._contract.resolve(f"{pointer}/properties/{_SETTINGS}")
            body = body.get(_SETTINGS, {})
        if name not in rules.get("properties", {}):
            return False, None
        usual = rules["properties"][name].get("default")
        return True, body.get(name, usual)

    def call(self, operation: Operation, *, auth: Auth = Auth.KEY) -> Request:
        """Return a valid request of any operation: its example, or the parameters it needs."""
        if operation.method == "POST" and self._contract.request_schema(operation):
            return self.request(operation, self.body(operation), auth=auth)
        query = urlencode(self.query(operation))
        headers = tuple(self.headers(operation, {}))
        return Request(operation.method, self.path(operation), query=query, headers=headers, auth=auth)

    def query(self, operation: Operation) -> dict[str, Any]:
        """Return the query parameters without which the operation makes no sense."""
        rows = self._contract.parameters(operation, "query")
        found = {name: self.smallest(f"{at}/schema") for name, (at, row) in rows.items() if row.get("required")}
        if _TASK_IDS in rows:  # one of the two kinds of ids is needed, which no parameter can say
            found[_TASK_IDS] = _NO_ID
        return found

    def path(self, operation: Operation, **words: str) -> str:
        """Return the operation's path with a documented word, or that of `words`, for each name but a task's id."""
        path = operation.path
        for name, (pointer, row) in self._contract.parameters(operation, "path").items():
            if name != _TASK_ID:
                word = words.get(name) or str(row.get("example") or self.smallest(f"{pointer}/schema"))
                path = path.replace(f"{{{name}}}", quote(word, safe=""))
        return path

    def request(self, operation: Operation, body: object, *, auth: Auth = Auth.KEY) -> Request:
        """Return the create that sends `body` as JSON, with the headers that the document requires."""
        headers = [("content-type", "application/json"), *self.headers(operation, body)]
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return Request(operation.method, self.path(operation), headers=tuple(headers), body=content, auth=auth)

    def headers(self, operation: Operation, body: object) -> list[tuple[str, str]]:
        """Return the required headers of `operation`, filled from the fields they repeat or from their schema."""
        found = []
        for name, (pointer, parameter) in self._contract.parameters(operation, "header").items():
            if not parameter.get("required"):
                continue
            value = body.get(self._header_fields.get(name, "")) if isinstance(body, dict) else None
            if not isinstance(value, str):
                example = self._example(operation, self._header_fields.get(name, ""))
                value = example if isinstance(example, str) else str(self.smallest(f"{pointer}/schema"))
            found.append((name, self._header_values.get(name, {}).get(value, value)))
        return found

    def smallest(self, schema: str) -> Any:
        """Return the smallest value that keeps the types and limits of the schema at the pointer `schema`."""
        pointer, rules = self._contract.resolve(schema)
        for key in ("const", "default"):
            if key in rules:
                return copy.deepcopy(rules[key])
        if "enum" in rules:
            return rules["enum"][0]
        kind = rules.get("type", "object" if "properties" in rules else "string")
        if isinstance(kind, list):
            kind = next((name for name in kind if name != "null"), "null")
        return self._made(kind, pointer, rules)

    def _made(self, kind: str, pointer: str, rules: Mapping[str, Any]) -> Any:
        if kind == "object":
            names = rules.get("required", ())
            return {name: self.smallest(f"{pointer}/properties/{name}") for name in names}
        if kind == "array":
            count = max(int(rules.get("minItems", 0)), 1)
            return [self.smallest(f"{pointer}/items") for _ in range(count)] if "items" in rules else []
        if kind in {"integer", "number"}:
            return rules.get("minimum", min(1, rules.get("maximum", 1)))
        if kind == "boolean":
            return False
        if kind == "null":
            return None
        return self._text(rules)

    def _text(self, rules: Mapping[str, Any]) -> str:
        if rules.get("format") == "uri":
            return f"{_STAND_IN_HOST}x"
        if "pattern" in rules:
            return "1"  # the documents' patterns are all of digits; a wrong guess fails validation, not the relay
        if "base64" in str(rules.get("description", "")).lower():
            return self._picture
        return "klingkit"[: rules.get("maxLength", 8)].ljust(int(rules.get("minLength", 1)), "x")

    def _example(self, operation: Operation, field: str) -> object:
        return self.body(operation).get(field) if field else None

    def _readable(self, value: Any) -> Any:
        """Return `value` with the stand-in pictures of the examples replaced by one that travels along."""
        if isinstance(value, dict):
            return {key: self._readable(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self._readable(member) for member in value]
        stand_in = isinstance(value, str) and value.startswith(_STAND_IN_HOST) and value.endswith((".png", ".jpg"))
        return self._picture if stand_in else value
