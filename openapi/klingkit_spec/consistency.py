"""The check that makes overlays trustworthy: a relay's resolved document says what its own document says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.document import Operation, read_operations
from klingkit_spec.errors import SpecError
from klingkit_spec.fields import LIMITS, UNSAID, Facets
from klingkit_spec.relay_document import operations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_spec.expected import Expected

__all__ = ["ConsistencyError", "check", "disagreements"]

_ASPECTS = ("type", "required", "enum", "default", "format", *LIMITS)


class ConsistencyError(SpecError):
    """A relay's resolved document and its own document are not one."""


def check(relay: str, document: dict[str, Any], expected: Mapping[str, Expected], *, overlay: str) -> None:
    """Hold the resolved `document` of `relay` against what its own document says.

    Raises:
        ConsistencyError: they disagree; the text names operation, field, aspect and both values.
    """
    ids = {(path, method): node["operationId"] for path, method, node in operations(document)}
    resolved = {ids[place]: operation for place, operation in read_operations(document, prefix="").items()}
    for operation, promised in expected.items():
        if operation not in resolved:
            raise ConsistencyError(f"{relay} documents {operation}, but its resolved document lacks it; see {overlay}.")
        for field, aspect, page, ours in disagreements(promised, resolved[operation]):
            raise ConsistencyError(
                f"{relay} {operation} {field} {aspect}: its own document comes to {page!r}, its resolved document says "
                f"{ours!r}; correct {overlay}, or settle it in verdicts.toml."
            )


def disagreements(expected: Expected, found: Operation) -> Iterator[tuple[str, str, Any, Any]]:
    """Yield field, aspect and both values wherever the operation `found` is not what was `expected` of it."""
    yield from _request(expected.request, found.request or {})
    for name in sorted(expected.headers.keys() | found.headers.keys()):
        promised, ours = expected.headers.get(name, UNSAID), found.headers.get(name, UNSAID)
        if promised != ours:
            yield f"header {name}", "presence", promised, ours
    if expected.body_required != found.body_required:
        yield "body", "required", expected.body_required, found.body_required
    yield from _shape("answer", expected.answer, found.answer or {}, exact=expected.exact_answer)
    for status, table in expected.errors.items():
        yield from _shape(f"error {status}", table, found.errors.get(status) or {}, exact=True)


def _request(expected: Mapping[str, Facets], found: Mapping[str, Facets]) -> Iterator[tuple[str, str, Any, Any]]:
    for path in [*expected, *(path for path in found if path not in expected)]:
        if path not in found or path not in expected:
            words = ("present", "absent") if path in expected else ("absent", "present")
            yield path, "presence", *words
            continue
        for aspect in _ASPECTS:
            promised, ours = (_word(table[path], aspect) for table in (expected, found))
            if promised != ours:
                yield path, aspect, promised, ours


def _shape(
    where: str, expected: Mapping[str, Facets], found: Mapping[str, Facets], *, exact: bool
) -> Iterator[tuple[str, str, Any, Any]]:
    for path, facets in expected.items():
        if path not in found:
            yield f"{where} {path}", "presence", "present", "absent"
            continue
        for aspect in facets:
            promised, ours = (_word(table[path], aspect) for table in (expected, found))
            if promised != ours:
                yield f"{where} {path}", aspect, promised, ours
    if exact:
        for path in found:
            if path not in expected:
                yield f"{where} {path}", "presence", "absent", "present"


def _word(facets: Facets, aspect: str) -> Any:
    value = facets.get(aspect, False if aspect == "required" else UNSAID)
    # the order of an enum means nothing
    return sorted(value, key=str) if aspect == "enum" and isinstance(value, list) else value
