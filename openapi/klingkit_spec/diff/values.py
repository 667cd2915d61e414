"""The keywords of a schema that say which values are right: type, enum, limits, format, default and the like."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from klingkit_spec.equality import same

if TYPE_CHECKING:
    from klingkit_spec.diff.changes import Changes, Use
    from klingkit_spec.diff.views import Loc, View

__all__ = ["compare_values"]

_LEAST = ("minLength", "minItems", "minProperties")
_MOST = ("maxLength", "maxItems", "maxProperties")
_RULES = (
    *("pattern", "format", "multipleOf", "uniqueItems", "contentEncoding", "contentMediaType", "contentSchema"),
    *("patternProperties", "propertyNames", "prefixItems", "contains", "minContains", "maxContains"),
    *("dependentRequired", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems", "discriminator", "$ref"),
)
_WIDER_FORMATS = {("int32", "int64"), ("float", "double")}
_SAYS_NOTHING: dict[str, Any] = {"uniqueItems": False, "unevaluatedProperties": True, "unevaluatedItems": True}


def compare_values(changes: Changes, use: Use, old: View, new: View, after: Loc) -> bool:
    """Note every change in which values are right; return False when the types have nothing in common."""
    values = _Values(changes, use, old, new, after)
    if not values.types():
        return False
    values.enum()
    values.sizes()
    values.bounds()
    values.rules()
    values.default()
    values.marks()
    return True


class _Values:
    def __init__(self, changes: Changes, use: Use, old: View, new: View, after: Loc) -> None:
        self._changes = changes
        self._use = use
        self._old = old
        self._new = new
        self._after = after

    def _note(self, kind: str, keyword: str, old: Any, new: Any, *, words: str | None = None) -> None:
        """Note a change of `keyword`, at its place in the new document, or in the old one if it is gone."""
        gone = keyword not in self._new.keywords and keyword in self._old.keywords
        place = (self._old if gone else self._new).keywords.get(keyword, (None, self._after))[1]
        title = keyword if words is None else words
        self._changes.add(kind, self._use, place.shown, old, new, gone=gone, words=title)

    def types(self) -> bool:
        old, new = self._old.types, self._new.types
        if old == new:
            return True
        before, after = _expanded(old), _expanded(new)
        shown = (_joined(old), _joined(new))
        if before is not None and after is not None and not before & after:
            self._note("type-changed", "type", *shown, words="")
            return False
        if before is None or (after is not None and after < before):
            self._note("type-narrowed", "type", *shown, words="")
        elif after is None or before < after:
            self._note("type-widened", "type", *shown, words="")
        else:
            self._note("type-changed", "type", *shown, words="")
        return True

    def enum(self) -> None:
        keyword = next((key for key in ("enum", "const") if key in self._new.keywords), "enum")
        if keyword not in self._new.keywords and "const" in self._old.keywords:
            keyword = "const"
        old, new = _listed(self._old), _listed(self._new)
        if old is None and new is not None:
            self._note("enum-added", keyword, None, new, words="")
        elif old is not None and new is None:
            self._note("enum-removed", keyword, old, None, words="")
        elif old is not None and new is not None:
            lost = [value for value in old if not any(same(value, other) for other in new)]
            won = [value for value in new if not any(same(value, other) for other in old)]
            if lost:
                self._note("enum-value-removed", keyword, old, new, words=_values(lost))
            if won:
                self._note("enum-value-added", keyword, old, new, words=_values(won))

    def sizes(self) -> None:
        for keyword in _LEAST:
            self._limit(keyword, _number(self._old, keyword, 0), _number(self._new, keyword, 0))
        for keyword in _MOST:
            # a smaller maximum is narrower, as a larger minimum is
            self._limit(keyword, -_number(self._old, keyword, math.inf), -_number(self._new, keyword, math.inf))

    def _limit(self, keyword: str, old: float, new: float) -> None:
        if old != new:
            kind = "limit-narrowed" if new > old else "limit-widened"
            self._note(kind, keyword, self._old.value(keyword), self._new.value(keyword))

    def bounds(self) -> None:
        for bound, exclusive, sign in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
            old, new = _bound(self._old, bound, exclusive, sign), _bound(self._new, bound, exclusive, sign)
            if old == new:
                continue
            kind = "limit-narrowed" if new > old else "limit-widened"
            keyword = exclusive if exclusive in self._new.keywords and bound not in self._new.keywords else bound
            if bound not in self._new.keywords and exclusive not in self._new.keywords:
                keyword = bound if bound in self._old.keywords else exclusive
            self._note(kind, keyword, _shown(old, sign), _shown(new, sign))

    def rules(self) -> None:
        for keyword in _RULES:
            old, new = (_said(one, keyword) for one in (self._old, self._new))
            if same(old, new):
                continue
            if old is None:
                self._note("rule-added", keyword, old, new)
            elif new is None:
                self._note("rule-removed", keyword, old, new)
            elif keyword == "format" and (old, new) in _WIDER_FORMATS:
                self._note("type-widened", keyword, old, new)
            elif keyword == "format" and (new, old) in _WIDER_FORMATS:
                self._note("type-narrowed", keyword, old, new)
            else:
                self._note("rule-changed", keyword, old, new)

    def default(self) -> None:
        before, after = "default" in self._old.keywords, "default" in self._new.keywords
        old, new = self._old.value("default"), self._new.value("default")
        if before and not after:
            self._note("default-removed", "default", old, None, words="")
        elif after and not before:
            self._note("default-added", "default", None, new, words="")
        elif not same(old, new):
            self._note("default-changed", "default", old, new, words="")

    def marks(self) -> None:
        for keyword, kind in (("readOnly", "read-only"), ("writeOnly", "write-only")):
            old, new = self._old.value(keyword) is True, self._new.value(keyword) is True
            if old != new:
                self._note(kind if new else "mark-removed", keyword, old, new)
        old, new = self._old.value("deprecated") is True, self._new.value("deprecated") is True
        if old != new:
            self._note("deprecated" if new else "undeprecated", "deprecated", old, new, words="")


def _expanded(types: frozenset[str] | None) -> frozenset[str] | None:
    """Return `types` with what they take in: every integer is a number."""
    return types if types is None or "number" not in types else types | {"integer"}


def _joined(types: frozenset[str] | None) -> str:
    return "any" if types is None else " or ".join(sorted(types))


def _listed(schema: View) -> list[Any] | None:
    if "const" in schema.keywords:
        return [schema.value("const")]
    listed = schema.value("enum")
    return listed if isinstance(listed, list) else None


def _values(values: list[Any]) -> str:
    return ", ".join(value if isinstance(value, str) else str(value).lower() for value in values)


def _said(schema: View, keyword: str) -> Any:
    value = schema.value(keyword)
    return None if same(value, _SAYS_NOTHING.get(keyword)) else value


def _number(schema: View, keyword: str, default: float) -> float:
    value = schema.value(keyword)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def _bound(schema: View, bound: str, exclusive: str, sign: int) -> tuple[float, bool]:
    """Return the stricter of the two bounds, as (value, exclusive); of two values the larger is the stricter."""
    plain = sign * _number(schema, bound, -sign * math.inf)
    sharp = sign * _number(schema, exclusive, -sign * math.inf)
    return max((plain, False), (sharp, sharp > -math.inf))


def _shown(bound: tuple[float, bool], sign: int) -> Any:
    value, exclusive = bound
    if value == -math.inf:
        return None
    value *= sign
    return f"{'more' if sign > 0 else 'less'} than {value}" if exclusive else value
