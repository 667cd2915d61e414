"""Two versions of one operation: parameters, body, answers, callbacks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from klingkit_spec.diff.security import compare_security
from klingkit_spec.diff.words import compare_words, members
from klingkit_spec.equality import same
from klingkit_spec.relay_document import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_spec.diff.changes import Direction, Use
    from klingkit_spec.diff.sides import Sides
    from klingkit_spec.diff.views import Loc

__all__ = ["compare_operation"]

_PARAMETER = re.compile(r"\{([^}/]+)\}")
_FORM = ("style", "explode", "allowReserved", "allowEmptyValue", "content")
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_ONE = 1


def compare_operation(sides: Sides, old: Loc, new: Loc, name: str) -> None:
    """Note every change between the operation at `old` and the one at `new`, which reports call `name`."""
    _Operation(sides, old, new, name, outgoing=True).run()


class _Operation:
    """`outgoing` says that our caller sends the request; in a callback the relay does, and the directions turn."""

    def __init__(self, sides: Sides, old: Loc, new: Loc, name: str, *, outgoing: bool) -> None:
        self._sides = sides
        self._changes = sides.changes
        self._old = old
        self._new = new
        self._before = sides.before(old) or {}
        self._after = sides.after(new) or {}
        self._name = name
        self._use: Use = (name, None)
        self._outgoing = outgoing
        sends: Direction = "request" if outgoing else "response"
        gets: Direction = "response" if outgoing else "request"
        self._sent: Use = (name, sends)
        self._received: Use = (name, gets)

    def run(self) -> None:
        before, after = members(self._before, self._old), members(self._after, self._new)
        compare_words(self._changes, self._use, before, after, also=frozenset({"tags"}))
        self._deprecated()
        if self._outgoing:
            self._operation_id()
            compare_security(self._sides, self._old, self._new, self._name)
        if not same(self._before.get("servers"), self._after.get("servers")):
            place = self._new.child("servers").shown
            old, new = self._before.get("servers"), self._after.get("servers")
            self._changes.add("rule-changed", self._use, place, old, new, words="servers")
        self._parameters()
        self._body()
        self._responses()
        self._callbacks()

    def _operation_id(self) -> None:
        old, new = self._before.get("operationId"), self._after.get("operationId")
        if old != new:
            place = (self._old if new is None else self._new).child("operationId")
            self._changes.add("operation-id-changed", self._use, place.shown, old, new, gone=new is None)

    def _deprecated(self) -> None:
        old, new = self._before.get("deprecated") is True, self._after.get("deprecated") is True
        if old != new:
            place = (self._new if "deprecated" in self._after else self._old).child("deprecated")
            kind = "deprecated" if new else "undeprecated"
            self._changes.add(kind, self._use, place.shown, old, new, gone="deprecated" not in self._after)

    # --------------------------------------------------------------------------------------------- parameters
    def _parameters(self) -> None:
        old = _parameters(self._sides, self._old, new=False)
        new = _parameters(self._sides, self._new, new=True)
        for key, (node, place) in old.items():
            if key not in new:
                name = str(node.get("name"))
                self._changes.add("parameter-removed", self._sent, place.shown, name, gone=True, words=name)
        for key, (node, place) in new.items():
            if key in old:
                self._parameter(old[key][1], place)
                continue
            name = str(node.get("name"))
            kind = "required-parameter-added" if node.get("required") is True else "parameter-added"
            self._changes.add(kind, self._sent, place.shown, None, name, words=name)

    def _parameter(self, old: Loc, new: Loc) -> None:
        old, new = self._sides.followed(old, new)
        before, after = self._sides.before(old) or {}, self._sides.after(new) or {}
        # the name of a part of the path is between the document and its reader
        also = frozenset({"name"}) if after.get("in") == "path" else frozenset()
        compare_words(self._changes, self._sent, members(before, old), members(after, new), also=also)
        if (before.get("required") is True) != (after.get("required") is True):
            kind = "parameter-required" if after.get("required") is True else "parameter-optional"
            place = (new if "required" in after else old).child("required")
            gone = "required" not in after
            words = str(after.get("name"))
            values = (before.get("required", False), after.get("required", False))
            self._changes.add(kind, self._sent, place.shown, *values, gone=gone, words=words)
        for keyword, (was, now) in _form(before, after).items():
            self._changes.add("rule-changed", self._sent, new.child(keyword).shown, was, now, words=keyword)
        if "schema" in before or "schema" in after:
            self._sides.schemas.compare(old.child("schema"), new.child("schema"), self._sent)

    # ---------------------------------------------------------------------------------------- body and content
    def _body(self) -> None:
        old, new = self._sides.followed(self._old.child("requestBody"), self._new.child("requestBody"))
        before, after = self._sides.before(old), self._sides.after(new)
        if before is None and after is None:
            return
        if after is None:
            self._changes.add("body-removed", self._sent, old.shown, "a body", gone=True)
        elif before is None:
            kind = "required-body-added" if after.get("required") is True else "body-added"
            self._changes.add(kind, self._sent, new.shown, None, "a body")
        else:
            compare_words(self._changes, self._sent, members(before, old), members(after, new))
            if (before.get("required") is True) != (after.get("required") is True):
                kind = "body-required" if after.get("required") is True else "body-optional"
                values = (before.get("required", False), after.get("required", False))
                gone = "required" not in after
                place = (old if gone else new).child("required")
                self._changes.add(kind, self._sent, place.shown, *values, gone=gone)
            self._content(old.child("content"), new.child("content"), self._sent)

    def _content(self, old: Loc, new: Loc, use: Use) -> None:
        before, after = _media_types(self._sides.before(old)), _media_types(self._sides.after(new))
        for kind, key in before.items():
            if kind not in after:
                self._changes.add("media-type-removed", use, old.child(key).shown, key, gone=True, words=key)
                continue
            left, right = old.child(key), new.child(after[kind])
            one, other = members(self._sides.before(left), left), members(self._sides.after(right), right)
            compare_words(self._changes, use, one, other)
            if not same(one.get("encoding", (None,))[0], other.get("encoding", (None,))[0]):
                place = right.child("encoding").shown
                self._changes.add("rule-changed", use, place, "described", "otherwise", words="encoding")
            self._sides.schemas.compare(left.child("schema"), right.child("schema"), use)
        for kind, key in after.items():
            if kind not in before:
                self._changes.add("media-type-added", use, new.child(key).shown, None, key, words=key)

    # ------------------------------------------------------------------------------------------------ answers
    def _responses(self) -> None:
        old, new = self._old.child("responses"), self._new.child("responses")
        before, after = self._sides.before(old) or {}, self._sides.after(new) or {}
        gone = [status for status in before if status not in after]
        come = [status for status in after if status not in before]
        pairs = [(status, status) for status in before if status in after]
        good_gone, good_come = [[status for status in some if _success(status)] for some in (gone, come)]
        if len(good_gone) == _ONE and len(good_come) == _ONE:
            was, now = good_gone[0], good_come[0]
            self._changes.add("success-changed", self._received, new.child(now).shown, was, now)
            pairs.append((was, now))
            gone.remove(was)
            come.remove(now)
        for status in gone:
            kind = "success-removed" if _success(status) else "error-removed"
            self._changes.add(kind, self._received, old.child(status).shown, status, gone=True, words=status)
        for status in come:
            kind = "success-added" if _success(status) else "error-added"
            self._changes.add(kind, self._received, new.child(status).shown, None, status, words=status)
        for status, other in pairs:
            self._response(old.child(status), new.child(other))

    def _response(self, old: Loc, new: Loc) -> None:
        old, new = self._sides.followed(old, new)
        before, after = members(self._sides.before(old), old), members(self._sides.after(new), new)
        compare_words(self._changes, self._received, before, after, also=frozenset({"links"}))
        self._headers(old.child("headers"), new.child("headers"))
        self._content(old.child("content"), new.child("content"), self._received)

    def _headers(self, old: Loc, new: Loc) -> None:
        before = {name.lower(): name for name in self._sides.before(old) or {}}
        after = {name.lower(): name for name in self._sides.after(new) or {}}
        for key, name in before.items():
            if key not in after:
                place = old.child(name).shown
                self._changes.add("header-removed", self._received, place, name, gone=True, words=name)
                continue
            left, right = self._sides.followed(old.child(name), new.child(after[key]))
            one, other = members(self._sides.before(left), left), members(self._sides.after(right), right)
            compare_words(self._changes, self._received, one, other)
            self._sides.schemas.compare(left.child("schema"), right.child("schema"), self._received)
        for key, name in after.items():
            if key not in before:
                self._changes.add("header-added", self._received, new.child(name).shown, None, name, words=name)

    # ---------------------------------------------------------------------------------------------- callbacks
    def _callbacks(self) -> None:
        old, new = self._old.child("callbacks"), self._new.child("callbacks")
        before, after = _calls(self._sides, old, new=False), _calls(self._sides, new, new=True)
        for key, place in before.items():
            if key not in after:
                words = key[0]
                self._changes.add("callback-removed", self._use, place.shown, words, gone=True, words=words)
            else:
                _Operation(self._sides, place, after[key], self._name, outgoing=False).run()
        for key, place in after.items():
            if key not in before:
                self._changes.add("callback-added", self._use, place.shown, None, key[0], words=key[0])


def _parameters(sides: Sides, operation: Loc, *, new: bool) -> dict[tuple[str, str], tuple[dict[str, Any], Loc]]:
    """Return the parameters of an operation and of its path, each by what makes it the same parameter."""
    document = sides.after if new else sides.before
    item = type(operation)(operation.parts[:-1], operation.shown[:-1])
    template = _PARAMETER.findall(operation.parts[-2]) if len(operation.parts) > 1 else []
    found: dict[tuple[str, str], tuple[dict[str, Any], Loc]] = {}
    for holder in (item, operation):
        listed = holder.child("parameters")
        entries = (document(holder) or {}).get("parameters")
        for index in range(len(entries) if isinstance(entries, list) else 0):
            place = listed.child(index)
            left, right = sides.followed(place, place)
            node = document(right if new else left)
            if node is not None:
                found[_identity(node, template)] = (node, place)
    return found


def _identity(node: Mapping[str, Any], template: list[str]) -> tuple[str, str]:
    where, name = str(node.get("in")), str(node.get("name"))
    if where == "path" and name in template:
        return where, str(template.index(name))
    return where, name.lower() if where == "header" else name


def _form(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return how a parameter is written into the request, where that differs."""
    filled = []
    for node in (before, after):
        style = node.get("style", _STYLES.get(str(node.get("in"))))
        filled.append({"allowReserved": False, "allowEmptyValue": False, **node, "style": style})
        filled[-1].setdefault("explode", style == "form")
    one, other = filled
    return {
        key: (one.get(key), other.get(key))
        for key in _FORM
        if key in one.keys() | other.keys() and not same(one.get(key), other.get(key))
    }


def _media_types(content: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the media types of `content` as written, by what they come to."""
    return {key.split(";")[0].strip().lower(): key for key in content or ()}


def _success(status: str) -> bool:
    return status[:1] in "123"


def _calls(sides: Sides, callbacks: Loc, *, new: bool) -> dict[tuple[str, str, str], Loc]:
    """Return every operation of the callbacks by name, address and method."""
    document = sides.after if new else sides.before
    found: dict[tuple[str, str, str], Loc] = {}
    for name in document(callbacks) or {}:
        home = callbacks.child(name)
        left, right = sides.followed(home, home)
        home = right if new else left
        for address in document(home) or {}:
            for method in METHODS:
                if document(home.child(address, method)) is not None:
                    found[name, address, method] = home.child(address, method)
    return found
