"""What differs between the official document and a relay's, one operation at a time, and of which kind it is.

Nothing is decided here: a `Difference` says who says what, and its `kind` is what the rules of `verdicts` go by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.fields import LIMITS, SOMETIMES, UNSAID, Facets, parent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_spec.dialect import Dialect
    from klingkit_spec.document import Operation

__all__ = ["Difference", "Subject", "compare"]

_STRICTER_WHEN_LARGER = {"minLength", "minimum", "exclusiveMinimum", "minItems"}
_STRICTER_WHEN_SMALLER = {"maxLength", "maximum", "exclusiveMaximum", "maxItems"}
_PYTHON: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


@dataclass(frozen=True)
class Difference:
    """One aspect of one field (or of the operation, `field` empty) on which two documents are not one.

    `field` is in the words of the one spec, or in the relay's where the one spec has none for it.
    """

    relay: str
    operation: str
    field: str
    aspect: str
    kind: str
    official: Any
    said: Any
    page: str

    @property
    def place(self) -> tuple[str, str, str]:
        """Operation, field and aspect: what the difference is about, whoever says it."""
        return self.operation, self.field, self.aspect


@dataclass(frozen=True)
class Subject:
    """Whose documents are compared: a relay, its dialect, and whether an unmarked field of its pages is optional."""

    relay: str
    operation: str
    dialect: Dialect
    unmarked_is_optional: bool


def compare(subject: Subject, official: Operation, relay: Operation) -> list[Difference]:
    """Return every difference between the `official` operation and what the `relay`'s document says of it."""
    comparison = _Comparison(subject, official, relay)
    return list(comparison.run())


class _Comparison:
    def __init__(self, subject: Subject, official: Operation, relay: Operation) -> None:
        self._subject = subject
        self._official = official
        self._relay = relay

    def _is(self, field: str, aspect: str, kind: str, official: Any, said: Any) -> Difference:
        subject = self._subject
        return Difference(subject.relay, subject.operation, field, aspect, kind, official, said, self._relay.page)

    def run(self) -> Iterator[Difference]:
        yield from self._whole()
        yield from self._headers()
        yield from self._request()
        yield from self._answer()
        yield from self._errors()

    # ------------------------------------------------------------------------------------ the operation itself
    def _whole(self) -> Iterator[Difference]:
        official, relay = self._official, self._relay
        if {_medium(relay.title), _area(official.path)} == {"image", "video"}:
            yield self._is("", "title", "title of another operation", official.title, relay.title)
        elif relay.title != official.title:
            yield self._is("", "title", "other wording", official.title, relay.title or UNSAID)
        if relay.auth != official.auth:
            yield self._is("", "auth", "other auth", official.auth, relay.auth)
        if official.request is None and (relay.request is not None or relay.body_required is not None):
            yield self._is("", "body", "body where none belongs", "none", "a body")
        elif official.request is not None and relay.body_required != official.body_required:
            kind = "silent" if relay.body_required is None else "looser"
            said = UNSAID if relay.body_required is None else relay.body_required
            yield self._is("", "body", kind, official.body_required, said)

    def _headers(self) -> Iterator[Difference]:
        known = {name.lower() for name in self._official.headers}
        asked = {name.lower() for name in self._subject.dialect.headers}
        for name, facets in self._relay.headers.items():
            if name.lower() not in known:
                kind = "header the dialect sends" if name.lower() in asked else "unknown header"
                yield self._is(f"header {name}", "presence", kind, "absent", dict(sorted(facets.items())))

    # ---------------------------------------------------------------------------------------------- the request
    def _request(self) -> Iterator[Difference]:
        official, relay = self._official.request, self._relay.request
        if official is None:
            return
        if not relay:
            yield self._is("", "request", "empty request", "documented", "nothing")
            return
        to_spec = self._subject.dialect.to_spec
        theirs = {to_spec(path): (path, facets) for path, facets in relay.items()}
        gone: list[str] = []
        for path, facets in official.items():
            if any(_inside(path, other) for other in gone):
                continue
            if path not in theirs:
                gone.append(path)
                has_members = any(_inside(other, parent(path)) for other in theirs)
                kind = "missing" if has_members or not parent(path) else "silent"
                yield self._is(path, "presence", kind, "present", "absent")
                continue
            their_path, said = theirs[path]
            if their_path != path and not _inside_renamed(path, their_path):
                yield self._is(path, "name", "renamed", path, their_path)
            converted = yield from self._field(path, facets, said)
            if converted:
                gone.append(path)
        yield from self._extras(official, theirs)
        yield from self._samples(official, theirs)

    def _extras(self, official: Mapping[str, Facets], theirs: Mapping[str, Any]) -> Iterator[Difference]:
        new = [path for path in theirs if path not in official]
        for path in new:
            if not any(_inside(path, other) for other in new if other != path):
                yield self._is(path, "presence", "extra", "absent", _brief(theirs[path][1]))

    def _field(self, path: str, official: Facets, said: Facets) -> Any:
        """Yield the differences of one field; return True when its type is converted and nothing below compares."""
        converted = False
        ours, their_type = official.get("type"), said.get("type")
        if their_type is None:
            if ours is not None:
                yield self._is(path, "type", "silent", ours, UNSAID)
        elif their_type != ours:
            converted = self._subject.dialect.converts(path)
            yield self._is(path, "type", _type_kind(ours, their_type, converted), ours, their_type)
        if not path.endswith("[]"):
            yield from self._required(path, official.get("required", False), said.get("required"))
        if not converted:
            yield from self._enum(path, official.get("enum"), said.get("enum"))
            for aspect in ("default", "format", *LIMITS):
                yield from self._aspect(path, aspect, official, said)
        return converted

    def _required(self, path: str, official: Any, said: Any) -> Iterator[Difference]:
        if said is not True and not self._subject.unmarked_is_optional:
            said = UNSAID
        elif said is None:
            said = False
        if said == official or (said == UNSAID and official is False):
            return
        if said == UNSAID:
            kind = "silent"
        elif said is True:
            kind = "stricter"
        else:
            kind = "condition no page can mark" if official == SOMETIMES else "looser"
        yield self._is(path, "required", kind, official, said)

    def _enum(self, path: str, official: list[Any] | None, said: list[Any] | None) -> Iterator[Difference]:
        if said is None:
            if official is not None:
                yield self._is(path, "enum", "silent", official, UNSAID)
            return
        if official is None:
            yield self._is(path, "enum", "stricter", UNSAID, said)
        elif _lacks(official, said):
            kind = "more models" if path == "model_name" else "more values"
            yield self._is(path, "enum", kind, official, said)
        elif _lacks(said, official):
            yield self._is(path, "enum", "fewer values", official, said)

    def _aspect(self, path: str, aspect: str, official: Facets, said: Facets) -> Iterator[Difference]:
        ours, theirs = official.get(aspect, UNSAID), said.get(aspect, UNSAID)
        if ours == theirs:
            return
        if theirs == UNSAID:
            kind = "silent"
        elif ours == UNSAID:
            kind = "stricter"
        elif aspect in _STRICTER_WHEN_LARGER:
            kind = "stricter" if theirs > ours else "looser limit"
        elif aspect in _STRICTER_WHEN_SMALLER:
            kind = "stricter" if theirs < ours else "looser limit"
        else:
            kind = f"other {aspect}"
        yield self._is(path, aspect, kind, ours, theirs)

    def _samples(self, official: Mapping[str, Facets], theirs: Mapping[str, Any]) -> Iterator[Difference]:
        """Hold the page's own example against what holds for the fields, theirs before ours."""
        seen: set[tuple[str, str]] = set()
        for path, value in _leaves(self._relay.example, ""):
            path = self._subject.dialect.to_spec(path)
            ours, said = official.get(path, {}), theirs.get(path, (path, {}))[1]
            facets = {**said} if said.get("type", ours.get("type")) != ours.get("type") else {**ours, **said}
            if _fits(value, facets) or (path, repr(value)) in seen:
                continue
            seen.add((path, repr(value)))
            promised = facets.get("enum") or facets.get("type")
            unlisted_model = path == "model_name" and isinstance(value, str) and "enum" not in said
            kind = "model in the example" if unlisted_model else "example that does not fit"
            if value == "" and facets.get("type") == "string":
                kind = "blank in the example"
            yield self._is(path, "example", kind, promised, value)
        yield from self._unmet(theirs)

    def _unmet(self, theirs: Mapping[str, Any]) -> Iterator[Difference]:
        """Hold the page's example against the page's own list of required fields."""
        example = self._relay.example
        for path, (their_path, facets) in theirs.items():
            needed = facets.get("required") is True and "." not in path and "[]" not in path
            if needed and isinstance(example, dict) and their_path not in example:
                yield self._is(path, "example", "example without a required field", "required", "absent")

    # ---------------------------------------------------------------------------------------------- the answers
    def _answer(self) -> Iterator[Difference]:
        official, said = self._official.answer, self._relay.answer
        if not said:
            yield self._is("", "answer", "empty answer", _top(official), "nothing")
            return
        if not set(_top(said)) <= set(_top(official)):
            yield self._is("", "answer", "other answer", _top(official), _top(said))
            return
        table = official or {}
        unshown = [path for path in table if path not in said]
        if unshown:
            yield self._is("", "answer fields", "silent", unshown, UNSAID)
        for path, facets in said.items():
            if path not in table:
                yield self._is(f"answer {path}", "presence", "extra in the answer", "absent", _brief(facets))
                continue
            ours = table[path]
            if facets.get("type") not in (None, ours.get("type")):
                yield self._is(f"answer {path}", "type", "other type", ours.get("type"), facets["type"])
            words, official_words = facets.get("enum"), ours.get("enum")
            if words and official_words and (_lacks(words, official_words) or _lacks(official_words, words)):
                yield self._is(f"answer {path}", "enum", "other values in the answer", ours["enum"], facets["enum"])

    def _errors(self) -> Iterator[Difference]:
        if not self._relay.errors:
            yield self._is("", "errors", "silent", sorted(self._official.errors), UNSAID)
        for status, said in sorted(self._relay.errors.items()):
            official = self._official.errors.get(status)
            if said and official and not set(_top(said)) <= set(_top(official)):
                yield self._is("", f"error {status}", "other error", _top(official), _top(said))
            elif official is None:
                yield self._is("", f"error {status}", "other status", "absent", _top(said))


def _lacks(values: list[Any], others: list[Any]) -> bool:
    """Say whether `others` has something that `values` has not."""
    return any(value not in values for value in others)


def _inside(path: str, other: str) -> bool:
    return path.startswith((f"{other}.", f"{other}[]"))


def _inside_renamed(path: str, their_path: str) -> bool:
    """Say whether only an outer part of the path has another name, which is told once, at that part."""
    return "." in path or path.endswith("[]")


def _top(table: Mapping[str, Facets] | None) -> list[str]:
    return sorted(path for path in table or {} if "." not in path and "[]" not in path)


def _brief(facets: Facets) -> str:
    return f"present ({facets.get('type', 'no type')})"


def _type_kind(ours: Any, theirs: Any, converted: bool) -> str:
    if converted:
        return "type the dialect converts"
    return "narrower type" if (ours, theirs) == ("number", "integer") else "other type"


def _medium(title: str) -> str | None:
    words = title.lower()
    if "视频" in words or "video" in words:
        return "video"
    if any(word in words for word in ("生图", "图片", "image", "picture")):
        return "image"
    return None


def _area(path: str) -> str | None:
    return next((area for area in ("image", "video") if f"/{area}s/" in path), None)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for entry in value:
            yield from _leaves(entry, f"{path}[]")
    elif path:
        yield path, value


def _fits(value: Any, facets: Mapping[str, Any]) -> bool:
    kinds = facets.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if value is None or not kinds:
        return True
    if isinstance(value, bool) and "boolean" not in kinds:
        return False
    if not any(isinstance(value, _PYTHON[kind]) for kind in kinds if kind in _PYTHON):
        return False
    return not facets.get("enum") or value in facets["enum"]
