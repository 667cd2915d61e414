"""matrix.json: the whole run for other programs.

The shape, which changes only together with `SCHEMA_VERSION`; matrix.schema.json beside this module says the same as a
JSON Schema::

    {
      "schema_version": 4,
      "run": {"budget": 0, "max_cost": null, "seed": 0},
      "relays": {"<relay>": {"base_url", "requests", "paid", "price", "seconds", "verdicts",
        "findings", "known"}},
      "operations": ["<operationId>"],
      "checks": [{"id", "title", "promise", "cost", "severity"}],
      "cells": [{"relay", "operation", "check", "verdict", "reason", "requests", "extra", "findings": [
        {"relay", "operation", "check", "severity", "promised", "pointer", "seen", "reproduce", "curl", "exchange": {
          "method", "url", "request_headers": [["name", "value"]], "request_body",
          "status", "response_headers": [["name", "value"]], "response_body", "note"},
          "signature", "acceptance": {"reason", "since", "until"}, "since": {"first", "last", "runs"}}]}],
      "fields": [{"relay", "operation", "place", "documented", "required", "observed", "present", "answers", "needed",
        "disagreement"}],
      "past": {"<relay>": {"run", "previous", "new", "gone": [
        {"operation", "check", "signature", "severity", "seen", "since"}]}},
      "summary": {"cells", "requests", "paid", "price", "seconds", "verdicts", "findings", "known",
        "untested": [{"reason", "cells", "relays"}],
        "gone": [{"relay", "operation", "check", "signature", "seen", "acceptance"}]}
    }

`cost` is free, query or paid; `verdict` is pass, finding, known deviation, not tested or not applicable; `severity` is
critical, high, medium or low; `verdicts` and `findings` count per verdict and per severity. `acceptance` is null for a
finding that counts, and `findings` counts those; `known` is how many a baseline accepts, `gone` which of those it
accepts are gone; days are written 2030-12-31, `until` is null for good. `paid` is the number of creates that the relay
took, null where a run stopped before that was known, and so is a relay's `seconds`; `price` is what they cost at most,
by currency in `at_most`, and how many are `unpriced`. `max_cost` is text such as "5.00 USD", null for no limit.
A cell's `requests` are null where
nobody counted them. `exchange` is null when none shows the finding. `since` says in how many kept runs a finding was
seen, in the first when and, before this one, last when (null: never); it is null, and `past` empty, where no history is
kept. `past` has the number of this run in the history and of the one before it, how many findings are new and which are
gone. `fields` are those that came in successful answers, that are missed there or that our client needs: `documented`
has JSON types (empty: any; null: not documented), `needed` what our client reads there (null: nothing), `disagreement`
how the three truths differ (null: not at all). Every relay has one cell per operation and check,
in the order relay, operation, check of the lists above. Keys of maps (relays, verdicts, findings, extra) are sorted, so
that two files can be compared line by line.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

from klingkit_contract.findings import Finding
from klingkit_contract.report import text
from klingkit_contract.report.grid import Grid, counted
from klingkit_contract.report.scores import Score, score, total

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from klingkit_contract.events import Results
    from klingkit_contract.findings import Cell, Deviation, Field, Past, Sightings

__all__ = ["SCHEMA_VERSION", "document", "render", "write"]

SCHEMA_VERSION = 4

_Word = TypeVar("_Word", bound=str)
_Value = TypeVar("_Value")


def write(results: Results, path: Path) -> None:
    """Write `results` as matrix.json to `path`, whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    text.write(path, render(results))


def render(results: Results) -> str:
    """Return `results` as the text of matrix.json."""
    return json.dumps(document(results), ensure_ascii=False, indent=2) + "\n"


def document(results: Results) -> dict[str, Any]:
    """Return `results` in the shape that this module's docstring gives, made of JSON's own types."""
    grid = Grid(results)
    scores = [score(results, grid, relay) for relay in sorted(grid.relays)]
    whole = total(scores)
    return {
        "schema_version": SCHEMA_VERSION,
        "run": {
            "budget": results.started.budget,
            "max_cost": results.started.max_cost or None,
            "seed": results.started.seed,
        },
        "relays": {found.relay: {"base_url": found.base_url, **_totals(found)} for found in scores},
        "operations": list(grid.operations),
        "checks": [asdict(check) for check in grid.checks.values()],
        "cells": [_cell(cell) for found in scores for cell in grid.of_relay(found.relay)],
        "fields": [_field(row) for found in scores for row in results.fields.get(found.relay, ())],
        "past": {relay: _past(results.past[relay]) for relay in sorted(results.past)},
        "summary": {
            "cells": sum(whole.verdicts.values()),
            **_totals(whole),
            "seconds": results.seconds,
            "untested": [asdict(group) for group in grid.untested()],
            "gone": [_dated(deviation) for deviation in results.gone],
        },
    }


def _totals(found: Score) -> dict[str, Any]:
    return {
        "requests": found.requests,
        "paid": found.paid,
        "price": {
            "at_most": {currency: str(amount) for currency, amount in found.cost.amounts},
            "unpriced": found.cost.unpriced,
        },
        "seconds": found.seconds,
        "verdicts": _sorted(found.verdicts),
        "findings": _sorted(found.findings),
        "known": found.known,
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "relay": cell.relay,
        "operation": cell.operation,
        "check": cell.check,
        "verdict": cell.verdict,
        "reason": cell.reason,
        "requests": counted(cell),
        "extra": _sorted(cell.extra),
        "findings": [_dated(finding) for finding in cell.findings],
    }


def _field(row: Field) -> dict[str, Any]:
    documented = None if row.documented is None else list(row.documented)
    return {**asdict(row), "documented": documented, "observed": list(row.observed), "needed": row.needed or None}


def _past(past: Past) -> dict[str, Any]:
    gone = [{**asdict(found), "since": _since(found.since)} for found in past.gone]
    for found in gone:
        del found["relay"]
    return {"run": past.run, "previous": past.previous, "new": len(past.new), "gone": gone}


def _since(since: Sightings | None) -> dict[str, Any] | None:
    if since is None:
        return None
    return {"first": _moment(since.first), "last": since.last and _moment(since.last), "runs": since.runs}


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _dated(item: Finding | Deviation) -> dict[str, Any]:
    """Return `item` with the days of its acceptance as text."""
    acceptance = item.acceptance
    days = acceptance and {
        "reason": acceptance.reason,
        "since": acceptance.since.isoformat(),
        "until": acceptance.until and acceptance.until.isoformat(),
    }
    row = {**asdict(item), "acceptance": days}
    return {**row, "since": _since(item.since)} if isinstance(item, Finding) else row


def _sorted(mapping: Mapping[_Word, _Value]) -> dict[str, _Value]:
    return {str(key): mapping[key] for key in sorted(mapping)}
