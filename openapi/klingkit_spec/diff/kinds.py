"""Every kind of change, what it does to those who ask and those who read, and why it is rated as it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KINDS", "Effect", "Kind"]


class Effect(Enum):
    """What a change does to the set of right requests, or of possible answers."""

    NARROWER = auto()
    """Fewer values than before."""
    WIDER = auto()
    """More values than before."""
    LOSS = auto()
    """Something callers may lean on is gone or other."""
    GAIN = auto()
    """Something nobody leans on yet."""
    REQUEST_LOSS = auto()
    """A loss for those who ask, words for those who read."""
    REQUEST_GAIN = auto()
    """A gain for those who ask, words for those who read."""
    RESPONSE_LOSS = auto()
    """A loss for those who read, words for those who ask."""
    WORDS = auto()
    """Nothing on the wire."""


@dataclass(frozen=True)
class Kind:
    """A kind of change: its title, its effect, and the reason given for a request and for a response."""

    title: str
    effect: Effect
    request: str
    response: str


def _both(title: str, effect: Effect, reason: str) -> Kind:
    return Kind(title, effect, reason, reason)


_REFUSED = "A request that was right may be refused now."
_STILL_RIGHT = "Every request that was right still is."
_WITHIN = "Answers stay within what was promised."
_BEYOND = "An answer may hold what its readers were not told of."
_SENT = "Callers who send it are no longer understood."
_READ = "Callers who read it find nothing."
_NOBODY = "Nobody depends on it yet."
_UNKNOWN = "The two cannot be compared, so the worst is assumed."
_NOT_ON_THE_WIRE = "Nothing changes on the wire."

KINDS: Mapping[str, Kind] = {
    # ------------------------------------------------------------------------------------------------- fields
    "field-added": Kind(
        "field added", Effect.GAIN, "It may be left out.", "Readers pass over fields they do not know."
    ),
    "required-field-added": Kind(
        "required field added", Effect.NARROWER, "A request without it is refused now.", "Answers promise more."
    ),
    "field-removed": Kind("field removed", Effect.LOSS, _SENT, _READ),
    "field-renamed": Kind("field renamed", Effect.LOSS, _SENT, _READ),
    "field-required": Kind(
        "field required", Effect.NARROWER, "A request without it is refused now.", "Answers promise more."
    ),
    "field-optional": Kind(
        "field no longer required", Effect.WIDER, "It may still be sent.", "An answer may come without it now."
    ),
    "extra-fields-refused": Kind("extra fields refused", Effect.NARROWER, _REFUSED, _WITHIN),
    "extra-fields-allowed": Kind("extra fields allowed", Effect.WIDER, _STILL_RIGHT, _BEYOND),
    "read-only": Kind("field read-only", Effect.REQUEST_LOSS, "It may no longer be sent.", _NOT_ON_THE_WIRE),
    "write-only": Kind("field write-only", Effect.RESPONSE_LOSS, _NOT_ON_THE_WIRE, _READ),
    "mark-removed": _both("mark removed", Effect.GAIN, "The field can be used where it could not."),
    # ------------------------------------------------------------------------------------------------- values
    "type-changed": Kind(
        "type changed", Effect.LOSS, "What callers send has the wrong type now.", "Readers meet another type."
    ),
    "type-narrowed": Kind("type narrowed", Effect.NARROWER, _REFUSED, _WITHIN),
    "type-widened": Kind("type widened", Effect.WIDER, _STILL_RIGHT, "Readers meet a type they were not told of."),
    "enum-value-removed": Kind(
        "enum value removed", Effect.NARROWER, "Callers who send it are refused now.", "Answers no longer hold it."
    ),
    "enum-value-added": Kind(
        "enum value added", Effect.WIDER, "Callers may send it.", "Readers meet a value they do not know."
    ),
    "enum-added": Kind("values listed", Effect.NARROWER, "Any other value is refused now.", _WITHIN),
    "enum-removed": Kind(
        "values no longer listed", Effect.WIDER, _STILL_RIGHT, "Readers meet values they do not know."
    ),
    "limit-narrowed": Kind("limit narrowed", Effect.NARROWER, _REFUSED, _WITHIN),
    "limit-widened": Kind("limit widened", Effect.WIDER, _STILL_RIGHT, _BEYOND),
    "rule-added": Kind("rule added", Effect.NARROWER, _REFUSED, _WITHIN),
    "rule-removed": Kind("rule removed", Effect.WIDER, _STILL_RIGHT, _BEYOND),
    "rule-changed": _both("rule changed", Effect.LOSS, _UNKNOWN),
    "condition-added": Kind("condition added", Effect.NARROWER, _REFUSED, _WITHIN),
    "condition-removed": Kind("condition removed", Effect.WIDER, _STILL_RIGHT, _BEYOND),
    "condition-changed": _both("condition changed", Effect.LOSS, _UNKNOWN),
    "option-removed": Kind("option removed", Effect.NARROWER, _REFUSED, _WITHIN),
    "option-added": Kind("option added", Effect.WIDER, _STILL_RIGHT, "Readers meet a shape they do not know."),
    "schema-added": Kind(
        "now described", Effect.NARROWER, "Anything went before; now there are rules.", "Answers promise more."
    ),
    "schema-removed": Kind("no longer described", Effect.WIDER, _STILL_RIGHT, "Answers promise nothing any more."),
    "default-changed": Kind(
        "default changed", Effect.REQUEST_LOSS, "Callers who leave the field out get something else.", _NOT_ON_THE_WIRE
    ),
    "default-removed": Kind(
        "default removed",
        Effect.REQUEST_LOSS,
        "What callers get who leave the field out is open now.",
        _NOT_ON_THE_WIRE,
    ),
    "default-added": Kind(
        "default added", Effect.REQUEST_GAIN, "What was open is said; the field may still be sent.", _NOT_ON_THE_WIRE
    ),
    # --------------------------------------------------------------------------------------------- operations
    "operation-added": _both("operation added", Effect.GAIN, _NOBODY),
    "operation-removed": _both("operation removed", Effect.LOSS, "Callers get an error."),
    "path-changed": _both("path changed", Effect.LOSS, "Callers of the old address get an error."),
    "operation-id-changed": _both(
        "operationId changed", Effect.GAIN, "The wire is the same; generated code is named anew."
    ),
    "deprecated": _both("deprecated", Effect.WORDS, "It works as before, but is announced to go."),
    "undeprecated": _both("no longer deprecated", Effect.WORDS, "It works as before."),
    "parameter-added": _both("parameter added", Effect.GAIN, "It may be left out."),
    "required-parameter-added": _both("required parameter added", Effect.LOSS, "A request without it is refused now."),
    "parameter-removed": _both("parameter removed", Effect.LOSS, _SENT),
    "parameter-required": _both("parameter required", Effect.LOSS, "A request without it is refused now."),
    "parameter-optional": _both("parameter no longer required", Effect.GAIN, "It may still be sent."),
    "body-added": _both("body added", Effect.GAIN, "It may be left out."),
    "required-body-added": _both("required body added", Effect.LOSS, "A request without it is refused now."),
    "body-removed": Kind("body removed", Effect.LOSS, _SENT, _READ),
    "body-required": Kind("body required", Effect.NARROWER, "A request without it is refused now.", "It always comes."),
    "body-optional": Kind("body no longer required", Effect.WIDER, "It may still be sent.", "It may be missing now."),
    "media-type-added": _both("media type added", Effect.GAIN, "The others are still there."),
    "media-type-removed": Kind("media type removed", Effect.LOSS, _SENT, "Callers get an answer in another form."),
    "success-added": _both("success status added", Effect.LOSS, "Callers do not know this status for a success."),
    "success-removed": _both("success status removed", Effect.LOSS, "Callers wait for an answer that never comes."),
    "success-changed": _both("success status changed", Effect.LOSS, "Callers do not know this status for a success."),
    "error-added": _both("error status added", Effect.GAIN, "Any request can fail; now it is said how."),
    "error-removed": _both("error status removed", Effect.GAIN, "Callers no longer meet it."),
    "header-added": _both("answer header added", Effect.GAIN, _NOBODY),
    "header-removed": _both("answer header removed", Effect.LOSS, _READ),
    "callback-added": _both("callback added", Effect.GAIN, _NOBODY),
    "callback-removed": _both("callback removed", Effect.LOSS, "Callers wait for a call that never comes."),
    # ------------------------------------------------------------------------------------- the way to the relay
    "auth-added": _both("auth added", Effect.LOSS, "A request without a key is refused now."),
    "auth-removed": _both("auth no longer needed", Effect.GAIN, "A key may still be sent."),
    "auth-changed": _both("auth changed", Effect.LOSS, "The key callers send, or how they send it, is refused now."),
    "auth-option-added": _both("way of auth added", Effect.GAIN, "The other ways are still there."),
    "auth-option-removed": _both("way of auth removed", Effect.LOSS, "Callers who go this way are refused now."),
    "server-added": _both("server added", Effect.GAIN, "The others are still there."),
    "server-removed": _both("server removed", Effect.LOSS, "Callers of that address get no answer."),
    "server-changed": _both("server changed", Effect.LOSS, "Callers of the old address get no answer."),
    # -------------------------------------------------------------------------------------------------- words
    "words-changed": _both("words changed", Effect.WORDS, _NOT_ON_THE_WIRE),
    "unused-component-changed": _both("unused component changed", Effect.WORDS, "No operation uses it."),
}
