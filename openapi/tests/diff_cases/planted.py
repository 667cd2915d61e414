"""The planted changes as documents; run as a program it rates them with klingkit and with Redocly, side by side.

``python openapi/tests/diff_cases/planted.py REDOCLY`` with the path of Redocly's command, for example
``node_modules/.bin/redocly`` of a folder in which ``npm install @redocly/cli@2.77.0`` was run.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from klingkit_spec import pointer
from klingkit_spec.diff import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Case", "base", "cases", "planted"]

Case = dict[str, Any]
HOME = Path(__file__).resolve().parent
# Redocly's words for our ratings.
RATINGS = {"major": "breaking", "minor": "compatible", "patch": "documentation"}


def base() -> dict[str, Any]:
    """Return the document that every change is planted into."""
    return copy.deepcopy(_loaded("base.yaml"))


def cases() -> list[Case]:
    """Return the planted changes."""
    found: list[Case] = _loaded("cases.yaml")
    return found


@cache
def _loaded(name: str) -> Any:
    return yaml.safe_load((HOME / name).read_text(encoding="utf-8"))


def planted(case: Case) -> dict[str, Any]:
    """Return the base with the change of `case` in it."""
    document = base()
    for target, value in case.get("put", {}).items():
        assert pointer.place(document, pointer.split(target), value), target
    for target in case.get("drop", ()):
        pointer.remove(document, pointer.split(target))
    for target, other in case.get("move", {}).items():
        value = pointer.lookup(document, pointer.split(target))
        pointer.remove(document, pointer.split(target))
        assert pointer.place(document, pointer.split(other), value), other
    return document


def rated_by_redocly(command: str, folder: Path, case: Case) -> tuple[str, int]:
    """Return Redocly's worst rating of the change, in our words, and how many changes it lists."""
    files = [folder / name for name in ("old.yaml", "new.yaml")]
    for file, document in zip(files, (base(), planted(case)), strict=True):
        file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(
        [command, "diff", *(file.name for file in files), "--format", "json"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    answer = json.loads(done.stdout)
    return RATINGS.get(answer.get("bump", ""), "nothing"), len(answer["changes"])


def compared(command: str) -> Iterator[str]:
    right = {"klingkit": 0, "Redocly": 0}
    yield "| # | planted change | expected | klingkit | Redocly |"
    yield "| --- | --- | --- | --- | --- |"
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        for number, case in enumerate(cases(), start=1):
            changes = compare(base(), planted(case))
            ratings = {
                "klingkit": (str(changes[0].rating) if changes else "nothing", len(changes)),
                "Redocly": rated_by_redocly(command, Path(folder), case),
            }
            for name, (rating, _) in ratings.items():
                right[name] += rating == case["expected"]
            cells = [f"{rating} ({count})" if count > 1 else rating for rating, count in ratings.values()]
            yield f"| {number} | {case['case']} | {case['expected']} | {' | '.join(cells)} |"
    yield ""
    yield ", ".join(f"{name}: {count} of {len(cases())} right" for name, count in right.items())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: planted.py REDOCLY")
    for line in compared(sys.argv[1]):
        print(line)
