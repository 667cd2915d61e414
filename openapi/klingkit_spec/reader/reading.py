"""From a page's text to a reading: detect the shape, read it, bring it into one form, say what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.errors import PageError
from klingkit_spec.reader import (
    apifox_yaml,
    contradictions,
    embedded_json,
    grammar_check,
    promises,
    provenance,
    rendered,
    unindented,
)
from klingkit_spec.reader.address import Address
from klingkit_spec.reader.html_page import as_text, is_html
from klingkit_spec.reader.line_marks import FROM
from klingkit_spec.reader.normalise import METHODS, NOT_DOCUMENTED, normalise, settle_headers
from klingkit_spec.reader.notes import Note, Notes
from klingkit_spec.reader.page import Page, RawDocument
from klingkit_spec.reader.shapes import Shape, detect
from klingkit_spec.reader.typography import straightened

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Reading", "read_file", "read_page"]

_READERS = {
    "indented-yaml": apifox_yaml.read,
    "unindented-yaml": unindented.read,
    "embedded-json": embedded_json.read,
    "rendered": rendered.read,
    "example-only": rendered.read,
}
_EMPTY_HTML = (
    "this HTML shows no operation (a page that scripts fill in saves empty, so does an error page of a web server); "
    "copy the page's text from the browser instead."
)
_PLACEHOLDER = re.compile(r"\{[^{}/]+\}")
_SENDS_BODY = {"post", "put", "patch"}


@dataclass(frozen=True)
class Reading:
    """What one page says.

    `document` is OpenAPI 3.1. Rules between fields are in the request schema's ``x-kling-rules``; an Authorization
    header is the operation's ``x-klingkit-auth``. Where it was asked for, ``x-source`` says of every part which page
    line it was read from, and whether from a ``schema``, a ``label`` (a printed table), ``prose`` (a description), an
    ``example``, a ``sample`` (cURL) or the ``path``.

    `complete` is False when something on the page was not read: see the warnings in `notes`. `shape` is the shape
    the page was read as.
    """

    document: dict[str, Any]
    notes: tuple[Note, ...]
    shape: str

    @property
    def complete(self) -> bool:
        """Whether nothing on the page was left unread."""
        return all(note.level != "warning" for note in self.notes)


def read_page(text: str, *, name: str = "<page>", relay: str | None = None, sources: bool = False) -> Reading:
    """Read a vendor page into OpenAPI; `name` stands in messages, `relay` in the document's ``info``.

    With `sources` every part says in ``x-source`` which page line it was read from (see `source_marks`).

    Raises:
        PageError: there is no operation on the page, or its document is broken.
    """
    page = Page(text, name)
    notes = Notes()
    markup = is_html(page)
    page = straightened(as_text(page) if markup else page, notes)
    try:
        shape: Shape = detect(page)
        raw: RawDocument = _READERS[shape](page, notes)
    except PageError as refusal:
        if markup and refusal.line is None:
            raise PageError(name, _EMPTY_HTML, line=1) from refusal
        raise
    document = normalise(raw.document, title=raw.title)
    if relay is not None:
        document["info"]["x-klingkit-relay"] = relay
    _must_have_operation(document, page)
    promises.apply(document, notes, raw.locate)
    _check(document, notes, raw)
    grammar_check.check(document, notes, raw.locate)
    contradictions.report(document, notes, raw.locate)
    if sources:
        provenance.annotate(document, page, raw, drawn=shape in {"rendered", "example-only"})
    settle_headers(document)
    document = _settled(document)
    return Reading(document, notes.sorted(page.original), raw.read_as or shape)


def read_file(path: Path, *, name: str | None = None, relay: str | None = None, sources: bool = False) -> Reading:
    """Read the page in the file `path`; messages call it `name` (default: the path as given).

    With `sources` every part says in ``x-source`` which page line it was read from.

    Raises:
        PageError: the file is no UTF-8 text, or holds no operation.
        OSError: the file cannot be read.
    """
    shown = name or str(path)
    if path.is_dir():
        raise PageError(shown, "this is a folder; name one page file.")
    data = path.read_bytes()
    if b"\0" in data:
        raise PageError(shown, "this is a binary file; save the vendor's page as text first.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PageError(shown, "this is not UTF-8 text; save the page as UTF-8.", line=line) from error
    return read_page(text, name=shown, relay=relay, sources=sources)


def _settled(value: Any) -> Any:
    """Return a copy in which the reader's own keys stand behind the page's, without those it only works with."""
    if isinstance(value, list):
        return [_settled(item) for item in value]
    if not isinstance(value, dict):
        return value
    own = [key for key in value if key.startswith(("x-klingkit-", "x-kling-", "x-source"))]
    ordered = [*(key for key in value if key not in own), *own] if own else value
    return {key: _settled(value[key]) for key in ordered if key != FROM}


def _must_have_operation(document: dict[str, Any], page: Page) -> None:
    paths = document.get("paths")
    items = paths.values() if isinstance(paths, dict) else []
    if not any(isinstance(item, dict) and any(isinstance(item.get(m), dict) for m in METHODS) for item in items):
        raise page.fault("the OpenAPI document on this page has no operation; copy the page whole.")


def _check(document: dict[str, Any], notes: Notes, raw: RawDocument) -> None:
    """Say what an operation lacks that a client needs."""
    bodies = [(pointer, schema) for pointer, schema in promises.request_schemas(document) if "requestBody" in pointer]
    with_fields = {pointer[:3] for pointer, schema in bodies if _has_fields(schema)}
    for path, item in document["paths"].items():
        for method in METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            if not isinstance(operation, dict):
                continue
            pointer = ("paths", str(path), method)
            if method in _SENDS_BODY and pointer not in with_fields:
                notes.warn(raw.locate(pointer), f"no request fields were found for {method.upper()} {path}")
            _check_path(str(path), [*_list(item.get("parameters")), *_list(operation.get("parameters"))], notes, raw)
            if operation["responses"] == {"default": {"description": NOT_DOCUMENTED}}:
                notes.info(raw.locate(pointer), f"the page documents no answer of {method.upper()} {path}")
    if not document.get("servers"):
        notes.info(1, "the page names no server")


def _check_path(path: str, parameters: list[Any], notes: Notes, raw: RawDocument) -> None:
    """Say where the path's placeholders and its parameters differ."""
    named = {each.get("name") for each in parameters if isinstance(each, dict) and each.get("in") == "path"}
    referring = any(isinstance(each, dict) and "$ref" in each for each in parameters)
    asked = set(Address.parse(path).placeholders())
    line = raw.locate(("paths", path))
    if set("{}") & set(_PLACEHOLDER.sub("", path)):
        notes.warn(line, f"the braces of this path do not match: {path}")
    for name in sorted(str(each) for each in (asked - named if not referring else ())):
        notes.warn(line, f"no parameter describes {{{name}}} of {path}")
    for name in sorted(str(each) for each in named - asked):
        notes.warn(line, f"'{name}' is called a path parameter, and {path} has no {{{name}}}")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _has_fields(schema: dict[str, Any]) -> bool:
    return bool(schema.get("properties")) or any(key in schema for key in ("allOf", "oneOf", "anyOf"))
