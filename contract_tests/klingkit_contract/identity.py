"""What software a relay runs, from answers to questions that nobody bills. Pure; the signs are data: dialects.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit_contract.flaws import parse_body

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from klingkit_contract.exchanges import Answer

__all__ = ["GENERATIONS", "Identity", "Sign", "identify"]

GENERATIONS = ("A1", "A2", "A2-late", "B", "C")
_WORDS = {
    "A1": "A1 (July to October 2025)",
    "A2": "A2 (October 2025 to January 2026)",
    "A2-late": "late A2 (January and February 2026)",
    "B": "B (February to August 2026)",
    "C": "C (since August 2026)",
}
_FAMILIES = ("kling", "one-api", "new-api")  # the surer one wins
_VERSION = "x-new-api-version"
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Sign:
    """A row of the table that an answer fits: its id, the question, and what it says."""

    id: str
    probe: str
    family: str
    generations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """What was made out. `family` is ``new-api``, ``one-api``, ``kling`` or empty; `generations` are those possible.

    Without any sign of a generation, or with signs that contradict each other, `generations` is empty.
    """

    family: str
    generations: tuple[str, ...]
    version: str
    signs: tuple[Sign, ...]

    @property
    def settled(self) -> bool:
        """Whether one generation is left. What only a paid create could tell apart stays open."""
        return len(self.generations) == 1

    def sentence(self) -> str:
        """Return it in words."""
        if self.family == "kling":
            return "Kling itself, or a gateway that hands Kling's answers through"
        if not self.family:
            return "software that klingkit has no marks of"
        name = "new-api" if self.family == "new-api" else "a gateway of the one-api and new-api family"
        version = f", version {self.version}" if self.version else ""
        told = [generation for sign in self.signs for generation in sign.generations]
        if not self.generations:
            reason = "signs of several generations: perhaps several machines" if told else "no sign of its generation"
            return f"{name}{version}, {reason}"
        return f"{name}{version}, generation {' or '.join(_WORDS[one] for one in self.generations)}"


def identify(answers: Iterable[tuple[str, Answer]], rows: Sequence[Mapping[str, Any]] | None = None) -> Identity:
    """Return what `answers`, each with the question it answers, tell together."""
    table = klingkit_data.load("dialects.toml")["fingerprint"] if rows is None else rows
    asked = list(answers)
    signs = []
    for row in table:
        fits = any(row["probe"] in {"any", probe} and _fits(row, answer) for probe, answer in asked)
        if fits:
            signs.append(Sign(row["id"], row["probe"], row["family"], tuple(row.get("generations", ()))))
    possible = set(GENERATIONS)
    for sign in signs:
        possible &= set(sign.generations) or possible
    known = any(sign.generations for sign in signs)
    return Identity(
        family=max((sign.family for sign in signs), key=_FAMILIES.index, default=""),
        generations=tuple(one for one in GENERATIONS if known and one in possible),
        version=next((said[:_LONGEST] for _, answer in asked if (said := _clean(answer.header(_VERSION)))), ""),
        signs=tuple(signs),
    )


def _fits(row: Mapping[str, Any], answer: Answer) -> bool:
    value = parse_body(answer.body)
    body = value if isinstance(value, dict) else {}
    inner = body.get("error")
    error = inner if isinstance(inner, dict) else {}
    whole = type(body.get("code")) is int and "request_id" in body
    return bool(answer.status) and all(
        (
            row.get("status", answer.status) == answer.status,
            "code" not in row or row["code"] in (body.get("code"), error.get("code")),
            "error_type" not in row or row["error_type"] == error.get("type"),
            "header" not in row or bool(answer.header(row["header"])),
            row.get("media", answer.media_type) == answer.media_type,
            not row.get("whole_code") or whole,
            not row.get("empty") or not answer.body,
        )
    )


def _clean(text: str) -> str:
    return "".join(char for char in text if char.isprintable())
