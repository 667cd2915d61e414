"""Fixes: named corrections of a relay's document where the document, not the relay, is wrong.

A fix is a file ``fixes/<relay>/<nnn>-<slug>.yaml``::

    id: page-title            # optional; the file's name without number otherwise
    target: /paths/~1kling~1v1~1videos~1text2video/post/summary      # JSON pointer into extracted/<relay>.openapi.yaml
    expect: "the old value"   # or `absent: true` when something is added
    change: {replace: "…"}    # or {remove: true} or {add: …}
    why: "What is wrong, and how we know."
    evidence: ["where it can be seen"]
    reviewed: "2026-11-22"

`target` may be a list of pointers, when one mistake stands in several places. Everything is strict: a target that is
gone, or holds something else than expected, stops the build, so a fix never outlives the mistake it corrects.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Never

from klingkit_spec import pointer, yamlio
from klingkit_spec.errors import SpecError
from klingkit_spec.pointer import MISSING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Fix", "FixError", "apply", "load"]

_KEYS = {"id", "target", "expect", "absent", "change", "why", "evidence", "reviewed"}
_CHANGES = ("replace", "remove", "add")
_FILE = re.compile(r"(?P<number>\d{3})-(?P<slug>[a-z0-9]+(?:-[a-z0-9]+)*)\.yaml")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class FixError(SpecError):
    """A fix that is malformed, or no longer fits the document it corrects."""


@dataclass(frozen=True)
class Fix:
    """One correction. `old` is `MISSING` when something is added, `new` is `MISSING` when something is removed."""

    relay: str
    id: str
    file: str
    targets: tuple[str, ...]
    old: Any
    new: Any
    why: str
    evidence: tuple[str, ...]
    reviewed: str


def load(folder: Path, relay: str) -> list[Fix]:
    """Return the fixes of `relay` in the order of their file names; a relay without a folder has none.

    Raises:
        FixError: a file is malformed, or two fixes share a number, an id or a target.
    """
    home = folder / relay
    if not home.is_dir():
        return []
    fixes = [_read(file, relay) for file in sorted(home.iterdir()) if not file.name.startswith(".")]
    taken: dict[tuple[str, str], Fix] = {}
    for fix in fixes:
        number = fix.file.rpartition("/")[2][:3]
        for kind, value in [("number", number), ("id", fix.id), *(("target", target) for target in fix.targets)]:
            other = taken.setdefault((kind, value), fix)
            if other is not fix:
                raise FixError(f"{fix.file} has the same {kind} as {other.file} ({value}); join the two or change one.")
    return fixes


def apply(document: dict[str, Any], fixes: list[Fix]) -> dict[str, Any]:
    """Return a corrected copy of `document`.

    Raises:
        FixError: a target is missing or holds something else than the fix expects.
    """
    corrected = copy.deepcopy(document)
    for fix in fixes:
        for target in fix.targets:
            _apply(corrected, fix, target)
    return corrected


def _apply(document: dict[str, Any], fix: Fix, target: str) -> None:
    parts = pointer.split(target)
    found = pointer.lookup(document, parts)
    if fix.old is MISSING:
        if found is not MISSING:
            raise FixError(f"{fix.file}: {target} is there already, so there is nothing to add; delete the fix.")
        if not pointer.place(document, parts, copy.deepcopy(fix.new)):
            raise FixError(f"{fix.file}: there is no place for {target}; correct the target.")
        return
    if found is MISSING:
        raise FixError(f"{fix.file}: {target} is no longer there; correct the target or delete the fix.")
    if found != fix.old or type(found) is not type(fix.old):
        raise FixError(
            f"{fix.file}: {target} no longer holds {_short(fix.old)} but {_short(found)}; "
            "look at the page, then correct 'expect' or delete the fix."
        )
    if fix.new is MISSING:
        pointer.remove(document, parts)
    else:
        pointer.place(document, parts, copy.deepcopy(fix.new))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _read(file: Path, relay: str) -> Fix:
    shown = f"fixes/{relay}/{file.name}"
    named = _FILE.fullmatch(file.name)
    if named is None:
        raise FixError(f"{shown} is not named <three digits>-<slug>.yaml; rename it.")
    return _Form(yamlio.load_yaml(file, shown=shown), shown).fix(relay, named["slug"])


class _Form:
    """The mapping of one fix file, read key by key."""

    def __init__(self, form: dict[str, Any], shown: str) -> None:
        self._form = form
        self._shown = shown

    def _refuse(self, sentence: str) -> Never:
        raise FixError(f"{self._shown}: {sentence}")

    def fix(self, relay: str, slug: str) -> Fix:
        unknown = sorted(self._form.keys() - _KEYS)
        if unknown:
            self._refuse(f"unknown key {unknown[0]!r}; the keys are {', '.join(sorted(_KEYS))}.")
        old, new = self._change()
        return Fix(
            relay=relay,
            id=self._text("id") if "id" in self._form else slug,
            file=self._shown,
            targets=self._targets(),
            old=old,
            new=new,
            why=self._text("why"),
            evidence=self._evidence(),
            reviewed=self._reviewed(),
        )

    def _text(self, key: str) -> str:
        value = self._form.get(key)
        if not isinstance(value, str) or not value.strip():
            self._refuse(f"{key!r} must be a text.")
        return " ".join(value.split())

    def _targets(self) -> tuple[str, ...]:
        value = self._form.get("target")
        targets = value if isinstance(value, list) else [value]
        if not targets or not all(isinstance(target, str) and target.startswith("/") for target in targets):
            self._refuse("'target' must be a JSON pointer such as /paths/~1a/post/summary, or a list of them.")
        if len(set(targets)) != len(targets):
            self._refuse("a target stands twice; delete one.")
        return tuple(targets)

    def _change(self) -> tuple[Any, Any]:
        change = self._form.get("change")
        if not isinstance(change, dict) or len(change) != 1 or not change.keys() <= set(_CHANGES):
            self._refuse("'change' must be one of {replace: …}, {remove: true} and {add: …}.")
        kind, value = next(iter(change.items()))
        if kind == "remove" and value is not True:
            self._refuse("'remove' takes true and nothing else.")
        absent = self._form.get("absent", False)
        if not isinstance(absent, bool) or absent == ("expect" in self._form):
            self._refuse("say what stands there now: either 'expect: <old value>' or 'absent: true'.")
        if absent != (kind == "add"):
            self._refuse("'absent: true' goes with {add: …}, 'expect' with the other two.")
        old = MISSING if absent else self._form["expect"]
        if kind == "replace" and old == value and type(old) is type(value):
            self._refuse("it replaces a value by itself; delete the fix.")
        return old, MISSING if kind == "remove" else value

    def _evidence(self) -> tuple[str, ...]:
        value = self._form.get("evidence")
        if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
            self._refuse("'evidence' must be a list of at least one text.")
        return tuple(" ".join(item.split()) for item in value)

    def _reviewed(self) -> str:
        value = self._form.get("reviewed")
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            self._refuse("'reviewed' must be a day in quotes, such as \"2026-11-22\".")
        return value
