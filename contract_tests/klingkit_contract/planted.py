"""Which check finds which planted defect of the emulator, and the few operations that are enough to show it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from klingkit_contract import targets

if TYPE_CHECKING:
    from collections.abc import Set

    from klingkit_contract.targets import Target

__all__ = ["BEHIND", "FOUND_BY", "RELAY", "narrowed", "operations_for"]

RELAY = "official"
"""The relay on which every defect can be shown that is not behind a relay."""

BEHIND: dict[str, str] = {"field-dropped": "newapi-c"}
"""Defects that only a tap behind the relay shows, and a relay on which to show them."""

FOUND_BY: dict[str, str] = {
    "callback-missing": "callback-arrives",
    "callback-other-end": "callback-agrees",
    "callback-other-id": "callback-agrees",
    "callback-twice": "callback-once",
    "capability-not-enforced": "model-limits",
    "charged-refusal": "refused-free",
    "charged-twice": "charged-as-told",
    "created-201": "status-code",
    "created-in-seconds": "times",
    "created-moves": "times",
    "duplicate-accepted": "external-id-unique",
    "duration-reset": "result-length",
    "end-changes": "status-monotonic",
    "enum-ignored": "limits",
    "error-500-on-bad-request": "server-error",
    "exclusions-ignored": "conditions",
    "expired-result": "result-media",
    "external-id-not-found": "external-id-found",
    "field-dropped": "field-loss",
    "failed-charged": "charged-as-told",
    "html-200": "html-page",
    "id-as-number": "task-id-present",
    "id-changes": "asked-id",
    "image2video-turned": "created-found",
    "item-count-ignored": "limits",
    "key-echoed": "secret-echoed",
    "key-in-address-accepted": "auth-place",
    "key-in-header-accepted": "auth-place",
    "key-in-result-url": "secret-echoed",
    "list-incomplete": "list-agrees",
    "list-stale": "list-agrees",
    "long-prompt-accepted": "limits",
    "missing-auth-accepted": "auth-missing",
    "missing-task-id": "task-id-present",
    "other-account-listed": "other-account",
    "other-account-visible": "other-account",
    "page-size-ignored": "list-pages",
    "range-ignored": "limits",
    "rate-limit-without-time": "retry-after",
    "reason-missing": "reason-present",
    "refusal-200": "status-code",
    "request-type-ignored": "request-type",
    "required-ignored": "missing-required",
    "result-html": "result-media",
    "result-missing": "result-present",
    "result-needs-key": "result-media",
    "result-type-wrong": "result-media",
    "result-without-ranges": "result-media",
    "rule-not-enforced": "rules",
    "short-video": "result-length",
    "silent-video": "result-sound",
    "square-video": "result-shape",
    "status-backwards": "status-monotonic",
    "status-word": "status-known",
    "string-code": "response-schema",
    "stuck": "task-ends",
    "text-plain": "content-type",
    "type-ignored": "wrong-type",
    "unknown-id-200": "unknown-id",
    "unknown-path-page": "unknown-path",
    "valid-refused": "valid-accepted",
    "wrong-key-accepted": "auth-wrong",
    "wrong-method-served": "wrong-method",
    "wrong-task": "asked-id",
}

_USUAL = frozenset({"video_text2video_create", "video_text2video_get", "video_text2video_list", "account_costs_get"})
_PICTURE = frozenset({"video_image2video_create", "video_image2video_get", "video_image2video_list"})
# Sound is only asked for by an example of the new standard, and pictures only by creates that take one.
_OTHERS: dict[str, Set[str]] = {
    "exclusions-ignored": _PICTURE,
    "image2video-turned": _PICTURE,
    "silent-video": frozenset({"standard_omni_video_create", "standard_task_get"}),
}


def operations_for(defect: str) -> Set[str]:
    """Return the operationIds that are enough to show `defect`."""
    return _OTHERS.get(defect, _USUAL)


def narrowed(target: Target, operations: Set[str]) -> Target:
    """Return `target` with a document that has `operations` alone."""
    return replace(target, document=targets.narrowed(target.document, operations))
