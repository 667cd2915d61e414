"""The rules of the new standard's models, from `x-kling-standard-models` to the rows that everyone executes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["standard_rules"]

_TABLE = "x-kling-standard-models"
_SOURCE = "https://kling.ai/document-api/guides/capability-map/video"
_SETTINGS = ("resolution", "duration", "audio")
_TYPES = "contents[].type"


def standard_rules(spec: Mapping[str, Any], operation: str) -> list[dict[str, Any]]:
    """Return the rules of `operation` that hold for one model each; `models` names it."""
    return [
        {**rule, "models": [row["model"]], "source": _SOURCE}
        for row in spec.get(_TABLE, ())
        if row["operation"] == operation
        for rule in _of(row)
    ]


def _of(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    model = row["model"]
    in_contents = "contents" in row
    text = "contents[].text" if in_contents else "prompt"
    longest = row["prompt_max_length"]
    yield _requires(
        "prompt_length", {text: {"longest": longest}}, f"{model} takes a prompt of at most {longest} characters"
    )
    if in_contents:
        taken = list(row["contents"])
        yield _requires("contents_taken", {_TYPES: {"only": taken}}, f"{model} takes {_list(taken)} only")
    settings = list(row["settings"])
    yield _requires("settings_taken", {"settings": {"members": settings}}, f"{model} has {_list(settings)} only")
    for name in _SETTINGS:
        if name in row:
            values = list(row[name])
            must = {f"settings.{name}": {"only": values}}
            yield _requires(f"{name}_taken", must, f"{model} takes the {name} {_list(values)}")
    for condition in row.get("conditions", ()):
        yield _condition(condition)


def _condition(condition: Mapping[str, Any]) -> dict[str, Any]:
    when: dict[str, Any] = dict(condition.get("when", {}))
    if "contents" in condition:
        when[_TYPES] = {"all": list(condition["contents"])}
    if "without_contents" in condition:
        when[_TYPES] = {"none": list(condition["without_contents"])}
    must: dict[str, Any] = dict(condition.get("value", {}))
    must |= {path: {"only": list(values)} for path, values in condition.get("one_of", {}).items()}
    if "excludes" in condition:
        must[_TYPES] = {"none": list(condition["excludes"])}
    return _requires(condition["id"], must, condition["text"], when)


def _requires(name: str, must: Mapping[str, Any], text: str, when: Mapping[str, Any] | None = None) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": name, "kind": "requires", "fields": list(must), "must": dict(must), "text": text}
    return {**rule, "when": dict(when)} if when else rule


def _list(values: list[Any]) -> str:
    *most, last = [str(value) for value in values]
    return f"{', '.join(most)} and {last}" if most else last
