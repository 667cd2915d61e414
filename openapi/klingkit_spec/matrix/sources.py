"""The lines of the vendors' pages behind the matrix, where a clone has the pages."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from klingkit_spec import yamlio
from klingkit_spec.diff.views import Loc, view
from klingkit_spec.document import PAGE, json_content, normalised, read_operations
from klingkit_spec.fields import resolve
from klingkit_spec.lines import Lines
from klingkit_spec.matrix.model import Locator, Source
from klingkit_spec.matrix.page_lines import declared_lines, first_line
from klingkit_spec.merge import OFFICIAL
from klingkit_spec.relay_document import operations
from klingkit_spec.sources import CLAIMS, OFFICIAL_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from klingkit_spec.matrix.model import Place

__all__ = ["PageLocator"]


class PageLocator(Locator):
    """Finds lines on the pages below `home`, the openapi folder of a clone, with the help of ``extracted/``."""

    def __init__(self, home: Path, registry: Mapping[str, Mapping[str, Any]]) -> None:
        self._home = home
        self._registry = registry
        self._pages = cache(self._read_pages)
        self._declared = cache(self._find_fields)

    def operation(self, relay: str, place: Place) -> Source | None:
        """Return the page that describes the operation, and the line of its address."""
        found = self._pages(relay).get(place)
        if found is None:
            return None
        page, path, _ = found
        text = self._text(relay, page)
        line = _lines(text).line(("paths", path, place[1])) if relay == OFFICIAL else first_line(text, path)
        return Source(f"sources/{relay}/{page}", line)

    def field(self, relay: str, place: Place, name: str) -> Source | None:
        """Return the page that describes the operation, and the line on which it declares the field."""
        found = self._pages(relay).get(place)
        if found is None:
            return None
        line = self._declared(relay, place).get(name)
        if line is None and name.startswith("header "):
            line = first_line(self._text(relay, found[0]), name.removeprefix("header "))
        return Source(f"sources/{relay}/{found[0]}", line)

    def claim(self, relay: str, title: str) -> Source | None:
        """Return the line of the claim in the relay's claims.yaml."""
        text = self._text(relay, CLAIMS)
        return Source(f"sources/{relay}/{CLAIMS}", first_line(text, title)) if text else None

    def _text(self, relay: str, page: str) -> str:
        file = self._home / "sources" / relay / page
        return file.read_text(encoding="utf-8-sig") if file.is_file() else ""

    def _read_pages(self, relay: str) -> dict[Place, tuple[str, str, dict[str, Any]]]:
        """Return page, path on the page, and document of each operation that was read from the relay's pages."""
        name = f"extracted/{relay}.openapi.yaml"
        document = yamlio.load_yaml(self._home / name, shown=name)
        prefix = self._registry[relay]["path_prefix"]
        parts = self._official_parts() if relay == OFFICIAL else {}
        return {
            (normalised(path, prefix), method): (node.get(PAGE) or parts.get(path, OFFICIAL_FILE), path, document)
            for path, method, node in operations(document)
        }

    def _official_parts(self) -> dict[str, str]:
        """Return the file of the official document that describes each path."""
        files = sorted((self._home / "sources" / OFFICIAL).glob("*.openapi.yaml"))
        return {path: file.name for file in files for path in yamlio.load_yaml(file, shown=file.name).get("paths", {})}

    def _find_fields(self, relay: str, place: Place) -> dict[str, int | None]:
        page, path, document = self._pages(relay)[place]
        text = self._text(relay, page)
        if relay == OFFICIAL:
            return _schema_lines(document, text, path, place[1])
        table = read_operations(document, prefix=self._registry[relay]["path_prefix"])[place].request or {}
        fields = [name for name in table if not name.endswith("[]")]
        names = [name.rpartition(".")[2] for name in fields]
        alone = sum(other == page for other, _, _ in self._pages(relay).values()) == 1
        lines = declared_lines(text, names, after=1 if alone else first_line(text, path) or 1)
        found = dict(zip(fields, lines, strict=True))
        # the entries of a list have no line of their own
        return {name: found.get(name.removesuffix("[]"), found.get(name)) for name in table}


@lru_cache(maxsize=8)
def _lines(text: str) -> Lines:
    """Return the lines of `text`; the official document is large, and asked for once per operation."""
    return Lines(text)


def _schema_lines(document: dict[str, Any], text: str, path: str, method: str) -> dict[str, int | None]:
    """Return the line of every request field of a document that is OpenAPI itself."""
    operation = document["paths"][path][method]
    body = resolve(document, operation.get("requestBody"))
    if json_content(body) is None or "requestBody" not in operation:
        return {}
    lines = _lines(text)
    kind = next(kind for kind in body["content"] if "json" in kind)
    start = ("paths", path, method, "requestBody", "content", kind, "schema")
    found: dict[str, int | None] = {}
    _walk(document, Loc(start, start), "", lines, found)
    return found


def _walk(document: dict[str, Any], loc: Loc, name: str, lines: Lines, found: dict[str, int | None]) -> None:
    schema = view(document, loc)
    for member, place in schema.properties.items():
        path = f"{name}.{member}" if name else member
        if path not in found and path.count(".") < 8:
            found[path] = lines.line(place.parts, exactly=True)
            _walk(document, place, path, lines, found)
    if "items" in schema.keywords:
        place = schema.keywords["items"][1]
        found[f"{name}[]"] = lines.line(place.parts, exactly=True)
        _walk(document, place, f"{name}[]", lines, found)
