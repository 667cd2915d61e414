"""Rendered pages copied as text: tables where the page has them, examples where it has only those."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.address import Address, same_path
from klingkit_spec.reader.examples import infer
from klingkit_spec.reader.json_text import BrokenJsonError, decode
from klingkit_spec.reader.normalise import METHODS
from klingkit_spec.reader.notes import Notes
from klingkit_spec.reader.page import Page, RawDocument
from klingkit_spec.reader.sections import Answer, Part, Sections, cut
from klingkit_spec.reader.tree import ABSENT, object_schema

if TYPE_CHECKING:
    from klingkit_spec.reader.curl import Curl
    from klingkit_spec.reader.fields import Field

__all__ = ["read"]

_DATA_TYPE = "application/json"


def read(page: Page, notes: Notes) -> RawDocument:
    """Read a page without an OpenAPI document.

    Raises:
        PageError: the page names no method and address, so there is no operation on it.
    """
    found = cut(page, notes)
    address, method = _address(found, notes)
    if not address.path or method not in METHODS:
        raise page.fault(
            "no operation on this page: neither an OpenAPI document, nor a method with its URL, nor a cURL sample."
        )
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": found.title or "", "version": ""},
        "paths": {address.path: {method: _Operation(found, notes, address).build(method)}},
    }
    if address.server:
        document["servers"] = [{"url": address.server}]
    has_rows = any(part.fields for part in found.parts.values())
    return RawDocument(document, _lines(found), title=found.title, read_as="rendered" if has_rows else "example-only")


def _address(found: Sections, notes: Notes) -> tuple[Address, str]:
    """Return address and method; the cURL sample completes a heading that names the host alone."""
    printed = Address.parse(found.address or "")
    method = (found.method or "").lower()
    if found.curl is None:
        return printed, method
    called, calls = Address.parse(found.curl.url), (found.curl.method or "").lower()
    if not called.path:
        return printed, method or calls
    if not printed.path:
        if method and calls != method:
            notes.warn(
                found.curl_line, f"the page says {method.upper()}, its cURL sample {calls.upper()}; the page was taken"
            )
        return replace(called, query=()), method or calls
    if not same_path(printed.path, called.path):
        notes.info(found.curl_line, f"the cURL sample calls {called.path}, the page names another path")
    return printed, method or calls


def _lines(found: Sections) -> Any:
    rows: dict[str, int] = {}
    for part in [*found.parts.values(), *found.answers]:
        for row in part.fields:
            rows.setdefault(row.name, row.line)

    def locate(pointer: tuple[str, ...]) -> int:
        known = (rows[key] for key in reversed(pointer) if key in rows)
        body = found.parts.get("body")
        return next(known, (body.example_line or body.line) if body else found.address_line or found.curl_line or 1)

    return locate


class _Operation:
    def __init__(self, found: Sections, notes: Notes, address: Address) -> None:
        self._found = found
        self._notes = notes
        self._address = address

    def build(self, method: str) -> dict[str, Any]:
        found = self._found
        operation: dict[str, Any] = {}
        if found.title:
            operation["summary"] = found.title
        if found.intro:
            operation["description"] = "\n".join(found.intro)
        parameters = self._parameters()
        if parameters:
            operation["parameters"] = parameters
        body = self._body(method)
        if body is not None:
            operation["requestBody"] = body
        operation["responses"] = {answer.status: self._answer(answer) for answer in found.answers}
        return operation

    def _parameters(self) -> list[dict[str, Any]]:
        parameters: dict[tuple[str, str], dict[str, Any]] = {}
        for where in ("path", "query", "header", "cookie"):
            part = self._found.parts.get(where)
            for row in part.fields if part else []:
                parameters[where, row.name.lower()] = self._parameter(row, where)
        for name in self._address.placeholders():
            parameters.setdefault(
                ("path", name.lower()),
                {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "x-klingkit-from": {"type": "path"}},
                },
            )
        sample = self._found.curl
        if sample is not None:
            for name, value in Address.parse(sample.url).query:
                parameters.setdefault(("query", name.lower()), _from_sample(name, value, "query"))
            for name, value in sample.headers.items():
                parameters.setdefault(("header", name.lower()), _from_sample(name, value, "header"))
        return list(parameters.values())

    def _parameter(self, row: Field, where: str) -> dict[str, Any]:
        schema = object_schema([row], ABSENT, Notes())["properties"][row.name]
        parameter: dict[str, Any] = {"name": row.name, "in": where}
        if "description" in schema:
            parameter["description"] = schema.pop("description")
        if row.required is not None or where == "path":
            parameter["required"] = where == "path" or bool(row.required)
        if "example" in schema:
            parameter["example"] = schema.pop("example")
        parameter["schema"] = schema
        return parameter

    def _body(self, method: str) -> dict[str, Any] | None:
        part = self._found.parts.get("body")
        example, line = self._body_example(part)
        if part is None and example is ABSENT:
            return None
        if part is not None and part.fields:
            schema = object_schema(part.fields, example, self._notes)
        elif example is not ABSENT:
            schema = infer(example)
            self._notes.info(line, "the page has no field table; names, types and nesting are those of its example")
        else:
            if method in {"post", "put", "patch"} and part is not None:
                self._notes.warn(part.line, "the request body has neither a field table nor an example")
            return None
        media: dict[str, Any] = {"schema": schema}
        if example is not ABSENT:
            media["example"] = example
        return {"content": {(part.media_type if part else None) or _DATA_TYPE: media}}

    def _body_example(self, part: Part | None) -> tuple[Any, int]:
        sample = self._found.curl
        sent = _sent(sample, self._notes, self._found.curl_line)
        if part is not None and part.has_example:
            if sent is not ABSENT and sent != part.example:
                self._notes.info(self._found.curl_line, "the cURL sample sends another body than the example shows")
            return part.example, part.example_line
        return sent, self._found.curl_line

    def _answer(self, answer: Answer) -> dict[str, Any]:
        response: dict[str, Any] = {"description": answer.words}
        example = answer.example if answer.has_example else ABSENT
        if not answer.fields and example is ABSENT:
            return response
        schema = object_schema(answer.fields, example, self._notes) if answer.fields else infer(example)
        media: dict[str, Any] = {"schema": schema}
        if example is not ABSENT:
            media["example"] = example
        response["content"] = {answer.media_type or _DATA_TYPE: media}
        return response


def _sent(sample: Curl | None, notes: Notes, line: int) -> Any:
    if sample is None or not (sample.data or "").strip():
        return ABSENT
    try:
        value, _ = decode(sample.data or "")
    except BrokenJsonError as fault:
        notes.warn(line, f"the body of the cURL sample is no JSON ({fault.problem}); it was left out")
        return ABSENT
    return value


def _from_sample(name: str, value: str, where: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "example": value,
        "schema": {"type": "string", "x-klingkit-from": {"type": "sample"}},
    }
