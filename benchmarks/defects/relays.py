"""Plant each defect in each emulated relay as a whole, and tell which check found it there.

    python -m benchmarks.defects.relays [--relay ID ...] [--kept FILE] [NAME ...]

The same as `klingkit check --all-emulated --defect NAME` for every name. All of them take more than an hour, so that
with `--kept` what is known is kept in a file, and asked no more. Without relays and names docs/defects-relays.md is
written. Exit status 1 when a defect was missed, or a check turned red that is not meant for it.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from klingkit_contract import catalogue, events
from klingkit_contract.catalogue import Stage
from klingkit_contract.cli import tapping
from klingkit_contract.emulated import BUDGET, WAIT
from klingkit_contract.planted import BEHIND, FOUND_BY
from klingkit_contract.runner import Options, run
from klingkit_contract.sightings import Sight, Sighting, sightings
from klingkit_contract.targets import known_relays
from klingkit_emulator.launch import DEFECTS, obstacle

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = Path(__file__).resolve().parents[2] / "docs" / "defects-relays.md"
_MARKS = {Sight.FOUND: "✓", Sight.MISSED: "missed", Sight.UNASKED: "?", Sight.UNSEEN: "–", Sight.NOWHERE: "·"}


def look(relay: str, defect: str) -> Sighting:
    """Return what came of one defect at one whole relay."""
    tapped = defect in BEHIND

    def hindrance(name: str, where: str) -> str | None:
        return obstacle(name, where, forwards=tapped)

    if reason := hindrance(defect, relay):
        return Sighting(relay, defect, Sight.NOWHERE, (), reason)
    entries = tuple(row for row in catalogue.CATALOGUE if (row.stages == {Stage.TAP}) is tapped)
    with tapping.emulated([relay], [defect], tapping.EMULATED if tapped else "") as (targets, tap):
        results = events.collect(run(targets, Options(entries, budget=BUDGET, wait=WAIT, tap=tap)))
    (found,) = sightings(results, [defect], hindrance)
    return found


def page(found: dict[tuple[str, str], Sighting], relays: Sequence[str]) -> str:
    """Return the table as Markdown."""
    counts = {sight: sum(row.sight is sight for row in found.values()) for sight in Sight}
    hidden = counts[Sight.UNSEEN] + counts[Sight.UNASKED]
    also = [row for row in found.values() if row.others]
    unseen: dict[str, list[str]] = {}
    for row in found.values():
        if row.sight in {Sight.UNSEEN, Sight.UNASKED, Sight.MISSED}:
            unseen.setdefault(f"{row.sight}: {row.reason}" if row.reason else row.words, []).append(
                f"`{row.defect}` at {row.relay}"
            )
    lines = [
        "# Planted defects at whole relays",
        "",
        "Written by `python -m benchmarks.defects.relays`; do not edit. Each cell is one run of `klingkit check",
        "--all-emulated --relay ID --defect NAME` over everything that the relay offers: ✓ found by the check that is",
        "meant for it, · makes no difference there, – nothing that the relay offers shows it.",
        "",
        f"{counts[Sight.FOUND]} found, {counts[Sight.MISSED]} missed, {hidden} cannot be seen,",
        f"{counts[Sight.NOWHERE]} make no difference;",
        f"another check turned red as well in {len(also)} of the runs.",
        "",
        "| defect | check | " + " | ".join(relays) + " |",
        "| --- | --- |" + " :-: |" * len(relays),
    ]
    for defect in sorted(DEFECTS):
        marks = (_MARKS[found[relay, defect].sight] + " ⚠" * bool(found[relay, defect].others) for relay in relays)
        lines.append(f"| `{defect}` | `{FOUND_BY[defect]}` | {' | '.join(marks)} |")
    lines += ["", "What cannot be seen:", ""]
    lines += [f"- {reason}: {', '.join(places)}" for reason, places in sorted(unseen.items())]
    return "\n".join([*lines, ""])


def main() -> int:
    """Look at each defect at each relay, and write the page when that were all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="defects; without any all of them")
    parser.add_argument("--relay", action="append", choices=known_relays(), help="may be repeated")
    parser.add_argument("--kept", type=Path, help="a file of JSON lines: what is known already, and gets known")
    asked = parser.parse_args()
    relays, names = asked.relay or list(known_relays()), asked.names or sorted(DEFECTS)
    found: dict[tuple[str, str], Sighting] = {}
    if asked.kept and asked.kept.exists():
        rows = [json.loads(line) for line in asked.kept.read_text(encoding="utf-8").splitlines()]
        found = {
            (row["relay"], row["defect"]): Sighting(
                row["relay"], row["defect"], Sight(row["sight"]), tuple(row["others"]), row["reason"]
            )
            for row in rows
        }
    for relay, defect in ((relay, defect) for relay in relays for defect in names):
        if (relay, defect) not in found:
            row = found[relay, defect] = look(relay, defect)
            if asked.kept:
                with asked.kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(row)) + "\n")
        print(f"{relay:12} {defect:26} {found[relay, defect].words}", flush=True)
    if not asked.relay and not asked.names:
        PAGE.write_text(page(found, relays), encoding="utf-8")
        print(f"\n{PAGE} written.")
    wrong = [row for row in found.values() if row.sight is Sight.MISSED or row.others]
    for row in wrong:
        print(f"{row.relay}: {row.defect}: {row.words}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
