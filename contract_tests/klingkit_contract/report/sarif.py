"""findings.sarif: the findings in SARIF 2.1.0, for code scanning pages and editors.

A rule is a check, a result a finding. It points to the promise in the relay's resolved spec, and by a logical location
to relay and operation; what a baseline accepts is there too, suppressed with its reason. What was not tested is told by
notifications of the invocation, so that a file without results is no proof of anything.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from klingkit_contract.findings import Severity
from klingkit_contract.report import text
from klingkit_contract.report.grid import Grid
from klingkit_contract.report.places import file_of, line_of
from klingkit_contract.report.scores import accepted_words, count

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Check, Exchange, Finding

__all__ = ["document", "write"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_MEANT = re.compile(r"[\\\[\]]")  # what would make a link of plain text


def write(results: Results, path: Path) -> None:
    """Write `results` as findings.sarif to `path`, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    text.write(path, json.dumps(document(results), ensure_ascii=False, indent=2) + "\n")


def document(results: Results) -> dict[str, Any]:
    """Return `results` as a SARIF log with one run, made of JSON's own types."""
    grid = Grid(results)
    rules = list(grid.checks)
    found = [_result(finding, rules) for finding in (*grid.findings(), *grid.known())]
    ended = all(relay in results.relays for relay in grid.relays)
    driver = {"name": "klingkit", "rules": [_rule(check) for check in grid.checks.values()]}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "klingkit/check/"},
        "invocations": [{"executionSuccessful": ended, "toolExecutionNotifications": list(_notes(results, grid))}],
        "results": found,
        "columnKind": "unicodeCodePoints",
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(check: Check) -> dict[str, Any]:
    help_ = f"{check.promise} See it again with: klingkit check --check {check.id}"
    return {
        "id": check.id,
        "name": "".join(part.capitalize() for part in check.id.split("-")),
        "shortDescription": _message(check.title),
        "fullDescription": _message(check.promise or check.title),
        "help": _message(help_),
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {"cost": check.cost, "severity": check.severity, "tags": ["api", "contract"]},
    }


def _result(finding: Finding, rules: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "ruleIndex": rules.index(finding.check),
        "level": _LEVELS[finding.severity],
        "message": _message(
            f"{finding.relay}, {finding.operation}: {finding.seen} Promised: {finding.promised}"
            f"{' Reproduce: ' if finding.reproduce else ''}{finding.reproduce}"
        ),
        "locations": [_location(finding)],
        "partialFingerprints": _fingerprints(finding),
        "properties": {
            "relay": finding.relay,
            "operation": finding.operation,
            "pointer": finding.pointer,
            "severity": finding.severity,
            "signature": text.printable(finding.signature),
            "reproduce": text.printable(finding.reproduce),
            "curl": text.printable(finding.curl),
        },
    }
    if finding.exchange is not None:
        result |= _exchange(finding.exchange)
    if finding.since is not None:
        result["baselineState"] = "new" if finding.since.last is None else "unchanged"
    if finding.acceptance is not None:
        words = text.one_line(accepted_words(finding.acceptance))
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": words}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": file_of(finding.relay)}}
    line = line_of(finding.relay, finding.pointer)
    if line is not None:
        place["region"] = {"startLine": line}
    logical = {
        "name": finding.operation,
        "fullyQualifiedName": f"{finding.relay}/{finding.operation}",
        "kind": "resource",
    }
    return {"physicalLocation": place, "logicalLocations": [logical]}


def _fingerprints(finding: Finding) -> dict[str, str]:
    """Return what makes the same finding the same in the next run, whatever its wording or its line.

    GitHub looks at `primaryLocationLineHash` alone, and would otherwise merge findings that share a line and a rule.
    """
    digest = finding.fingerprint
    return {"klingkitFinding/v1": digest, "primaryLocationLineHash": f"{digest[:16]}:1"}


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request = {
        "method": exchange.method,
        "target": text.printable(exchange.url),
        "headers": _headers(exchange.request_headers),
        "body": {"text": text.printable(exchange.request_body)},
    }
    if not exchange.status:
        return {"webRequest": request, "webResponse": {"noResponseReceived": True}}
    answer = {
        "statusCode": exchange.status,
        "headers": _headers(exchange.response_headers),
        "body": {"text": text.printable(exchange.response_body)},
    }
    return {"webRequest": request, "webResponse": answer}


def _headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the headers by name; the values of one that comes more than once are joined as HTTP joins them."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        shown = text.printable(value)
        joined[name] = f"{joined[name]}, {shown}" if name in joined else shown
    return joined


def _notes(results: Results, grid: Grid) -> Iterable[dict[str, Any]]:
    for group in grid.untested():
        relays = ", ".join(group.relays)
        yield _note(f"Not tested: {count(group.cells, 'cell')} of {relays}, because: {group.reason}")
    for deviation in results.gone:
        place = f"{deviation.relay}, {deviation.operation}, {deviation.check}"
        yield _note(f"Accepted and gone: {place} ({deviation.signature})")


def _note(words: str) -> dict[str, Any]:
    return {"level": "note", "message": _message(words)}


def _message(words: str) -> dict[str, str]:
    """Return `words` as a plain text message: SARIF gives brackets and braces a meaning, and here they have none."""
    plain = _MEANT.sub(lambda found: f"\\{found[0]}", text.one_line(words))
    return {"text": plain.replace("{", "{{").replace("}", "}}")}
