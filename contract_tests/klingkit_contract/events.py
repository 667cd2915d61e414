"""The one stream between the runner and the reports: neither knows the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from klingkit_contract.purse import Cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from klingkit_contract.findings import Cell, Check, Deviation, Field, Past

__all__ = [
    "CellFinished",
    "Event",
    "FieldsCompared",
    "RelayFinished",
    "RelayStarted",
    "Results",
    "RunFinished",
    "RunStarted",
    "StageStarted",
    "collect",
]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins.

    `relays` maps relay id to the address that is checked; `operations` are operationIds, and ``relay`` for what
    concerns a relay as a whole; `budget` is the number of creates that each relay may charge, `max_cost` what they may
    cost together, such as ``5.00 USD``, and empty without such a limit.
    """

    relays: Mapping[str, str]
    operations: Sequence[str]
    checks: Sequence[Check]
    budget: int
    seed: int
    max_cost: str = ""


@dataclass(frozen=True, slots=True)
class RelayStarted:
    """The checks of one relay begin."""

    relay: str


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A group of questions to one relay begins; `stage` names it in a word or two."""

    relay: str
    stage: str


@dataclass(frozen=True, slots=True)
class CellFinished:
    """One check of one operation has its verdict."""

    cell: Cell


@dataclass(frozen=True, slots=True)
class FieldsCompared:
    """What is documented, observed and needed of the answers of one relay, for the operations that answered."""

    relay: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class RelayFinished:
    """The checks of one relay are over: how many requests went out, how many creates the relay took, in seconds.

    `cost` is what those creates cost at most, by the price table and the user's own prices.
    """

    relay: str
    requests: int
    paid: int
    seconds: float
    cost: Cost = field(default_factory=Cost)


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The run is over."""

    seconds: float


Event = RunStarted | RelayStarted | StageStarted | CellFinished | FieldsCompared | RelayFinished | RunFinished


@dataclass(slots=True)
class Results:
    """Everything a report needs, gathered from a finished stream.

    `gone` are deviations that a baseline accepts and this run looked for in vain. `fields` has, per relay, what is
    documented, observed and needed of its answers; `past` what a history knows of the runs before, where one is kept.
    """

    started: RunStarted
    cells: dict[tuple[str, str, str], Cell] = field(default_factory=dict)  # (relay, operation, check)
    relays: dict[str, RelayFinished] = field(default_factory=dict)
    seconds: float = 0.0
    gone: tuple[Deviation, ...] = ()
    fields: dict[str, tuple[Field, ...]] = field(default_factory=dict)
    past: dict[str, Past] = field(default_factory=dict)


def collect(events: Iterable[Event]) -> Results:
    """Read a stream to its end and return its results.

    Raises:
        ValueError: the stream does not begin with RunStarted.
    """
    stream = iter(events)
    first = next(stream, None)
    if not isinstance(first, RunStarted):
        raise ValueError("a stream of events begins with RunStarted")
    results = Results(first)
    for event in stream:
        match event:
            case CellFinished(cell):
                results.cells[cell.relay, cell.operation, cell.check] = cell
            case FieldsCompared(relay, fields):
                results.fields[relay] = fields
            case RelayFinished(relay=relay):
                results.relays[relay] = event
            case RunFinished(seconds):
                results.seconds = seconds
            case _:
                pass
    return results
