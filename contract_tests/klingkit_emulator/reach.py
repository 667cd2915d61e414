"""Where a planted defect makes a difference: read from what a relay documents, and from how gateways work."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from klingkit_emulator.contract import Contract, document_of, load_contract
from klingkit_emulator.defect_table import DEFECTS
from klingkit_emulator.errors import UnknownNameError
from klingkit_emulator.registry import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["AT_KLING", "IN_FILES", "check_places", "obstacle", "planted"]

AT_KLING = frozenset(
    {
        *("callback-missing", "callback-other-end", "callback-other-id", "callback-twice"),
        *("capability-not-enforced", "duplicate-accepted", "enum-ignored", "exclusions-ignored", "failed-charged"),
        *("item-count-ignored", "long-prompt-accepted", "range-ignored", "reason-missing", "required-ignored"),
        *("result-missing", "rule-not-enforced", "status-word", "type-ignored"),
    }
)
"""Of a gateway's defects those that lie with the Kling behind it: a gateway itself looks at none of this."""

IN_FILES = frozenset(
    {
        *("duration-reset", "expired-result", "key-in-result-url", "result-html", "result-needs-key"),
        *("result-type-wrong", "result-without-ranges", "short-video", "silent-video", "square-video"),
    }
)
"""Defects of result files, which whoever makes them hands out."""

_PAGES = "x-klingkit-unknown-paths"
_CALLBACK_IDS = "x-klingkit-callback-ids"
_OLD = frozenset({"A1", "A2", "B"})


def obstacle(defect: str, relay: str, *, forwards: bool = False) -> str | None:
    """Return why `defect` can make no difference at the emulated `relay`, or None where it does.

    Args:
        defect: a name of `DEFECTS`.
        relay: a relay id.
        forwards: whether, being a gateway, it forwards to an address instead of playing Kling itself.

    Raises:
        UnknownNameError: there is no such defect or relay.
        DataError: the relay's document cannot be read.
    """
    if defect not in DEFECTS:
        raise UnknownNameError(f"there is no defect {defect!r}; choose from {', '.join(DEFECTS)}.")
    promise = _promise(relay)
    if promise.generation and forwards and defect in AT_KLING | IN_FILES:
        return "whoever it forwards to decides that"
    reason = _NEEDS[defect](promise) if defect in _NEEDS else None
    return reason or _AT_GATEWAYS.get(defect, {}).get(promise.generation)


def planted(names: Sequence[str], relay: str, *, forwards: bool) -> list[str]:
    """Return those of `names` that make a difference at `relay`."""
    return [name for name in names if obstacle(name.rpartition(":")[2], relay, forwards=forwards) is None]


def check_places(names: Sequence[str], relays: Sequence[str], *, forwards: bool) -> None:
    """Raise UnknownNameError unless every one of `names` makes a difference at one of `relays` or at its own."""
    for name in names:
        owner, _, defect = name.rpartition(":")
        reasons = {relay: obstacle(defect, relay, forwards=forwards) for relay in relays if owner in {"", relay}}
        if not reasons:
            raise UnknownNameError(f"{name!r} cannot be planted: {owner} is not emulated here.")
        if all(reasons.values()):
            told = "; ".join(f"{relay}: {reason}" for relay, reason in reasons.items())
            raise UnknownNameError(f"{defect!r} would make no difference here ({told}).")


@dataclass(frozen=True, slots=True)
class _Promise:
    """What decides about defects. `words` are all keywords and members in the bodies of creates."""

    generation: str
    envelope: str
    info: Mapping[str, Any]
    contract: Contract
    keywords: frozenset[str]
    members: frozenset[str]
    bounded: frozenset[str]

    def creates(self) -> Iterator[Any]:
        return (row for row in self.contract.operations if row.manner == "create")


@lru_cache(maxsize=64)
def _promise(relay: str) -> _Promise:
    (entry,) = entries([relay])
    whole, contract = document_of(relay), load_contract(relay)
    creates = {row.id for row in contract.operations if row.manner == "create"}
    walk = _Walk(whole)
    for item in whole["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and operation.get("operationId") in creates:
                walk.body(operation.get("requestBody", {}))
    return _Promise(
        generation=entry.dialect.generation,
        envelope=entry.dialect.query_envelope,
        info=whole["info"],
        contract=contract,
        keywords=frozenset(walk.keywords),
        members=frozenset(walk.members),
        bounded=frozenset(walk.bounded),
    )


class _Walk:
    """Collects the keywords, the members and the members of bounded length of schemas."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._seen: set[str] = set()
        self.keywords: set[str] = set()
        self.members: set[str] = set()
        self.bounded: set[str] = set()

    def body(self, node: Mapping[str, Any]) -> None:
        """Collect from a request body."""
        body = self._resolved(node) or node
        for media in body.get("content", {}).values():
            self._schema(media.get("schema", {}))

    def _schema(self, node: Any, name: str = "") -> None:
        if isinstance(node, list):
            for part in node:
                self._schema(part, name)
        if not isinstance(node, dict):
            return
        # An exclusion inside a member concerns that member alone.
        self.keywords.update(node.keys() - ({"not"} if name else set()))
        if "maxLength" in node:
            self.bounded.add(name)
        target = self._resolved(node)
        if target is not None and node["$ref"] + name not in self._seen:
            self._seen.add(node["$ref"] + name)
            self._schema(target, name)
        for member, schema in node.get("properties", {}).items():
            self.members.add(member)
            self._schema(schema, member)
        for key in ("items", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"):
            self._schema(node.get(key), name)

    def _resolved(self, node: Mapping[str, Any]) -> Any:
        target: Any = self._document if str(node.get("$ref", "")).startswith("#/") else None
        for step in str(node.get("$ref", "")).removeprefix("#/").split("/"):
            target = target.get(step) if isinstance(target, dict) else None
        return target


def _lacks(words: str, has: Callable[[_Promise], bool]) -> Callable[[_Promise], str | None]:
    return lambda promise: None if has(promise) else words


def _keyword(*names: str) -> Callable[[_Promise], str | None]:
    return _lacks(f"its documents set no such limit ({' or '.join(names)})", lambda p: bool(p.keywords & set(names)))


_list = _lacks("it lists no tasks", lambda p: any(row.manner == "list" for row in p.contract.operations))
_callback = _lacks("it documents no callback", lambda p: "callback_url" in p.members)
_external = _lacks("it documents no external_task_id", lambda p: "external_task_id" in p.members)
_video = _lacks("it makes no videos", lambda p: any(row.kind == "video" for row in p.creates()))
_sound = _lacks("it makes no sound with a video", lambda p: bool(p.members & {"sound", "audio"}))
_picture = _lacks(
    "it makes no videos of pictures", lambda p: any(row.object == "video_image2video" for row in p.creates())
)
_times = _lacks("its answers tell no times", lambda p: p.envelope != "newapi-docs")
_code = _lacks("its answers have no code that is a number", lambda p: p.envelope != "newapi-docs")
_rules = _lacks(
    "its documents name no such rule",
    lambda p: any(not rule.of_models for row in p.creates() for rule in row.rules),
)
_offers = _lacks(
    "its documents tell no models apart",
    lambda p: any(row.offers or any(rule.of_models for rule in row.rules) for row in p.creates()),
)
_prompt = _lacks("its documents bound no prompt", lambda p: "prompt" in p.bounded)
_no_pages = _lacks("a path that does not exist shows a page there anyway", lambda p: p.info.get(_PAGES) != "page")
_own_callback_ids = _lacks("callbacks carry Kling's id there anyway", lambda p: p.info.get(_CALLBACK_IDS) != "upstream")

_NEEDS: dict[str, Callable[[_Promise], str | None]] = {
    **dict.fromkeys(("other-account-listed", "list-incomplete", "list-stale", "page-size-ignored"), _list),
    **dict.fromkeys(("duplicate-accepted", "external-id-not-found"), _external),
    **dict.fromkeys(("callback-missing", "callback-other-end", "callback-twice"), _callback),
    **dict.fromkeys(("short-video", "square-video", "duration-reset"), _video),
    **dict.fromkeys(("created-in-seconds", "created-moves"), _times),
    "callback-other-id": lambda promise: _callback(promise) or _own_callback_ids(promise),
    "capability-not-enforced": _offers,
    "enum-ignored": _keyword("enum"),
    "exclusions-ignored": _keyword("not"),
    "field-dropped": _lacks("it forwards to nobody", lambda p: bool(p.generation)),
    "image2video-turned": _picture,
    "item-count-ignored": _keyword("minItems", "maxItems"),
    "long-prompt-accepted": _prompt,
    "range-ignored": _keyword("minimum", "maximum"),
    "required-ignored": _keyword("required"),
    "rule-not-enforced": _rules,
    "silent-video": lambda promise: _video(promise) or _sound(promise),
    "string-code": _code,
    "unknown-path-page": _no_pages,
}

_AT_GATEWAYS: dict[str, dict[str, str]] = {
    "created-in-seconds": dict.fromkeys(_OLD, "queries tell seconds there anyway"),
    "created-moves": dict.fromkeys(_OLD, "it tells whole seconds, too coarse for a task's course"),
    "external-id-not-found": dict.fromkeys([*_OLD, "C"], "it finds no task by an external id anyway"),
    "image2video-turned": dict.fromkeys([*_OLD, "C"], "it finds a task below either path"),
    "required-ignored": dict.fromkeys(_OLD, "its own code asks for what is required"),
    "square-video": {"B": "videos are square there anyway"},
    "string-code": dict.fromkeys(("A2", "B"), "its answers have no code that is a number"),
    "type-ignored": dict.fromkeys(_OLD, "its own types refuse the value"),
    "wrong-method-served": dict.fromkeys(_OLD, "a wrong method shows a page there anyway"),
}
"""By defect and generation, why it makes no difference."""
