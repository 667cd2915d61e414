"""The part of the report that lists every conflict, by relay and operation, with its verdict and the reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from klingkit_spec.fields import SOMETIMES, UNSAID
from klingkit_spec.markdown import bullet, code, paragraph, table
from klingkit_spec.verdicts import VERDICTS, Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from klingkit_spec.compare import Difference

__all__ = ["conflict_section", "values"]

_WORDS = (UNSAID, SOMETIMES, "absent", "present", "nothing", "documented")
_FIELDS_IN_A_ROW = 6
_IN_THE_HEADING = "other wording"


def conflict_section(conflicts: Sequence[Conflict], titles: Mapping[str, str]) -> list[str]:
    """Return the lines of the section; `titles` are the relays in their order."""
    counts = Counter((conflict.difference.relay, conflict.verdict) for conflict in conflicts)
    rows = [
        [f"**{verdict}**", meaning, *(str(counts[relay, verdict] or "–") for relay in titles)]
        for verdict, meaning in VERDICTS.items()
    ]
    lines = ["## Conflicts and verdicts", "", *table(["verdict", "what it means", *titles], rows), ""]
    lines += paragraph("A star marks what a person settled, in `verdicts.toml`; a rule settled the rest.")
    for relay, title in titles.items():
        own = [conflict for conflict in conflicts if conflict.difference.relay == relay]
        lines += ["", f"### {title}"]
        lines += _of_relay(own) if own else ["", "Nothing differs."]
    return lines


def values(difference: Difference) -> tuple[str, str]:
    """Return what the official document and the relay's say, as Markdown; of two lists, what only one of them has."""
    official, said = difference.official, difference.said
    if difference.aspect == "enum" and isinstance(official, list) and isinstance(said, list):
        shared = [value for value in official if value in said]
        return _list(official, shared), _list(said, shared)
    return _word(official), _word(said)


def _list(own: Sequence[Any], shared: Sequence[Any]) -> str:
    alone = [value for value in own if value not in shared]
    if len(own) <= _FIELDS_IN_A_ROW // 2:
        return code(list(own))
    if not alone:
        return f"the {len(shared)} that both list"
    return f"{code(alone)} and {len(shared)} that both list" if shared else code(alone)


def _word(value: Any) -> str:
    if isinstance(value, str) and (value in _WORDS or value.startswith("present (")):
        return value
    return code(value)


def _of_relay(conflicts: Sequence[Conflict]) -> list[str]:
    by_operation: dict[str, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        by_operation[conflict.difference.operation].append(conflict)
    lines: list[str] = []
    for operation, own in by_operation.items():
        told = [conflict for conflict in own if not _is_silence(conflict) and not _is_title(conflict)]
        lines += ["", f"#### `{operation}`", "", *paragraph(_heading(own)), ""]
        if told:
            lines += [*table(["field", "aspect", "official", "relay", "verdict"], _rows(told)), "", *_reasons(told)]
        lines += _silences(own)
    return lines


def _heading(conflicts: Sequence[Conflict]) -> str:
    page = conflicts[0].difference.page
    title = next((conflict.difference.said for conflict in conflicts if _is_title(conflict)), None)
    return f"From the page `{page}`" + (f", titled {title} (the one spec words its own titles)." if title else ".")


def _is_title(conflict: Conflict) -> bool:
    return conflict.difference.kind == _IN_THE_HEADING and not conflict.by_entry


def _is_silence(conflict: Conflict) -> bool:
    return conflict.difference.kind == "silent" and not conflict.by_entry


def _star(*, by_entry: bool) -> str:
    return "\\*" if by_entry else ""


def _label(difference: Difference) -> str:
    return f"`{difference.field}`" if difference.field else "(operation)"


def _rows(conflicts: Sequence[Conflict]) -> Iterator[list[str]]:
    """Yield a row for each way of differing, a few fields to a row."""
    grouped: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for conflict in conflicts:
        verdict = f"**{conflict.verdict}**{_star(by_entry=conflict.by_entry)}"
        grouped[conflict.difference.aspect, *values(conflict.difference), verdict].append(_label(conflict.difference))
    for (aspect, official, said, verdict), fields in grouped.items():
        for start in range(0, len(fields), _FIELDS_IN_A_ROW):
            yield [", ".join(fields[start : start + _FIELDS_IN_A_ROW]), aspect, official, said, verdict]


def _reasons(conflicts: Sequence[Conflict]) -> list[str]:
    """Return why each verdict was given, reasons that several share once."""
    grounds: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for conflict in conflicts:
        difference = conflict.difference
        label = _label(difference) if difference.field else difference.aspect
        where = grounds[conflict.verdict, conflict.why, conflict.by_entry]
        if label not in where:
            where.append(label)
    lines: list[str] = []
    for (verdict, why, by_entry), where in grounds.items():
        places = ", ".join(where) if len(where) <= _FIELDS_IN_A_ROW else f"{len(where)} fields"
        lines += bullet(f"**{verdict}**{_star(by_entry=by_entry)}: {why} ({places})")
    return lines


def _silences(conflicts: Sequence[Conflict]) -> list[str]:
    silent: dict[str, list[str]] = defaultdict(list)
    for conflict in conflicts:
        if _is_silence(conflict):
            difference = conflict.difference
            silent[difference.aspect].append(f"`{difference.field}`" if difference.field else "")
    if not silent:
        return []
    words = [f"{aspect} of {', '.join(fields)}" if any(fields) else aspect for aspect, fields in silent.items()]
    return bullet(f"**official**: The page does not say: {'; '.join(words)}.")
