"""Requests that Schemathesis makes up from the relay's document, sent through the guard.

Schemathesis only generates here and holds the answers against the document; it never holds a key and never reaches the
network by itself. Its verdicts are kept for those answers that our own judge found nothing wrong with, so that nothing
is reported twice and nothing is lost.
"""

from __future__ import annotations

import copy
import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import schemathesis
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from klingkit_contract.budget import Purpose
from klingkit_contract.door import Door
from klingkit_contract.judge import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_contract.exchanges import Record
    from klingkit_contract.session import Session

__all__ = ["ask"]

_OWNERS = {
    "not_a_server_error": "server-error",
    "status_code_conformance": "status-code",
    "content_type_conformance": "content-type",
    "response_headers_conformance": "response-schema",
    "response_schema_conformance": "response-schema",
}
_CREATES = 6  # usual generated creates per operation; only those with two flaws are let through
_READS = 4  # usual generated queries per operation, beside those at the boundaries
_FLASK = "flask"
_FROM_SOURCE = "_get_local_constants"
# Rules between fields slow generation down, and breaking them is what the probes of limits do one by one.
_BETWEEN_FIELDS = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else"})


def ask(session: Session, seed: int, examples: int | None = None) -> None:
    """Send generated requests to every operation; creates only when there is a budget that says they may leave.

    `examples` is how many, for each operation; None for the usual.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    config = SchemathesisConfig.from_dict(_config(seed, examples, creates=session.guard.budget.room(Purpose.PROBE) > 0))
    schema = schemathesis.openapi.from_dict(_generation_copy(session.contract.document), config=config)
    door = Door(session.guard)
    schema.app = door  # at once: operations bind the transport on first use
    failures: dict[str, list[tuple[str, str]]] = {}
    with _apart_from_source(), _without_flask():
        for event in from_schema(schema).execute():
            if isinstance(event, events.ScenarioFinished):
                for case_id, check, message in _failures(event):
                    failures.setdefault(case_id, []).append((check, message))
            elif isinstance(event, events.NonFatalError):
                _note_gap(session, event.label or "", f"{event.info.title}: {event.value}")
            elif isinstance(event, events.FatalError):
                _note_gap(session, "", str(event.exception))
    door.close()
    before = session.judged
    session.judge_the_rest()
    for record in session.guard.journal.records[before:]:
        if not record.operation or session.judge.excused(record):
            continue
        if record.case_id in failures and not session.judge.claims(record):
            session.board.accuse(_claims(record, failures[record.case_id]))


@contextmanager
def _apart_from_source() -> Iterator[None]:
    """Keep Hypothesis from drawing on the words and numbers in the source of whatever is loaded.

    With them a seed would mean other requests in a clone than in an installation, and after every change of the code.
    A Hypothesis that has no such place is left as it is.
    """
    if not hasattr(providers, _FROM_SOURCE):
        yield
        return
    usual, nothing = getattr(providers, _FROM_SOURCE), Constants()
    providers.CONSTANTS_CACHE.cache.clear()
    setattr(providers, _FROM_SOURCE, lambda: nothing)
    try:
        yield
    finally:
        setattr(providers, _FROM_SOURCE, usual)
        providers.CONSTANTS_CACHE.cache.clear()


@contextmanager
def _without_flask() -> Iterator[None]:
    """Say at once that there is no Flask: Schemathesis tries to import it with every request, which takes long in vain.

    Where it is loaded, nothing is done.
    """
    if _FLASK in sys.modules:
        yield
        return
    sys.modules[_FLASK] = None  # type: ignore[assignment]  # what a refused import leaves
    try:
        yield
    finally:
        sys.modules.pop(_FLASK, None)


def _config(seed: int, examples: int | None, *, creates: bool) -> dict[str, Any]:
    checks: dict[str, Any] = {name: {"enabled": True} for name in _OWNERS}
    reads, writes = examples or _READS, examples or _CREATES
    alone = {"responses": False}  # what a relay answers must not change what is sent: a seed means the same requests
    return {
        "seed": seed,
        "continue-on-failure": True,
        "generation": {
            "deterministic": True,
            "database": "none",
            "max-examples": reads,
            "no-shrink": True,
        },
        "checks": {"enabled": False, **checks},
        "warnings": False,
        "analysis": {"constants": {"enabled": False}},  # the application is the guard: its source knows nothing
        "phases": {
            "enabled": False,
            "coverage": {
                "enabled": True,
                "unexpected-methods": [],
                "generate-duplicate-query-parameters": False,
                "extra-data-sources": alone,
            },
            "fuzzing": {"enabled": True, "extra-data-sources": alone, "error-feedback": {"enabled": False}},
        },
        "operations": [
            {
                "include-method": "POST",
                "enabled": creates,
                "generation": {"mode": "negative", "max-examples": writes},
                "phases": {"coverage": {"enabled": False}},
            }
        ],
    }


def _generation_copy(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document as Schemathesis needs it: no keys, no callbacks, no links, our own root as the server."""
    copied = copy.deepcopy(dict(document))
    copied["servers"] = [{"url": "/"}]
    copied.pop("security", None)
    components = copied.get("components", {})
    components.pop("securitySchemes", None)
    for item in copied["paths"].values():
        for operation in item.values():
            if not isinstance(operation, dict):
                continue
            operation.pop("security", None)
            operation.pop("callbacks", None)
            for response in operation.get("responses", {}).values():
                response.pop("links", None)
            _loosen(operation, components.get("schemas", {}))
    return copied


def _loosen(operation: Mapping[str, Any], schemas: dict[str, Any]) -> None:
    """Drop the rules between fields from the schema of a create's body."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        name = str(media.get("schema", {}).get("$ref", "")).rpartition("/")[2]
        if name in schemas:
            schemas[name] = {key: value for key, value in schemas[name].items() if key not in _BETWEEN_FIELDS}


def _note_gap(session: Session, label: str, problem: str) -> None:
    """Remember that requests could not be made up, for the operation in `label` ("GET /path") or for all."""
    method, _, path = label.partition(" ")
    for operation in session.contract.operations.values():
        if not path or (operation.method, operation.path) == (method, path):
            session.gaps.setdefault(operation.id, " ".join(problem.split())[:200])


def _failures(event: events.ScenarioFinished) -> Iterator[tuple[str, str, str]]:
    for case_id, nodes in event.recorder.checks.items():
        for node in nodes:
            if node.status is Status.FAILURE and node.failure_info is not None and node.name in _OWNERS:
                failure = node.failure_info.failure
                yield case_id, _OWNERS[node.name], f"{failure.title}: {failure.message}"


def _claims(record: Record, failures: list[tuple[str, str]]) -> Iterator[Claim]:
    for check, message in failures:
        first = " ".join(message.split())[:240]
        yield Claim(
            record.operation, check, first.partition(":")[0], "", f"HTTP {record.answer.status}: {first}", record
        )
