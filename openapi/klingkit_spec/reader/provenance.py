"""Where every value of a document was read: page line, and whether from schema, label, prose, example, sample, path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.address import base_url
from klingkit_spec.reader.line_marks import FROM
from klingkit_spec.reader.normalise import METHODS, NOT_DOCUMENTED
from klingkit_spec.reader.schema_walk import schemas
from klingkit_spec.source_marks import SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_spec.reader.core_yaml import Pointer
    from klingkit_spec.reader.page import Locate, Page, RawDocument

__all__ = ["annotate"]

_NEAR = 12
_OPERATIONS = frozenset((method,) for method in METHODS)
_SWAGGER_SECTIONS = {"schemas": "definitions", "securitySchemes": "securityDefinitions"}
_PARTS = frozenset({"parameters", "responses", "requestBodies", "headers", "securitySchemes"})


def annotate(document: dict[str, Any], page: Page, raw: RawDocument, *, drawn: bool) -> None:
    """Put ``x-source`` into everything that says something, in place: see `source_marks`.

    `drawn` says that the page has tables and examples instead of schemas. Lines are those of the saved page.
    """
    locate = _through_swagger(raw) if "swagger" in raw.document else raw.locate
    source = _Sources(page, locate, "label" if drawn else "schema")
    for pointer, node in _holders(document):
        node[SOURCE] = source.of(pointer, node)
    for pointer, schema in schemas(document):
        if schema:
            schema[SOURCE] = source.of(pointer, schema)
        for rule in schema.get("x-kling-rules", ()):
            start = locate((*pointer, "description"))
            rule[SOURCE] = {"line": page.original(source.showing(str(rule["text"]), start)), "from": "prose"}


class _Sources:
    def __init__(self, page: Page, locate: Locate, main: str) -> None:
        self._page = page
        self._locate = locate
        self._main = main

    def of(self, pointer: Pointer, node: dict[str, Any]) -> dict[str, Any]:
        """Return the ``x-source`` of a node."""
        noted = _dict(node.get(FROM))
        main = str(noted.get("type") or self._main)
        line = self._locate(pointer)
        others = {
            keyword: {"line": self._page.original(self._line(pointer, keyword, node, came_from)), "from": came_from}
            for keyword, came_from in noted.items()
            if came_from != main and keyword in node
        }
        if self._main == "label" and pointer[0] == "paths" and pointer[2:] in _OPERATIONS:
            others |= self._words(node, line)
        elif self._main == "label" and pointer[0] in {"servers", "info"}:
            line, main = self._of_page(pointer[0], node, line)
        source = {"line": self._page.original(line), "from": main}
        return source | ({"keywords": others} if others else {})

    def _words(self, operation: dict[str, Any], address: int) -> dict[str, Any]:
        """Return where title and introduction stand that a page prints around the address."""
        found: dict[str, Any] = {}
        for keyword, came_from in (("summary", "label"), ("description", "prose")):
            line = self._nearest(str(operation.get(keyword) or "").partition("\n")[0], address)
            if line is not None:
                found[keyword] = {"line": self._page.original(line), "from": came_from}
        return found

    def _nearest(self, text: str, start: int) -> int | None:
        """Return the line nearest to `start` that holds this text and nothing else."""
        lines = [at for at, line in enumerate(self._page.lines, start=1) if text and line.strip(" #*\t") == text]
        return min(lines, key=lambda at: abs(at - start), default=None)

    def _of_page(self, part: str, node: dict[str, Any], line: int) -> tuple[int, str]:
        """Return where a page with tables shows its title, or the address of its server."""
        if part == "info":
            return self._nearest(str(node.get("title") or ""), line) or line, self._main
        url = str(node.get("url", ""))
        for at, text in enumerate(self._page.lines, start=1):
            if url and url in text:
                stated = base_url(text) is not None
                return at, "prose" if stated else "sample" if "curl" in text else "label"
        return line, self._main

    def _line(self, pointer: Pointer, keyword: str, node: dict[str, Any], came_from: str) -> int:
        """Return the line of a keyword; one that prose states stands on the line of the text that shows its value."""
        if came_from != "prose":
            return self._locate((*pointer, keyword))
        value = node[keyword][0] if isinstance(node[keyword], list) and node[keyword] else node[keyword]
        return self.showing(str(value), self._locate((*pointer, "description")))

    def showing(self, text: str, start: int) -> int:
        """Return the first line from `start` on that shows (the first line of) the text; `start` if none does."""
        first = text.strip().partition("\n")[0]
        for line in range(start, min(start + _NEAR, len(self._page.lines)) + 1):
            if first in self._page.lines[line - 1]:
                return line
        return start


def _holders(document: dict[str, Any]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield everything but schemas that a document is made of: operations, parameters, answers, servers and so on."""
    yield ("info",), document["info"]
    yield from _listed(("servers",), document.get("servers"))
    yield from _listed(("tags",), document.get("tags"))
    for section, parts in _dict(document.get("components")).items():
        for name, part in _dict(parts).items() if section in _PARTS else ():
            yield from _inside(("components", section, str(name)), part)
    for path, item in _dict(document.get("paths")).items():
        yield from _listed(("paths", path, "parameters"), _dict(item).get("parameters"))
        for method in METHODS:
            operation = _dict(item).get(method)
            if isinstance(operation, dict):
                yield from _operation(("paths", path, method), operation)


def _operation(pointer: Pointer, operation: dict[str, Any]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    yield pointer, operation
    for index, parameter in enumerate(operation.get("parameters") or ()):
        yield from _inside((*pointer, "parameters", str(index)), parameter)
    yield from _inside((*pointer, "requestBody"), operation.get("requestBody"))
    for status, response in _dict(operation.get("responses")).items():
        if response != {"description": NOT_DOCUMENTED}:  # which no page says
            yield from _inside((*pointer, "responses", str(status)), response)
        for name, header in _dict(_dict(response).get("headers")).items():
            yield from _inside((*pointer, "responses", str(status), "headers", str(name)), header)


def _inside(pointer: Pointer, part: Any) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield a part and the contents it has for each media type."""
    if isinstance(part, dict):
        yield pointer, part
        for media, content in _dict(part.get("content")).items():
            if isinstance(content, dict) and content:
                yield (*pointer, "content", str(media)), content


def _listed(pointer: Pointer, parts: Any) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    for index, part in enumerate(parts if isinstance(parts, list) else ()):
        if isinstance(part, dict):
            yield (*pointer, str(index)), part


def _through_swagger(raw: RawDocument) -> Locate:
    """Return a locator that takes pointers of the OpenAPI 3 document which a Swagger 2 page became."""

    def locate(pointer: Pointer) -> int:
        if pointer[:1] == ("components",):
            return raw.locate((_SWAGGER_SECTIONS.get(pointer[1], pointer[1]), *pointer[2:]))
        if pointer[:1] == ("servers",):
            return raw.locate(("host",))
        if pointer[:1] == ("paths",) and pointer[2:3] and pointer[2] in METHODS:
            return raw.locate((*pointer[:3], *_in_operation(raw.document, pointer)))
        return raw.locate(pointer)

    return locate


def _in_operation(document: dict[str, Any], pointer: Pointer) -> Pointer:
    """Return the rest of a pointer behind the method, as Swagger 2 writes it."""
    rest = pointer[3:]
    if rest[:1] == ("responses",) and rest[2:3] == ("content",):
        return (*rest[:2], *rest[4:])
    operation = _dict(_dict(_dict(document.get("paths")).get(pointer[1])).get(pointer[2]))
    listed = operation.get("parameters")
    if rest[:1] == ("parameters",) and rest[1:] and isinstance(listed, list):
        kept = [at for at, each in enumerate(listed) if _dict(each).get("in") not in {"body", "formData"}]
        position = int(rest[1])
        return ("parameters", str(kept[position])) if position < len(kept) else rest
    if rest[:1] != ("requestBody",):
        return rest
    for index, parameter in enumerate(listed if isinstance(listed, list) else []):
        if _dict(parameter).get("in") == "body":
            return ("parameters", str(index), *rest[3:])
        if rest[4:5] == ("properties",) and _dict(parameter).get("name") == rest[5]:
            return ("parameters", str(index), *rest[6:])
    return ("parameters",)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
