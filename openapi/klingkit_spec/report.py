"""The report for people: who offers what, what was wrong, every conflict and how it was settled."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec import pointer
from klingkit_spec.markdown import bullet, code, names, paragraph, path, shorten, table
from klingkit_spec.merge import OFFICIAL, Claim, Merged
from klingkit_spec.pointer import MISSING
from klingkit_spec.relay_document import EVIDENCE, operations
from klingkit_spec.report_conflicts import conflict_section, values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from klingkit_spec.fixes import Fix
    from klingkit_spec.reader import Note
    from klingkit_spec.verdicts import Conflict

__all__ = ["Report", "render"]

_NOWHERE = "–"
_LONGEST_NOTE = 150
_GLANCES = (
    ("Another name for the same thing", {"renamed"}),
    ("Another type for the same thing", {"type the dialect converts", "narrower type", "other type"}),
    ("Answers and errors of another shape", {"other answer", "other error"}),
    ("More or fewer models and values", {"fewer values", "more models", "more values", "model in the example"}),
    ("Fields that only relays have", {"extra", "shared extra", "sampled extra", "header the dialect sends"}),
)


@dataclass(frozen=True)
class Report:
    """Everything the report tells of."""

    registry: Mapping[str, Mapping[str, Any]]
    merged: Merged
    documents: Mapping[str, dict[str, Any]]
    fixes: Sequence[Fix]
    notes: Mapping[str, Sequence[tuple[str, Note]]]
    claims: Mapping[str, Sequence[Claim]]


def render(report: Report) -> str:
    """Return the report as Markdown."""
    conflicts = report.merged.conflicts
    titles = {relay: entry["title"] for relay, entry in report.registry.items() if relay != OFFICIAL}
    sections = [
        _head(report),
        _offers(report),
        _glance(report),
        _fixes(report),
        conflict_section(conflicts, titles),
        _notes(report),
    ]
    return "\n".join("\n".join(section) + "\n" for section in sections)


def _head(report: Report) -> list[str]:
    return [
        "<!-- Written by `klingkit spec build`. Do not edit: change an input and run the command again. -->",
        "",
        "# How the documents came together",
        "",
        *paragraph(
            f"{len(report.registry)} documents went into the one spec: the official one and those of "
            f"{len(report.registry) - 1} relays. {len(report.fixes)} fixes corrected mistakes in them, and "
            f"{len(report.merged.conflicts)} differences were settled. Nothing is settled by who comes first: each "
            "difference has a verdict, by a rule or by an entry in `verdicts.toml`."
        ),
    ]


# ------------------------------------------------------------------------------------------------ who offers what
def _offers(report: Report) -> list[str]:
    evidence = {
        relay: {node["operationId"]: node[EVIDENCE] for _, _, node in operations(document)}
        for relay, document in report.documents.items()
    }
    claimed = {relay: {claim.operation for claim in claims} for relay, claims in report.claims.items()}
    rows = []
    for _, _, node in operations(report.merged.spec):
        operation = node["operationId"]
        cells = [
            evidence[relay].get(operation, "(claimed)" if operation in claimed.get(relay, ()) else _NOWHERE)
            for relay in report.registry
        ]
        rows.append([f"`{operation}`", *cells])
    return [
        "## Who offers what",
        "",
        *table(["operation", *report.registry], rows),
        "",
        *bullet("**documented**: a page of the relay describes it."),
        *bullet("**claimed**: a page names it without describing it."),
        *bullet("**(claimed)**: likewise, and too little is known to put it into the relay's document."),
        *bullet("**assumed**: no page says so, but a relay of this kind has it."),
        *_beyond(report),
    ]


def _address(claim: Claim) -> str:
    if claim.method is None:
        return "neither method nor path is known"
    return f"`{claim.method.upper()} {claim.path or '(path unknown)'}`"


def _beyond(report: Report) -> list[str]:
    lines: list[str] = []
    for relay, claims in report.claims.items():
        beyond = [claim for claim in claims if claim.operation is None]
        if beyond:
            words = [f"{claim.title}: {_address(claim)}" for claim in beyond]
            lines += ["", *paragraph(f"{relay} lists {len(claims)} operations; the one spec does not have these:"), ""]
            lines += [line for word in words for line in bullet(word)]
    for found in report.merged.outside:
        lines += [
            "",
            *paragraph(f"{found.relay} documents `{found.method.upper()} {found.path}` ({found.title}) as well."),
        ]
    return lines


# -------------------------------------------------------------------------------------------------- at a glance
def _glance(report: Report) -> list[str]:
    lines = ["## At a glance", ""]
    for title, kinds in _GLANCES:
        chosen = _telling(report.merged.conflicts, kinds)
        if chosen:
            lines += [f"**{title}**", "", *chosen, ""]
    lines += ["**Required lists that differ**", "", *_required(report), ""]
    lines += ["**Mistakes in documents**", ""]
    for fix in report.fixes:
        first = fix.why.split(". ")[0].rstrip(".")
        lines += bullet(f"{fix.relay}: {first}.")
    return lines if report.fixes else [*lines, "- none"]


def _telling(conflicts: Iterable[Conflict], kinds: set[str]) -> list[str]:
    """Return a bullet for each way of differing, with every field that differs so."""
    said: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for conflict in conflicts:
        difference = conflict.difference
        if difference.kind in kinds:
            official, relay = values(difference)
            what = f"`{difference.field}`" if difference.field else difference.aspect
            said[difference.relay, difference.operation, official, relay].append(what)
    return [
        line
        for (relay, operation, ours, theirs), fields in said.items()
        for line in bullet(f"{relay} `{operation}`, {', '.join(fields)}: {theirs}; officially {ours}")
    ]


def _required(report: Report) -> list[str]:
    marked: dict[tuple[str, str], dict[bool, list[str]]] = defaultdict(lambda: {True: [], False: []})
    for conflict in report.merged.conflicts:
        difference = conflict.difference
        if difference.aspect == "required" and isinstance(difference.said, bool):
            marked[difference.relay, difference.operation][difference.said].append(difference.field)
    lines: list[str] = []
    for (relay, operation), fields in marked.items():
        more = f"also requires {names(fields[True])}" if fields[True] else ""
        less = f"does not mark {names(fields[False])}" if fields[False] else ""
        lines += bullet(f"{relay} `{operation}`: {'; '.join(part for part in (more, less) if part)}")
    return lines or bullet("none")


# ------------------------------------------------------------------------------------------------------- fixes
def _fixes(report: Report) -> list[str]:
    lines = ["## Fixes: the document is wrong"]
    for relay in report.registry:
        own = [fix for fix in report.fixes if fix.relay == relay]
        if own:
            lines += ["", f"### {relay}"]
        for fix in own:
            lines += ["", *_fix(fix)]
    return lines


def _fix(fix: Fix) -> list[str]:
    old = "nothing" if fix.old is MISSING else code(fix.old)
    new = "nothing" if fix.new is MISSING else code(fix.new)
    return [
        *bullet(f"**{fix.id.replace('-', ' ')}** (`{fix.file}`): {old} becomes {new}."),
        *bullet(fix.why, level=1),
        *bullet(f"Evidence: {'; '.join(fix.evidence)}. Reviewed {fix.reviewed}.", level=1),
        *(line for target in fix.targets for line in bullet(path(pointer.split(target)), level=1)),
    ]


# -------------------------------------------------------------------------------------------------- reader notes
def _notes(report: Report) -> list[str]:
    rows = [
        [f"{relay}/{page}:{note.line}", note.level, shorten(note.message, _LONGEST_NOTE)]
        for relay, notes in report.notes.items()
        for page, note in notes
    ]
    lines = [
        "## What the reader noted",
        "",
        *paragraph("A warning is something on a page that was not read; info is something read by rule, not by word."),
        "",
    ]
    return [*lines, *(table(["page", "level", "note"], rows) if rows else ["Nothing."])]
