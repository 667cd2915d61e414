"""Since when something is so, as the history says."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klingkit_contract.findings import Sightings

__all__ = ["seen_words"]


def seen_words(since: Sightings) -> str:
    """Return when a finding was seen, such as ``first seen 2030-12-01, last 2030-12-30, in 7 runs``; days are UTC."""
    if since.last is None:
        return f"first seen in this run, {since.first:%Y-%m-%d}"
    runs = f"in {since.runs:,} runs" if since.runs > 1 else "in one run"
    return f"first seen {since.first:%Y-%m-%d}, last {since.last:%Y-%m-%d}, {runs}"
