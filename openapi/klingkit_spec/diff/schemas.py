"""Two schemas, keyword by keyword and field by field."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from klingkit_spec.diff.values import compare_values
from klingkit_spec.diff.views import Loc, View, at, follow, view
from klingkit_spec.diff.words import RULES, compare_words
from klingkit_spec.equality import same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_spec.diff.changes import Changes, Use

__all__ = ["Schemas"]

_ALIKE = 0.6  # how much of two names must agree for a field to have been renamed
_IN_WORDS = frozenset({"description", "title", "example", "examples"})


class Schemas:
    """Compares schemas of two documents; a component that several operations use is told once."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], changes: Changes) -> None:
        self._old = old
        self._new = new
        self._changes = changes
        self._done: set[tuple[Loc, Loc, Use]] = set()
        self._open: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()

    def compare(self, old: Loc, new: Loc, use: Use) -> None:
        """Note every change between the schema at `old` in the old and at `new` in the new document."""
        pair = (old.parts, new.parts)
        if (old, new, use) in self._done or pair in self._open:
            return
        self._done.add((old, new, use))
        self._open.add(pair)
        left, right = follow(self._old, old), follow(self._new, new)
        if left is not None and right is not None:
            beside = (view(self._old, old, without_ref=True), view(self._new, new, without_ref=True))
            self._contents(*beside, old, new, use)
            if left.parts != right.parts:  # an exchanged reference is a change where it stands
                left, right = Loc(left.parts, old.shown), Loc(right.parts, new.shown)
            self.compare(left, right, use)
        else:
            self._whole(view(self._old, old), view(self._new, new), old, new, use)
        self._open.discard(pair)

    def _whole(self, old: View, new: View, before: Loc, after: Loc, use: Use) -> None:
        mark = {"request": "readOnly", "response": "writeOnly"}.get(str(use[1]), "")
        if old.value(mark) is True and new.value(mark) is True:
            return  # not part of this direction, before or after
        if old.empty != new.empty:
            kind = "schema-added" if old.empty else "schema-removed"
            self._changes.add(kind, use, after.shown, _brief(old), _brief(new))
            compare_words(self._changes, use, old.keywords, new.keywords)
            return
        self._contents(old, new, before, after, use)

    def _contents(self, old: View, new: View, before: Loc, after: Loc, use: Use) -> None:
        if not compare_values(self._changes, use, old, new, after):
            return  # another type altogether: nothing else can be compared
        compare_words(self._changes, use, old.keywords, new.keywords)
        self._fields(old, new, before, after, use)
        self._inner(old, new, use)
        self._extra_fields(old, new, use)
        for keyword in ("anyOf", "oneOf"):
            self._options(keyword, old, new, use)
        self._conditions(old.conditions, new.conditions, use)
        self._rules(old, new, use)

    # ------------------------------------------------------------------------------------------------- fields
    def _fields(self, old: View, new: View, before: Loc, after: Loc, use: Use) -> None:
        gone = [name for name in old.properties if name not in new.properties]
        come = [name for name in new.properties if name not in old.properties]
        for name, other in self._renamed(gone, come, old, new):
            gone.remove(name)
            come.remove(other)
            self._changes.add("field-renamed", use, new.properties[other].shown, name, other)
        for name in gone:
            place = old.properties[name].shown
            self._changes.add("field-removed", use, place, self._shape(self._old, old, name), gone=True, words=name)
        for name in come:
            kind = "required-field-added" if name in new.required else "field-added"
            shape = self._shape(self._new, new, name)
            self._changes.add(kind, use, new.properties[name].shown, None, shape, words=name)
        for name, loc in old.properties.items():
            if name in new.properties:
                self.compare(loc, new.properties[name], use)
        self._required(old, new, before, after, use, {*gone, *come})

    def _required(self, old: View, new: View, before: Loc, after: Loc, use: Use, told: set[str]) -> None:
        for name in dict.fromkeys([*old.required, *new.required]):
            if name in told or (name in old.required) == (name in new.required):
                continue
            in_both = name in old.properties and name in new.properties
            place = new.properties[name] if in_both else new.required.get(name, after.child("required"))
            if name in new.required:
                self._changes.add("field-required", use, place.shown, "optional", "required", words=name)
            elif in_both or not old.properties:
                self._changes.add("field-optional", use, place.shown, "required", "optional", words=name)

    def _renamed(self, gone: list[str], come: list[str], old: View, new: View) -> list[tuple[str, str]]:
        """Return the fields that have another name and are otherwise the same: the most alike names first."""
        likeness = {
            (name, other): difflib.SequenceMatcher(None, name, other).ratio()
            for name in gone
            for other in come
            if (name in old.required) == (other in new.required)
            and same(_wordless(at(self._old, old.properties[name])), _wordless(at(self._new, new.properties[other])))
        }
        pairs: dict[str, str] = {}
        for name, other in sorted(likeness, key=lambda pair: (-likeness[pair], pair)):
            if likeness[name, other] >= _ALIKE and name not in pairs and other not in pairs.values():
                pairs[name] = other
        return list(pairs.items())

    def _shape(self, document: Mapping[str, Any], holder: View, name: str) -> Any:
        return _brief(view(document, holder.properties[name]))

    # ------------------------------------------------------------------------------------- entries, other fields
    def _inner(self, old: View, new: View, use: Use) -> None:
        if "items" in old.keywords and "items" in new.keywords:
            self.compare(old.keywords["items"][1], new.keywords["items"][1], use)
        elif "items" in new.keywords:
            self._changes.add("rule-added", use, new.keywords["items"][1].shown, None, "described", words="items")
        elif "items" in old.keywords:
            place = old.keywords["items"][1].shown
            self._changes.add("rule-removed", use, place, "described", None, gone=True, words="items")

    def _extra_fields(self, old: View, new: View, use: Use) -> None:
        key = "additionalProperties"
        before, after = (one.keywords.get(key, (True, None))[0] for one in (old, new))
        place = (new.keywords.get(key) or old.keywords.get(key) or (None, None))[1]
        if place is None:
            return
        gone = key not in new.keywords
        if isinstance(before, dict) and isinstance(after, dict):
            self.compare(old.keywords[key][1], new.keywords[key][1], use)
        elif (before is False) != (after is False):
            kind = "extra-fields-refused" if after is False else "extra-fields-allowed"
            self._changes.add(kind, use, place.shown, before, after, gone=gone)
        elif bool(before) and isinstance(before, dict):
            self._changes.add("rule-removed", use, place.shown, "described", None, gone=gone, words=key)
        elif bool(after) and isinstance(after, dict):
            self._changes.add("rule-added", use, place.shown, None, "described", words=key)

    # ------------------------------------------------------------------------------------ branches and conditions
    def _options(self, keyword: str, old: View, new: View, use: Use) -> None:
        if keyword not in old.keywords or keyword not in new.keywords:
            for kind, one, gone in (("condition-removed", old, True), ("condition-added", new, False)):
                if keyword in one.keywords:
                    value, place = one.keywords[keyword]
                    was, now = (value, None) if gone else (None, value)
                    self._changes.add(kind, use, place.shown, was, now, gone=gone, words=keyword)
            return
        (branches, before), (others, after) = old.keywords[keyword], new.keywords[keyword]
        pairs, gone_ones, come_ones = _paired(_branches(branches), _branches(others))
        for index, other in pairs:
            self.compare(before.child(index), after.child(other), use)
        for index in gone_ones:
            self._changes.add("option-removed", use, before.child(index).shown, branches[index], gone=True)
        for index in come_ones:
            self._changes.add("option-added", use, after.child(index).shown, None, others[index])

    def _conditions(self, old: list[tuple[Any, Loc]], new: list[tuple[Any, Loc]], use: Use) -> None:
        before = [entry for entry in old if not any(same(entry[0], other) for other, _ in new)]
        after = [entry for entry in new if not any(same(entry[0], other) for other, _ in old)]
        if len(before) == len(after):
            for (one, _), (other, place) in zip(before, after, strict=True):
                self._changes.add("condition-changed", use, place.shown, one, other)
            return
        for one, place in before:
            self._changes.add("condition-removed", use, place.shown, one, gone=True)
        for other, place in after:
            self._changes.add("condition-added", use, place.shown, None, other)

    def _rules(self, old: View, new: View, use: Use) -> None:
        """Compare the conditions in our own extension, by their ids; their text is words."""
        before, after = _by_id(old.keywords.get(RULES)), _by_id(new.keywords.get(RULES))
        for name, (rule, place) in before.items():
            if name not in after:
                self._changes.add("condition-removed", use, place.shown, rule, gone=True, words=name)
                continue
            other, there = after[name]
            if not same(_without_text(rule), _without_text(other)):
                self._changes.add("condition-changed", use, there.shown, rule, other, words=name)
            elif not same(rule, other):
                text = there.child("text").shown
                self._changes.add("words-changed", use, text, rule.get("text"), other.get("text"), words="text")
        for name, (rule, place) in after.items():
            if name not in before:
                self._changes.add("condition-added", use, place.shown, None, rule, words=name)


def _branches(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _paired(old: list[Any], new: list[Any]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """Return which branches belong together (the same, or the same by place if as many are left), gone and come."""
    left, right = list(range(len(old))), list(range(len(new)))
    pairs: list[tuple[int, int]] = []
    for index in list(left):
        other = next((other for other in right if same(old[index], new[other])), None)
        if other is not None:
            pairs.append((index, other))
            left.remove(index)
            right.remove(other)
    if len(left) == len(right):
        pairs.extend(zip(left, right, strict=True))
        left, right = [], []
    return pairs, left, right


def _by_id(found: tuple[Any, Loc] | None) -> dict[str, tuple[dict[str, Any], Loc]]:
    if found is None or not isinstance(found[0], list):
        return {}
    rules = [(rule, found[1].child(index)) for index, rule in enumerate(found[0]) if isinstance(rule, dict)]
    # a rule without an id is known by what it says
    return {
        str(rule.get("id") or json.dumps(_without_text(rule), sort_keys=True)): (rule, place) for rule, place in rules
    }


def _without_text(rule: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in rule.items() if key != "text"}


def _wordless(node: Any) -> Any:
    """Return the schema `node` without what is for people."""
    if not isinstance(node, dict):
        return node
    return {key: value for key, value in node.items() if key not in _IN_WORDS and not key.startswith("x-")}


def _brief(schema: View) -> Any:
    """Return the type of a schema, to show in place of the whole of it."""
    kinds = sorted(schema.types or ())
    return " or ".join(kinds) if kinds else ("nothing" if schema.empty else "described")
