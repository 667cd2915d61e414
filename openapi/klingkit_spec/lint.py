"""The rules for the documents the build writes; a document that breaks one is not written."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

from openapi_spec_validator import OpenAPIV31SpecValidator

from klingkit_spec.errors import SpecError
from klingkit_spec.lint_schemas import example_findings, schema_findings
from klingkit_spec.relay_document import EVIDENCE, Evidence, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LintError", "findings", "lint", "require_openapi"]

_ID = re.compile(r"^(video|image|audio|element|account)_[a-z0-9_]+_(create|get|list)$")
_SHOWN = 5


class LintError(SpecError):
    """A document that breaks a rule of the house, or OpenAPI's own."""


def lint(document: dict[str, Any], *, shown: str) -> None:
    """Hold `document` against every rule.

    Raises:
        LintError: it breaks some; the text names up to five of them.
    """
    found = list(findings(document))
    if found:
        more = f" (and {len(found) - _SHOWN} more)" if len(found) > _SHOWN else ""
        raise LintError(
            f"{shown} would break {len(found)} rule(s): {'; '.join(found[:_SHOWN])}{more}. Correct the inputs."
        )


def require_openapi(document: dict[str, Any], *, shown: str) -> None:
    """Hold `document` against OpenAPI alone, without the rules of the house.

    Raises:
        LintError: it is no OpenAPI document.
    """
    invalid = _invalid(document)
    if invalid:
        raise LintError(f"{shown}: {invalid[0]}. Correct the page or its fixes.")


def _invalid(document: dict[str, Any]) -> list[str]:
    return [
        f"it is no valid OpenAPI 3.1: {error.message.splitlines()[0][:200]}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]


def findings(document: dict[str, Any]) -> Iterator[str]:
    """Yield a sentence for every rule that `document` breaks."""
    invalid = _invalid(document)
    yield from invalid
    if not invalid:  # the other rules presume a document whose references lead somewhere
        yield from _operations(document)
        yield from schema_findings(document)
        yield from example_findings(document)


def _operations(document: dict[str, Any]) -> Iterator[str]:
    tags = {tag["name"] for tag in document.get("tags", ())}
    ids = Counter(node.get("operationId") for _, _, node in operations(document))
    for path, method, node in operations(document):
        where = f"{method.upper()} {path}"
        name = node.get("operationId", "")
        if not _ID.match(name):
            yield f"{where}: the operationId {name!r} is not <area>_<object>_<create, get or list>"
        if ids[name] > 1:
            yield f"{where}: the operationId {name!r} is taken"
        if len(node.get("tags", ())) != 1 or not set(node["tags"]) <= tags:
            yield f"{where}: it needs exactly one tag, of those declared"
        if node.get(EVIDENCE) not in get_args(Evidence):
            yield f"{where}: {EVIDENCE} must be one of {', '.join(get_args(Evidence))}"
        if not _asks_for_bearer(document, node):
            yield f"{where}: it does not ask for a bearer key"


def _asks_for_bearer(document: dict[str, Any], node: dict[str, Any]) -> bool:
    schemes = document.get("components", {}).get("securitySchemes", {})
    security = node.get("security", document.get("security", []))
    return bool(security) and all(
        requirement and all(schemes.get(name, {}).get("scheme") == "bearer" for name in requirement)
        for requirement in security
    )
