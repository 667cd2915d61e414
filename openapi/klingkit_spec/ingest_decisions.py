"""Everything that keeps the build from its end, at once: the build itself stops at the first.

Each stage goes on behind what it cannot settle, as if that were settled in favour of the official document. What is
found behind an open question may therefore vanish with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec import fixes, lint, overlay, yamlio
from klingkit_spec.consistency import disagreements
from klingkit_spec.document import read_operations
from klingkit_spec.errors import SpecError
from klingkit_spec.merge import OFFICIAL, Merged, RelayInput, merge
from klingkit_spec.pipeline import Build, Inputs, check_effect, evidence_of, extract_all
from klingkit_spec.relay_document import cut, operations, prune, stamp
from klingkit_spec.source_marks import without_sources
from klingkit_spec.verdicts import Conflict, VerdictError, Verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from klingkit_spec.compare import Difference

__all__ = ["Decision", "open_questions"]

_VERDICTS_FILE = "verdicts.toml"


@dataclass(frozen=True)
class Decision:
    """One thing that a person must decide.

    `file` is where the answer goes, below the openapi folder; `text` says what is open; `write` are lines to start
    from, empty where the sentence says enough.
    """

    file: str
    text: str
    write: tuple[str, ...] = ()


def open_questions(home: Path, refusal: SpecError) -> list[Decision]:
    """Return what a person must decide before the inputs in `home` can be built; `refusal` is what the build said."""
    found: list[Decision] = []
    try:
        _survey(home, found)
    except SpecError as error:  # a stage that nothing can be done behind
        found.append(Decision(_file_of(str(error)), str(error)))
    if not any(decision.text == str(refusal) for decision in found):
        found.append(Decision(_file_of(str(refusal)), str(refusal)))
    return list(dict.fromkeys(found))


def _file_of(sentence: str) -> str:
    """Return the file that a sentence of the build begins with, or the empty text."""
    first = sentence.split(" ", 1)[0].rstrip(":,")
    return first if "/" in first or first.endswith(".toml") else ""


def _survey(home: Path, found: list[Decision]) -> None:
    inputs = Inputs(home)
    extractions = extract_all(inputs, Build())
    given: dict[str, RelayInput] = {}
    for relay, extraction in extractions.items():
        document = _corrected(home, relay, without_sources(extraction.document), found)
        given[relay] = RelayInput(document, inputs.registry[relay], extraction.claims)
    verdicts = _OpenVerdicts(home, inputs.registry, found)
    merged = merge(given, inputs.dialects, verdicts)
    for relay in inputs.registry:
        document = cut(merged.spec, evidence_of(inputs, relay, merged, given[relay]))
        _overlaid(home, relay, document, _Way(merged, given[relay].entry, verdicts.open), found)


def _corrected(home: Path, relay: str, document: dict[str, Any], found: list[Decision]) -> dict[str, Any]:
    """Return `document` with every fix that still fits."""
    for fix in fixes.load(home / "fixes", relay):
        try:
            document = fixes.apply(document, [fix])
        except fixes.FixError as error:
            found.append(Decision(fix.file, str(error)))
    try:
        if relay != OFFICIAL:
            lint.require_openapi(document, shown=f"extracted/{relay}.openapi.yaml with its fixes")
    except SpecError as error:
        found.append(Decision(f"fixes/{relay}/", str(error)))
    return document


class _OpenVerdicts(Verdicts):
    """The verdicts, with every open question written down and taken as settled in favour of the official word."""

    def __init__(self, home: Path, relays: Iterable[str], found: list[Decision]) -> None:
        tables = yamlio.load_toml(home / _VERDICTS_FILE, shown=_VERDICTS_FILE)
        super().__init__(tables, shown=_VERDICTS_FILE, relays=relays)
        self._found = found
        self.open: set[tuple[str, str, str]] = set()

    def unmarked_is_optional(self, relay: str) -> bool:
        try:
            return super().unmarked_is_optional(relay)
        except VerdictError as error:
            start = (f"[reading.{relay}]", 'unmarked = "optional"  # or "silent"', 'why = ""')
            self._note(error, start)
            return False

    def settle(self, differences: Iterable[Difference]) -> list[Conflict]:
        every = list(differences)
        for entry in list(self.entries):
            if not any(entry.matches(difference) for difference in every):
                self.entries.remove(entry)
                self._note(
                    VerdictError(f"{_VERDICTS_FILE}: the entry for {entry} matches no difference any more; delete it.")
                )
        return super().settle(every)

    def by_rule(self, difference: Difference) -> Conflict:
        try:
            return super().by_rule(difference)
        except VerdictError as error:
            self._note(error, _entry(difference))
            self.open.add((difference.relay, difference.operation, difference.field))
            return Conflict(difference, "official", "open", by_entry=False)

    def _note(self, error: VerdictError, start: tuple[str, ...] = ()) -> None:
        decision = Decision(_VERDICTS_FILE, str(error), start)
        if decision not in self._found:
            self._found.append(decision)


def _entry(difference: Difference) -> tuple[str, ...]:
    """Return the entry of verdicts.toml that would settle `difference`, for a person to finish."""
    words = {"relay": difference.relay, "operation": difference.operation}
    words |= {"field": difference.field, "aspect": difference.aspect}
    choice = '"overlay", "official" or "widen"' if difference.aspect == "enum" else '"overlay" or "official"'
    return (
        "[[entry]]",
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in words.items()),
        f'verdict = ""  # {choice}',
        'why = ""',
    )


@dataclass(frozen=True)
class _Way:
    """What a relay's overlay is held against; `open` are relay, operation and field of the open questions."""

    merged: Merged
    entry: Mapping[str, Any]
    open: set[tuple[str, str, str]]


def _overlaid(home: Path, relay: str, document: dict[str, Any], way: _Way, found: list[Decision]) -> None:
    """Note what is wrong with the overlay of `relay`, and every field on which its result disagrees with the pages."""
    file = home / "overlays" / f"{relay}.overlay.yaml"
    shown = f"overlays/{file.name}"
    log: list[overlay.Applied] = []
    try:
        if file.is_file():
            document, log = overlay.apply(document, yamlio.load_yaml(file, shown=shown), shown=shown)
        stamp(document, way.entry)
        prune(document)
        check_effect(document, log, shown)
    except overlay.OverlayError as error:  # what it would have made cannot be held against anything
        found.append(Decision(shown, str(error)))
        return
    resolved = read_operations(document, prefix="")
    ids = {(path, method): node["operationId"] for path, method, node in operations(document)}
    for place, operation in ids.items():
        promised = way.merged.expected[relay].get(operation)
        for field, aspect, page, ours in disagreements(promised, resolved[place]) if promised else ():
            if (relay, operation, field) in way.open:  # what the overlay has to say waits for the verdict
                continue
            text = (
                f"{relay} {operation} {field} {aspect}: its own document comes to {page!r}, its resolved document says "
                f"{ours!r}; correct {shown}, or settle it in {_VERDICTS_FILE}."
            )
            found.append(Decision(shown, text))
