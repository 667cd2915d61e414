"""The run as the page carries it: every text once, and most cells as nothing but a number.

A run of nine relays has some 39,000 cells, of which nine in ten do not apply, and its findings say the same things over
and over. So the page holds::

    {
      "texts": ["every text that anything below names by its place in this list"],
      "relays": [text], "columns": [place in relays], "operations": [text],
      "checks": [{"id", "title", "promise", "cost", "severity"}],
      "verdicts": ["<verdict>"], "severities": ["<severity>"],
      "states": [[verdict, reason, requests, extra]],
      "cells": [state, how many cells in a row have it, state, ...],
      "found": {"<cell>": [[severity, promised, pointer, seen, reproduce, curl, exchange, signature, acceptance,
        since]]}
    }

Cells are numbered from 0 as matrix.json orders them: by relay, operation and check. An exchange is ``[method, url,
request headers, request body, status, response headers, response body, note]``; headers and `extra` are lists in which
names and values take turns; an acceptance is ``[reason, since, until]``, sightings are ``[first, last, runs]``. What is
null in matrix.json is null here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_contract.findings import Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["packed"]

_VERDICTS = [str(verdict) for verdict in Verdict]
_SEVERITIES = [str(severity) for severity in Severity]  # from a nuisance to lost money


def packed(document: Mapping[str, Any], columns: Sequence[str]) -> dict[str, Any]:
    """Return `document`, the content of matrix.json, in the shape that this module's docstring gives.

    `columns` are the relays in the order in which the page shows them.
    """
    texts = _Texts()
    relays = list(document["relays"])
    found = {
        str(number): [_finding(finding, texts) for finding in cell["findings"]]
        for number, cell in enumerate(document["cells"])
        if cell["findings"]
    }
    states: dict[tuple[Any, ...], int] = {}
    runs: list[int] = []
    for cell in document["cells"]:
        state = states.setdefault(_state(cell, texts), len(states))
        if runs and runs[-2] == state:
            runs[-1] += 1
        else:
            runs += [state, 1]
    return {
        "relays": texts.all(relays),
        "columns": [relays.index(relay) for relay in columns],
        "operations": texts.all(document["operations"]),
        "checks": document["checks"],
        "verdicts": _VERDICTS,
        "severities": _SEVERITIES,
        "states": [list(state) for state in states],
        "cells": runs,
        "found": found,
        "texts": texts.known(),
    }


class _Texts:
    """Texts, each known by the number of those that were met before it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    def all(self, texts: Iterable[str]) -> list[int]:
        return [self(text) for text in texts]

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> list[int]:
        return [self(text) for pair in pairs for text in pair]

    def known(self) -> list[str]:
        return list(self._numbers)


def _state(cell: Mapping[str, Any], texts: _Texts) -> tuple[Any, ...]:
    extra = tuple(texts.pairs(cell["extra"].items()))
    return (_VERDICTS.index(cell["verdict"]), texts(cell["reason"]), cell["requests"], extra)


def _finding(finding: Mapping[str, Any], texts: _Texts) -> list[Any]:
    acceptance, since = finding["acceptance"], finding["since"]
    return [
        _SEVERITIES.index(finding["severity"]),
        *(texts(finding[name]) for name in ("promised", "pointer", "seen", "reproduce", "curl")),
        finding["exchange"] and _exchange(finding["exchange"], texts),
        texts(finding["signature"]),
        acceptance and [acceptance["reason"], acceptance["since"], acceptance["until"]],
        since and [since["first"], since["last"], since["runs"]],
    ]


def _exchange(exchange: Mapping[str, Any], texts: _Texts) -> list[Any]:
    return [
        texts(exchange["method"]),
        texts(exchange["url"]),
        texts.pairs(exchange["request_headers"]),
        texts(exchange["request_body"]),
        exchange["status"],
        texts.pairs(exchange["response_headers"]),
        texts(exchange["response_body"]),
        texts(exchange["note"]),
    ]
