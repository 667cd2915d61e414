"""The docstring of a method: what it does, for which models and relays, what each argument means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit_spec.methods.plan import resolved
from klingkit_spec.methods.wording import argument_text, told, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit_spec.methods.plan import Argument, Method

__all__ = ["Facts", "docstring"]

_CREATE_RAISES = (
    "InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.",
    "ConnectionFailedError: the relay could not be reached; nothing was sent.",
    "RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.",
    "OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.",
)
_PAID_RAISES = (
    "InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.",
    "ConnectionFailedError: the relay could not be reached; nothing was sent.",
    "RelayError: the relay refuses; nothing is charged.",
    "OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.",
)
_FREE_RAISES = (
    "InvalidRequestError: an argument is wrong, or the relay does not offer the operation.",
    "TransportError, RelayError, UnexpectedAnswerError: it could not be asked.",
)
_RETURNS = {
    "Result": "The finished task's result; `download` saves its files.",
    "Task": "The task; `wait` and `refresh` go on from there.",
}


class Facts:
    """What docstrings say beyond the operation itself.

    Args:
        spec: the one spec.
        surface: the table of what each relay offers (resolved/surface.json).
        sources: operationId to the source document it is written in.
        texts: texts of common arguments, by name.
    """

    def __init__(
        self,
        spec: Mapping[str, Any],
        surface: Mapping[str, Any],
        sources: Mapping[str, str],
        texts: Mapping[str, str],
    ) -> None:
        self.spec = spec
        self.texts = texts
        self._relays = surface["relays"]
        self._sources = sources

    def offering(self, operation: str) -> dict[str, frozenset[str]]:
        """Return the relays that document `operation`, each with the fields it documents."""
        return {
            relay: frozenset(row["operations"][operation].get("fields", ()))
            for relay, row in self._relays.items()
            if operation in row["operations"]
        }

    def source(self, operation: str) -> str:
        """Return the document the operation is written in."""
        return self._sources.get(operation, "openapi/resolved/kling.openapi.yaml")

    def models(self, operation: str) -> list[str]:
        """Return a line for each model that takes `operation`, as the capability table has it."""
        tables = self.spec.get("x-kling-capabilities", {})
        return [
            f"{model}{' (retired)' if str(row.get('status', '')).startswith('retired') else ''}: "
            + "; ".join(dict.fromkeys(_capability(entry) for entry in row["operations"][operation]))
            + "."
            for table in ("legacy_video", "standard_video", "legacy_image")
            for model, row in tables.get(table, {}).items()
            if operation in row.get("operations", {})
        ]


def docstring(method: Method, facts: Facts, common: Sequence[str], *, asynchronous: bool) -> str:
    """Return the docstring of `method`, quotes included, eight deep; `common` are arguments every method has."""
    operation = f"{method.operation}_create" if method.is_create else method.operation
    lines = [f'        """{method.row.summary}', ""]
    lines += wrapped(_about(method), 8)
    told_of = [*_arguments(method, facts, operation), *((name, facts.texts[name]) for name in common)]
    lines += _section("Models", facts.models(operation))
    lines += _section("Args", [f"{name}: {text}" for name, text in told_of])
    lines += _section("Returns", [_returns(method, asynchronous=asynchronous)])
    lines += _section("Raises", _raises(method))
    lines += ["", *wrapped(_footer(method, facts, operation), 8), '        """']
    return "\n".join(lines)


def _section(title: str, entries: Sequence[str]) -> list[str]:
    head = ["", f"        {title}:"] if entries else []
    return head + [line for entry in entries for line in wrapped(entry, 12, hanging=4)]


def _about(method: Method) -> str:
    parts = [str(method.body.get("description", "")), str(method.node.get("description", ""))]
    return " ".join(told(part) for part in parts if part)


def _returns(method: Method, *, asynchronous: bool) -> str:
    returns = method.row.returns
    if not returns:
        return f"The {'AsyncTask' if asynchronous else 'Task'}, accepted and not yet finished."
    if returns in _RETURNS:
        return _RETURNS[returns]
    if "[]" in method.row.at:
        return f"A list of `{returns}`; `raw` of each is the untouched object."
    return f"`{returns}`; `raw` is the untouched answer."


def _arguments(method: Method, facts: Facts, operation: str) -> list[tuple[str, str]]:
    offering = facts.offering(operation)

    def said(argument: Argument) -> str:
        described = resolved(facts.spec, argument.schema)
        text = argument_text(argument.name, argument.schema, described, facts.texts)
        without = sorted(relay for relay, fields in offering.items() if argument.sent_as not in fields)
        if method.is_create and argument.place == "body" and without:
            text += f" Not documented by {', '.join(without)}."
        return text

    return [(argument.name, said(argument)) for argument in method.arguments]


def _raises(method: Method) -> Sequence[str]:
    if method.is_create:
        return _CREATE_RAISES
    return _PAID_RAISES if method.node.get("x-klingkit-billable") else _FREE_RAISES


def _footer(method: Method, facts: Facts, operation: str) -> str:
    offered = ", ".join(facts.offering(operation)) or "no relay in the registry"
    claimed = method.node.get("x-klingkit-claimed-by", [])
    more = f"; claimed by {', '.join(claimed)}" if claimed else ""
    life = " Superseded by the vendor." if method.node.get("x-klingkit-lifecycle") == "superseded" else ""
    return f"Offered by {offered}{more}.{life} Source: {facts.source(operation)}, {method.verb.upper()} {method.path}."


def _capability(entry: Mapping[str, Any]) -> str:
    words = [" or ".join(str(word).replace("_", " ") for word in entry.get("inputs", ()))]
    words += ["/".join(str(word) for word in entry[key]) for key in ("modes", "resolutions") if entry.get(key)]
    if entry.get("durations"):
        words.append(_durations([int(value) for value in entry["durations"]]))
    features = [*entry.get("always", ()), *entry.get("features", ())]
    if features:
        words.append("with " + ", ".join(str(word).replace("_", " ") for word in features))
    return ", ".join(words)


def _durations(values: list[int]) -> str:
    if len(values) > 2 and values == list(range(values[0], values[-1] + 1)):
        return f"{values[0]} to {values[-1]} s"
    return " or ".join(str(value) for value in values) + " s"
