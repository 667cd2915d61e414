"""The rules for the documents the build writes; a document that breaks one is not written."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, get_args

from openapi_spec_validator import OpenAPIV31SpecValidator

from klingkit_spec.errors import SpecError
from klingkit_spec.lint_numbers import number_findings
from klingkit_spec.lint_schemas import example_findings, schema_findings
from klingkit_spec.lint_sources import EnumSources, enum_findings
from klingkit_spec.relay_document import EVIDENCE, Evidence, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LintError", "findings", "lint", "require_openapi"]

_AREAS = ("video", "image", "audio", "voice", "element", "account", "standard", "solution")
# A create starts a task, get and list read it, query reads several by other means than a page; a run answers its
# result at once, and the others change something that is kept on the server.
_VERBS = ("create", "get", "list", "query", "run", "delete", "init", "add", "clear", "preview")
_ID = re.compile(rf"^({'|'.join(_AREAS)})_[a-z0-9_]+_({'|'.join(_VERBS)})$")
_PATH_PARAMETERS = {"task_id", "model"}
_LIFECYCLES = {"current", "legacy_supported", "superseded", "unlisted", "retired"}
_SHOWN = 5


class LintError(SpecError):
    """A document that breaks a rule of the house, or OpenAPI's own."""


def lint(document: dict[str, Any], *, shown: str, enums: EnumSources | None = None, of_relay: bool = False) -> None:
    """Hold `document` against every rule; `enums` is what the inputs know of values.

    The words of a document `of_relay` are partly the relay's: its numbers need no unit.

    Raises:
        LintError: it breaks some; the text names up to five of them.
    """
    found = list(findings(document, enums=enums, of_relay=of_relay))
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


# Holding a schema against the meta-schema takes most of a build, and the documents of one build share nearly all of
# theirs: texts of schemas that were part of a valid document. They stand open in the copy that is validated.
_KNOWN: set[str] = set()


def _invalid(document: dict[str, Any]) -> list[str]:
    schemas = document.get("components", {}).get("schemas", {})
    texts = {name: json.dumps(schema, sort_keys=True) for name, schema in schemas.items()}
    opened = {name: {} if texts[name] in _KNOWN else schema for name, schema in schemas.items()}
    copy = {**document, "components": {**document["components"], "schemas": opened}} if schemas else document
    found = [
        f"it is no valid OpenAPI 3.1: {error.message.splitlines()[0][:200]}"
        for error in OpenAPIV31SpecValidator(copy).iter_errors()
    ]
    if not found:
        _KNOWN.update(texts.values())
    return found


def findings(document: dict[str, Any], *, enums: EnumSources | None = None, of_relay: bool = False) -> Iterator[str]:
    """Yield a sentence for every rule that `document` breaks; see `lint`."""
    invalid = _invalid(document)
    yield from invalid
    if not invalid:  # the other rules presume a document whose references lead somewhere
        yield from _operations(document)
        yield from schema_findings(document)
        yield from example_findings(document)
        if enums is not None:
            yield from enum_findings(document, enums)
        if not of_relay:
            yield from number_findings(document)


def _operations(document: dict[str, Any]) -> Iterator[str]:
    tags = {tag["name"] for tag in document.get("tags", ())}
    ids = Counter(node.get("operationId") for _, _, node in operations(document))
    for path, method, node in operations(document):
        where = f"{method.upper()} {path}"
        name = node.get("operationId", "")
        if not _ID.match(name):
            yield f"{where}: the operationId {name!r} is not <area>_<object>_<verb> of the areas and verbs in lint.py"
        if ids[name] > 1:
            yield f"{where}: the operationId {name!r} is taken"
        if len(node.get("tags", ())) != 1 or not set(node["tags"]) <= tags:
            yield f"{where}: it needs exactly one tag, of those declared"
        elif _ID.match(name) and not name.startswith(f"{node['tags'][0]}_"):
            yield f"{where}: the operationId {name!r} is of another area than the tag {node['tags'][0]!r}"
        if node.get(EVIDENCE) not in get_args(Evidence):
            yield f"{where}: {EVIDENCE} must be one of {', '.join(get_args(Evidence))}"
        if not _asks_for_bearer(document, node):
            yield f"{where}: it does not ask for a bearer key"
        yield from (f"{where}: {words}" for words in _own_words(path, method, node))


def _own_words(path: str, method: str, node: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with what only this house says of an operation, and with the names in its path."""
    for name in re.findall(r"\{([^}]*)\}", path):
        if name not in _PATH_PARAMETERS:
            yield f"the path parameter {name!r} is none of {', '.join(sorted(_PATH_PARAMETERS))}"
    billable = node.get("x-klingkit-billable", False)
    if not isinstance(billable, bool) or (billable and method != "post"):
        yield "x-klingkit-billable is true or false, and true on a POST only"
    if node.get("x-klingkit-lifecycle", "current") not in _LIFECYCLES:
        yield f"x-klingkit-lifecycle must be one of {', '.join(sorted(_LIFECYCLES))}"


def _asks_for_bearer(document: dict[str, Any], node: dict[str, Any]) -> bool:
    schemes = document.get("components", {}).get("securitySchemes", {})
    security = node.get("security", document.get("security", []))
    return bool(security) and all(
        requirement and all(schemes.get(name, {}).get("scheme") == "bearer" for name in requirement)
        for requirement in security
    )
