"""What is new, one line each, for a chat: nothing at all when there is nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.report.grid import Grid
from klingkit_contract.report.text import one_line

if TYPE_CHECKING:
    from klingkit_contract.events import Results

__all__ = ["render"]

_MOST = 300  # characters of a line
# What a chat would read as a mention of everyone, or as a link, looks the same and is neither.
_HARMLESS = str.maketrans({"@": "\uff20", "<": "\u2039", ">": "\u203a"})


def render(results: Results) -> str:
    """Return one line per finding that no baseline accepts, worst first, and per accepted one that is gone."""
    lines = [
        f"new {found.severity}: {found.relay} {found.operation} {found.check}: {found.seen}"
        for found in Grid(results).findings()
    ]
    lines += [f"gone: {gone.relay} {gone.operation} {gone.check}: {gone.signature}" for gone in results.gone]
    return "".join(f"{_short(line)}\n" for line in lines)


def _short(line: str) -> str:
    shown = one_line(line).translate(_HARMLESS)
    return shown if len(shown) <= _MOST else f"{shown[: _MOST - 1]}…"
