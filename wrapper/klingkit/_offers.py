"""What a model makes: the rows of the capability matrix, held against a request. Pure.

A request is offered when one row of its model has its input, its mode or resolution and its duration, and all the
features it uses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from klingkit._conditions import compile_conditions, compile_path
from klingkit._problems import Problem, listed, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Offers", "compile_offers"]

_INPUTS = {
    "text": "a text alone",
    "first_frame": "a first frame",
    "last_frame": "a last frame alone",
    "both_frames": "a first and a last frame",
    "image": "a picture",
    "references": "reference pictures",
    "feature_video": "a reference video",
    "edited_video": "a video to edit",
    "character_and_movement": "a character and a movement",
    "own_video": "an earlier video",
}
_FEATURES = {
    "multi_shot": "several shots",
    "sound": "sound",
    "original_sound": "the sound of the video",
    "voices": "voices",
    "cfg_scale": "cfg_scale",
    "motion_brush": "motion brush",
    "simple_camera_control": "camera control",
    "preset_camera_control": "preset camera moves",
    "reference_images": "reference pictures",
    "elements": "elements",
    "series": "series of pictures",
    "subject_reference": "subject reference",
    "face_reference": "face reference",
}


class _Dimension(NamedTuple):
    of: str
    field: str
    find: Callable[[Mapping[str, Any]], Sequence[Any]]
    default: Any


class _Feature(NamedTuple):
    names: frozenset[str]
    words: str
    field: str
    used: Callable[[Mapping[str, Any]], bool]


class Offers(NamedTuple):
    """The rows of every model of one operation, compiled. `member` is the field that names the model, or nothing."""

    member: str
    path: str
    source: str
    dimensions: Sequence[_Dimension]
    inputs: Sequence[tuple[str, str, Callable[[Mapping[str, Any]], bool]]]
    features: Sequence[_Feature]
    models: Mapping[str, Sequence[Mapping[str, Any]]]

    def problems(self, body: Mapping[str, Any], model: str) -> list[Problem]:
        """Return what `model` does not do of what `body` asks; nothing when it is no model of these tables."""
        rows = self.models.get(model)
        if rows is None:
            return []
        start, field = next(((name, field) for name, field, holds in self.inputs if holds(body)), (None, ""))
        if start is None:
            return []  # without any input the schema refuses it
        fitting = [row for row in rows if start in row["inputs"]]
        if not fitting:
            return [self._no_such_input(model, start, field, rows)]
        used = [feature for feature in self.features if feature.used(body)]
        values = [(dimension, self._value(dimension, body)) for dimension in self.dimensions]
        best: list[tuple[bool, Any]] = []
        for at, row in enumerate(fitting):
            missing = list(_missing(row, used, values))
            if not missing:
                return []
            if not at or _weight(missing) < _weight(best):
                best, closest = missing, row
        found = [self._problem(model, start, fitting, closest, used, kind) for kind in best]
        return [replace(one, value=next(iter(compile_path(one.field)(body)), one.value)) for one in found]

    @staticmethod
    def _value(dimension: _Dimension, body: Mapping[str, Any]) -> tuple[Any, bool]:
        found = dimension.find(body)
        return (found[0], True) if found else (dimension.default, False)

    def _no_such_input(self, model: str, start: str, field: str, rows: Sequence[Mapping[str, Any]]) -> Problem:
        able = [_INPUTS.get(name, name) for name in dict.fromkeys(name for row in rows for name in row["inputs"])]
        return Problem(
            field=field,
            sentence=f"{field}: {model} does not start from {_INPUTS.get(start, start)}, only from {listed(able)}.",
            source=self.source,
            rule="offers",
        )

    def _problem(
        self,
        model: str,
        start: str,
        fitting: Sequence[Mapping[str, Any]],
        closest: Mapping[str, Any],
        used: Sequence[_Feature],
        missing: tuple[bool, Any],
    ) -> Problem:
        is_feature, what = missing
        if is_feature:
            able = [row for row in fitting if what.names & {*row["features"], *row.get("always", ())}]
            limits = [f"{d.field} {listed(row[d.of])}" for row in able[:1] for d in self.dimensions if d.of in row]
            only = f" but with {' and '.join(limits)}" if limits else f" from {_INPUTS.get(start, start)}"
            sentence = f"{what.field}: {model} has no {what.words}{only}."
            return Problem(what.field, sentence, source=self.source, rule="offers")
        dimension, (value, given) = what
        anywhere = [one for row in fitting for one in row.get(dimension.of, ())]
        context = ""
        allowed = list(dict.fromkeys(anywhere))
        if value in anywhere:
            allowed = list(closest[dimension.of])
            with_what = listed([feature.words for feature in used], "and") if used else "that"
            context = f" with {with_what}"
        said = f"is {shown(value)}" if given else f"is left out, which means {shown(value)}"
        sentence = f"{dimension.field} {said}; {model} makes {listed(allowed)}{context}."
        return Problem(dimension.field, sentence, value, tuple(allowed), source=self.source, rule="offers")


def _missing(
    row: Mapping[str, Any], used: Sequence[_Feature], values: Sequence[tuple[_Dimension, tuple[Any, bool]]]
) -> Iterator[tuple[bool, Any]]:
    """Yield what `row` lacks: (True, feature) or (False, (dimension, value))."""
    able = {*row["features"], *row.get("always", ())}
    for feature in used:
        if not feature.names & able:
            yield True, feature
    for dimension, value in values:
        allowed = row.get(dimension.of)
        if allowed is not None and value[0] is not None and value[0] not in allowed:
            yield False, (dimension, value)
    if "needs_any" in row and not any(feature.names & set(row["needs_any"]) for feature in used):
        yield True, _Feature(frozenset(row["needs_any"]), "that", "model_name", lambda _: True)


def _weight(missing: Sequence[tuple[bool, Any]]) -> tuple[int, int]:
    """Return how far off a row is: a feature that is not there weighs more than another mode."""
    return sum(is_feature for is_feature, _ in missing), len(missing)


def _named_by(when: Mapping[str, Any]) -> str:
    """Return the field that an input's conditions look at, of several the last: the last frame, not the first."""
    return list(when)[-1].partition(".")[0].removesuffix("[]") if when else ""


def compile_offers(table: Mapping[str, Any]) -> Offers:
    """Return the rows of one operation, as `requests/<relay>.json` has them."""
    return Offers(
        member=table.get("model", ""),
        path=table.get("path", ""),
        source=next(iter(table["sources"]), ""),
        dimensions=[
            _Dimension(row["of"], row["field"], compile_path(row["field"]), row.get("default"))
            for row in table["dimensions"]
        ],
        inputs=[
            (row["name"], _named_by(row["when"]) or table.get("model", "model"), compile_conditions(row["when"]))
            for row in table["inputs"]
        ],
        features=[
            _Feature(
                frozenset(row["name"]),
                _FEATURES.get(row["name"][0], row["name"][0]),
                row["field"],
                compile_conditions(row["when"]),
            )
            for row in table["features"]
        ],
        models=table["models"],
    )
