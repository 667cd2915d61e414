"""Rendered pages copied as text: tables where the page has them, examples where it has only those."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.address import Address, same_path
from klingkit_spec.reader.examples import infer
from klingkit_spec.reader.json_lines import offsets
from klingkit_spec.reader.json_text import BrokenJsonError, decode
from klingkit_spec.reader.line_marks import FROM, LINE, collected
from klingkit_spec.reader.nested_rows import unfolded
from klingkit_spec.reader.normalise import METHODS
from klingkit_spec.reader.notes import Notes
from klingkit_spec.reader.page import Page, RawDocument, locator
from klingkit_spec.reader.sections import Answer, Part, Sections, cut
from klingkit_spec.reader.tree import ABSENT, object_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_spec.reader.core_yaml import Pointer
    from klingkit_spec.reader.curl import Curl
    from klingkit_spec.reader.fields import Field

__all__ = ["read"]

_DATA_TYPE = "application/json"
_ONLY_NAMED = "{} {} is only named here, nothing describes it; it was left out"


def read(page: Page, notes: Notes) -> RawDocument:
    """Read a page without an OpenAPI document; every operation it names becomes one of the document.

    Raises:
        PageError: the page names no method and address, so there is no operation on it.
    """
    found = cut(page, notes)
    paths: dict[str, Any] = {}
    servers: dict[str, None] = {}
    for sections in found:
        if len(found) > 1 and sections.is_bare():
            notes.warn(sections.address_line, _ONLY_NAMED.format(sections.method, sections.address))
            continue
        address, method = _address(sections, notes)
        if not address.path or method not in METHODS:
            continue
        if method in paths.get(address.path, {}):
            notes.warn(sections.address_line, f"{method.upper()} {address.path} is described twice; the first is kept")
            continue
        paths.setdefault(address.path, {})[method] = _Operation(sections, notes, address, page).build(method)
        server = address.server or sections.server
        if server:
            servers.setdefault(server)
    if not paths:
        raise page.fault(
            "no operation on this page: neither an OpenAPI document, nor a method with its URL, nor a cURL sample."
        )
    title = found[0].title if len(found) == 1 else None
    document: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": title or "", "version": ""}, "paths": paths}
    if servers:
        document["servers"] = [{"url": server} for server in servers]
    has_rows = any(part.fields for sections in found for part in sections.parts.values())
    lines = collected(document)
    return RawDocument(document, locator(lines, 1), title=title, read_as="rendered" if has_rows else "example-only")


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
    return printed if printed.server else replace(printed, server=found.server or called.server), method or calls


class _Operation:
    def __init__(self, found: Sections, notes: Notes, address: Address, page: Page) -> None:
        self._page = page
        self._found = found
        self._notes = notes
        self._address = address

    def build(self, method: str) -> dict[str, Any]:
        found = self._found
        operation: dict[str, Any] = {LINE: found.address_line or found.curl_line or 1}
        if not found.address_line:
            operation[FROM] = {"type": "sample"}
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
                    LINE: self._found.address_line or self._found.curl_line or 1,
                    FROM: {"type": "path"},
                    "schema": {"type": "string", FROM: {"type": "path"}},
                },
            )
        sample = self._found.curl
        if sample is not None:
            for name, value in Address.parse(sample.url).query:
                parameters.setdefault(("query", name.lower()), self._from_sample(name, value, "query"))
            for name, value in sample.headers.items():
                parameters.setdefault(("header", name.lower()), self._from_sample(name, value, "header"))
        return list(parameters.values())

    def _from_sample(self, name: str, value: str, where: str) -> dict[str, Any]:
        return {
            "name": name,
            "in": where,
            "example": value,
            LINE: self._found.curl_line,
            FROM: {"type": "sample"},
            "schema": {"type": "string", FROM: {"type": "sample"}},
        }

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
        parameter[LINE] = row.line
        return parameter

    def _body(self, method: str) -> dict[str, Any] | None:
        part = self._found.parts.get("body")
        example, line = self._body_example(part)
        if part is None and example is ABSENT:
            return None
        schema = self._schema(part, example, line)
        if schema is None:
            if method in {"post", "put", "patch"} and part is not None:
                self._notes.warn(part.line, "the request body has neither a field table nor an example")
            return None
        if part is None or not part.fields:
            self._notes.info(line, "the page has no field table; names, types and nesting are those of its example")
        media: dict[str, Any] = {"schema": schema}
        if example is not ABSENT:
            shown = part is not None and part.has_example
            media |= {"example": example, LINE: line, FROM: {"type": "example" if shown else "sample"}}
        body: dict[str, Any] = {"content": {(part.media_type if part else None) or _DATA_TYPE: media}}
        return body if part is None else body | {LINE: part.line}

    def _schema(self, part: Part | None, example: Any, line: int) -> dict[str, Any] | None:
        """Return the schema of a table with its example, or of the example alone; None without either."""
        if example is ABSENT:
            lines = None
        elif part is not None and part.has_example:
            lines = self._lines_of(part.example_at)
        else:
            lines = self._lines_of(self._found.curl.data_at if self._found.curl else 0)
        if part is not None and part.fields:
            schema = object_schema(unfolded(part.fields), example, self._notes, lines)
            schema[LINE] = part.fields[0].line
            return schema
        return infer(example, lines) if example is not ABSENT else None

    def _lines_of(self, at: int) -> Callable[[Pointer], int]:
        """Return what tells the page line of a member of the JSON that starts at this offset."""
        known: dict[Pointer, int] = {}

        def line(pointer: Pointer) -> int:
            if not known:
                known.update(offsets(self._page.text, at))
            return self._page.line_at(known.get(pointer, at))

        return line

    def _body_example(self, part: Part | None) -> tuple[Any, int]:
        sample = self._found.curl
        sent = _sent(sample, self._notes, self._found.curl_line)
        if part is not None and part.has_example:
            if sent is not ABSENT and sent != part.example:
                self._notes.info(self._found.curl_line, "the cURL sample sends another body than the example shows")
            return part.example, part.example_line
        return sent, self._found.curl_line

    def _answer(self, answer: Answer) -> dict[str, Any]:
        response: dict[str, Any] = {"description": answer.words, LINE: answer.line}
        example = answer.example if answer.has_example else ABSENT
        schema = self._schema(answer, example, answer.example_line)
        if schema is None:
            return response
        media: dict[str, Any] = {"schema": schema}
        if example is not ABSENT:
            media |= {"example": example, LINE: answer.example_line, FROM: {"type": "example"}}
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
