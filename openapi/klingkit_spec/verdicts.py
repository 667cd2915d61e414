"""Who is right when documents differ: rules by kind of difference, and explicit entries that win over them.

The entries are an input, ``verdicts.toml``::

    [reading.haoee]                   # what an unmarked field of this relay's pages means
    unmarked = "silent"               # or "optional"
    why = "..."

    [[entry]]
    relay = "xiexus"
    operation = "video_*_create"      # shell patterns are allowed in operation and field
    field = "prompt"                  # the one spec's name; "" for the operation as a whole
    aspect = "required"
    verdict = "overlay"               # official, overlay, rename, convert, widen or adopt
    value = false                     # optional: what the relay is taken to say
    why = "..."
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, Never, cast, get_args

from klingkit_spec.errors import SpecError
from klingkit_spec.pointer import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from klingkit_spec.compare import Difference

__all__ = ["RULES", "VERDICTS", "Conflict", "Entry", "Verdict", "VerdictError", "Verdicts"]

Verdict = Literal["official", "overlay", "rename", "convert", "widen", "adopt"]

VERDICTS: Mapping[Verdict, str] = {
    "official": "the official word stands, for this relay too",
    "overlay": "the one spec keeps the official word; the relay's overlay says its own",
    "rename": "the one spec keeps the official name; the dialect sends the relay's",
    "convert": "the one spec keeps the official type; the dialect sends the relay's",
    "widen": "the one spec takes the relay's values as well",
    "adopt": "the one spec takes the field",
}

RULES: Mapping[str, tuple[Verdict, str]] = {
    "silent": ("official", "The page does not say."),
    "other wording": ("official", "The one spec words its own titles."),
    "renamed": ("rename", "One thing under two names."),
    "missing": ("overlay", "The relay's page does not know the field."),
    "extra": ("overlay", "No other document knows the field."),
    "shared extra": ("adopt", "Several relays know the field."),
    "sampled extra": ("adopt", "The official sample has the field."),
    "narrower type": ("overlay", "Whole numbers are numbers: whoever sends them pleases both."),
    "type the dialect converts": ("convert", "The same value in another type."),
    "stricter": ("overlay", "The relay asks for more than the official document."),
    "looser": ("overlay", "The relay asks for less than the official document."),
    "condition no page can mark": (
        "official",
        "Officially the field is needed under a condition, which a list of required fields cannot say.",
    ),
    "fewer values": ("overlay", "The relay sells part of what the official document lists."),
    "more models": ("widen", "Relays keep selling models that the official page has dropped."),
    "model in the example": ("widen", "The page lists no models, but its example asks for one: it is sold."),
    "blank in the example": ("official", "A blank to fill in: the example leaves the field empty."),
    "other default": ("overlay", "The relay fills the field in itself."),
    "other format": ("overlay", "The relay describes the text more closely, or otherwise."),
    "header the dialect sends": ("overlay", "The relay wants the header; the dialect fills it from the request."),
    "other answer": ("overlay", "The relay answers in another shape; the wrapper reads both into one task."),
    "extra in the answer": ("overlay", "The relay tells more than the official document."),
    "other values in the answer": ("overlay", "The relay answers in other words; the wrapper knows them too."),
    "other error": ("overlay", "The relay refuses in another shape; the wrapper reads both into one error."),
    "other status": ("overlay", "The relay names a status that the official document does not."),
}
"""What each kind of difference comes to. A kind that is not here needs a fix or an entry."""

_ADVICE = {
    "title of another operation": "the page is headed as another operation",
    "other auth": "the document does not ask for a bearer key",
    "empty answer": "the document shows an empty answer",
    "empty request": "the document shows an empty request",
    "body where none belongs": "the document gives this operation a request body",
    "unknown header": "no dialect sends this header",
    "other type": "the dialect does not convert the type",
    "more values": "the document lists values that the official one lacks",
    "looser limit": "the document allows more than the official one",
    "example that does not fit": "the document's example contradicts its own fields",
    "example without a required field": "the document's example lacks a field that the document requires",
    "other pattern": "the two patterns cannot be compared",
}
_ONLY_FOR: Mapping[Verdict, tuple[str, ...]] = {
    "rename": ("name",),
    "convert": ("type",),
    "widen": ("enum", "example"),
    "adopt": ("presence",),
}
_ENTRY_KEYS = {"relay", "operation", "field", "aspect", "verdict", "why"}
_READINGS = ("optional", "silent")


class VerdictError(SpecError):
    """A difference that nothing settles, or an entry that settles nothing."""


@dataclass(frozen=True)
class Conflict:
    """A difference and how it was settled; `value` is what the relay's document must say in the end.

    `value` is `MISSING` when the relay's own word (or, for the verdict ``official``, the official one) holds.
    """

    difference: Difference
    verdict: Verdict
    why: str
    by_entry: bool
    value: Any = MISSING


@dataclass(frozen=True)
class Entry:
    """One ``[[entry]]`` of verdicts.toml."""

    relay: str
    operation: str
    field: str
    aspect: str
    verdict: Verdict
    why: str
    value: Any

    def matches(self, difference: Difference) -> bool:
        """Say whether the entry settles this difference."""
        return (
            self.relay == difference.relay
            and self.aspect == difference.aspect
            and fnmatchcase(difference.operation, self.operation)
            # brackets are part of our field names, not a pattern
            and fnmatchcase(difference.field, self.field.replace("[", "[[]"))
        )

    def __str__(self) -> str:
        return f"{self.relay} {self.operation} {self.field!r} {self.aspect}"


class Verdicts:
    """The entries of verdicts.toml and the rules behind them."""

    def __init__(self, tables: Mapping[str, Any], *, shown: str, relays: Iterable[str]) -> None:
        """Read the parsed file `tables`, called `shown` in errors; `relays` are the ids that exist.

        Raises:
            VerdictError: a table or entry is malformed.
        """
        self._shown = shown
        self.tables = tables
        self._relays = set(relays)
        unknown = sorted(tables.keys() - {"reading", "entry"})
        if unknown:
            self._refuse(f"unknown table {unknown[0]!r}; it knows [reading.<relay>] and [[entry]].")
        self._unmarked = {relay: self._reading(relay, table) for relay, table in tables.get("reading", {}).items()}
        self.entries = [self._entry(index, table) for index, table in enumerate(tables.get("entry", ()), start=1)]

    def _refuse(self, sentence: str) -> Never:
        raise VerdictError(f"{self._shown}: {sentence}")

    def _known(self, relay: str, where: str) -> None:
        if relay not in self._relays:
            self._refuse(f"{where} names the relay {relay!r}, which relays.toml does not list.")

    def _reading(self, relay: str, table: Mapping[str, Any]) -> str:
        self._known(relay, f"[reading.{relay}]")
        if table.keys() != {"unmarked", "why"} or table["unmarked"] not in _READINGS:
            self._refuse(f"[reading.{relay}] takes unmarked (one of {', '.join(_READINGS)}) and why.")
        return str(table["unmarked"])

    def _entry(self, index: int, table: Mapping[str, Any]) -> Entry:
        if not table.keys() >= _ENTRY_KEYS or table.keys() - _ENTRY_KEYS - {"value"}:
            self._refuse(f"entry {index} takes {', '.join(sorted(_ENTRY_KEYS))} and, if need be, value.")
        if not all(isinstance(table[key], str) for key in _ENTRY_KEYS):
            self._refuse(f"entry {index}: every key but value takes a text.")
        self._known(table["relay"], f"entry {index}")
        if table["verdict"] not in get_args(Verdict):
            self._refuse(f"entry {index} has no verdict {table['verdict']!r}; use one of {', '.join(VERDICTS)}.")
        if table["aspect"] not in _ONLY_FOR.get(table["verdict"], (table["aspect"],)):
            self._refuse(f"entry {index} gives {table['aspect']!r} the verdict {table['verdict']!r}; use overlay.")
        if not table["why"].strip():
            self._refuse(f"entry {index} does not say why.")
        words = {key: table[key] for key in ("relay", "operation", "field", "aspect")}
        why = " ".join(table["why"].split())
        return Entry(**words, verdict=cast("Verdict", table["verdict"]), why=why, value=table.get("value", MISSING))

    def unmarked_is_optional(self, relay: str) -> bool:
        """Say whether a field that `relay`'s pages do not mark is optional; otherwise the page says nothing.

        Raises:
            VerdictError: nobody has said so yet.
        """
        if relay not in self._unmarked:
            self._refuse(f"it does not say what an unmarked field of {relay}'s pages means; add [reading.{relay}].")
        return self._unmarked[relay] == "optional"

    def settle(self, differences: Iterable[Difference]) -> list[Conflict]:
        """Return every difference with its verdict.

        Raises:
            VerdictError: a difference that no rule and no entry settles, two entries for one difference, or an entry
                without a difference.
        """
        idle = list(self.entries)
        conflicts: list[Conflict] = []
        for difference in differences:
            matching = [entry for entry in self.entries if entry.matches(difference)]
            if len(matching) > 1:
                self._refuse(f"two entries settle {_shown(difference)}; delete one.")
            if matching:
                idle = [entry for entry in idle if entry is not matching[0]]
                entry = matching[0]
                conflicts.append(Conflict(difference, entry.verdict, entry.why, by_entry=True, value=entry.value))
            else:
                conflicts.append(self.by_rule(difference))
        if idle:
            self._refuse(f"the entry for {idle[0]} matches no difference any more; delete it.")
        return conflicts

    def by_rule(self, difference: Difference) -> Conflict:
        """Settle a difference that no entry speaks of.

        Raises:
            VerdictError: no rule does.
        """
        rule = RULES.get(difference.kind)
        if rule is None:
            advice = _ADVICE.get(difference.kind, difference.kind)
            raise VerdictError(
                f"{_shown(difference)} is unsettled: {advice} (official: {difference.official!r}, "
                f"{difference.page or 'its document'}: {difference.said!r}). If the document is wrong, add "
                f"fixes/{difference.relay}/<nnn>-<slug>.yaml; if the relay really differs, add an [[entry]] with "
                f"relay = {difference.relay!r}, operation = {difference.operation!r}, field = {difference.field!r}, "
                f"aspect = {difference.aspect!r} to {self._shown}."
            )
        verdict, why = rule
        return Conflict(difference, verdict, why, by_entry=False)


def _shown(difference: Difference) -> str:
    field = f" {difference.field}" if difference.field else ""
    return f"{difference.relay} {difference.operation}{field} {difference.aspect}"
