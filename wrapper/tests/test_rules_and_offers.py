"""The rows of rules and models, on small examples: what holds, and what is said when it does not."""

from __future__ import annotations

from typing import Any

import pytest

from klingkit._clauses import compile_clause
from klingkit._conditions import compile_conditions
from klingkit._findings import findings
from klingkit._offers import compile_offers
from klingkit._problems import listed, shown
from klingkit._schemas import Schemas

BODY: dict[str, Any] = {
    "mode": "std",
    "flag": True,
    "empty": [],
    "inner": {"x": 1},
    "list": [{"type": "a"}, {"type": "b"}, {"url": "c"}],
}


@pytest.mark.parametrize(
    ("conditions", "met"),
    [
        ({}, True),
        ({"mode": "std"}, True),
        ({"mode": ["pro", "std"]}, True),
        ({"mode": "pro"}, False),
        ({"gone": "x"}, False),
        ({"flag": 1}, False),
        ({"mode": {"given": True}, "gone": {"given": False}, "empty": {"given": False}}, True),
        ({"list[].type": {"only": ["a", "b"]}}, True),
        ({"list[].type": {"only": ["a"]}}, False),
        ({"list[].type": {"none": ["c"]}}, True),
        ({"list[].type": {"all": ["a", "b"]}}, True),
        ({"list[].type": {"all": ["a", "c"]}}, False),
        ({"list[]": {"least": 3}}, True),
        ({"list[]": {"most": 2}}, False),
        ({"list[]": {"lacks": "type"}}, True),
        ({"mode": {"longest": 2}}, False),
        ({"inner": {"members": ["x", "y"]}}, True),
        ({"inner": {"members": ["y"]}}, False),
        ({"inner.x": 1}, True),
        ({"mode.deep[].er": "x"}, False),
    ],
)
def test_conditions_mean_what_the_table_says(conditions: dict[str, Any], met: bool) -> None:
    assert compile_conditions(conditions)(BODY) is met


RULE = {"id": "r", "fields": ["a", "b"], "text": "t", "source": "https://example.com"}


@pytest.mark.parametrize(
    ("rule", "body", "holds"),
    [
        ({"kind": "sum_equals", "fields": ["p[].n", "a"]}, {"p": [{"n": "2"}, {"n": 3}], "a": "5"}, True),
        ({"kind": "sum_equals", "fields": ["p[].n", "a"]}, {"p": [{"n": "2"}], "a": "5"}, False),
        ({"kind": "sum_equals", "fields": ["p[].n", "a"]}, {"p": [{"n": "two"}], "a": "5"}, True),
        ({"kind": "exactly_one_nonzero"}, {"a": {"x": 1, "y": 0}}, True),
        ({"kind": "exactly_one_nonzero"}, {"a": {"x": 0}}, False),
        ({"kind": "exactly_one_nonzero"}, {"a": {"x": 1, "y": -1}}, False),
        ({"kind": "total_at_most", "fields": ["a[]", "b[]"], "most": 2}, {"a": [1], "b": [2]}, True),
        ({"kind": "total_at_most", "fields": ["a[]", "b[]"], "most": 2}, {"a": [1, 1], "b": [2]}, False),
        ({"kind": "product_at_most", "factors": [["a"], ["b"]], "most": 3}, {"a": 1, "b": 0.5}, True),
        ({"kind": "product_at_most", "factors": [["a"], ["b"]], "most": 3}, {"a": 2, "b": 0.1}, False),
        ({"kind": "product_at_most", "factors": [["a", "b"]], "most": 1.3}, {"a": 0.1, "b": 0.2}, True),
        ({"kind": "difference_at_least", "least": 2}, {"a": 3, "b": 1}, True),
        ({"kind": "difference_at_least", "least": 2}, {"a": 2, "b": 1}, False),
        ({"kind": "requires", "must": {"b": 1}}, {"a": 1}, False),
        ({"kind": "requires", "when": {"a": 2}, "must": {"b": 1}}, {"a": 1}, True),
        ({"kind": "requires", "models": ["other"], "must": {"b": 1}}, {"a": 1}, True),
        ({"kind": "only_models", "models": ["other"]}, {"a": 1}, False),
        ({"kind": "only_models", "models": ["m"]}, {"a": 1}, True),
    ],
)
def test_a_rule_holds_when_its_kind_says_so(rule: dict[str, Any], body: dict[str, Any], holds: bool) -> None:
    clause = compile_clause({**RULE, **rule})
    assert clause is not None
    assert clause.holds(body, "m") is holds
    said = clause.problem(body, "https://example.org")
    assert (said.rule, said.source) == ("r", "https://example.com")
    assert said.sentence.startswith(f"{said.field}: t")


def test_a_rule_of_a_newer_kind_is_left_to_the_relay() -> None:
    assert compile_clause({**RULE, "kind": "moon_phase"}) is None


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [[]], {"a": {"b": []}}])
def test_values_of_any_type_are_judged_without_a_crash(value: Any) -> None:
    rules: list[dict[str, Any]] = [
        {"kind": "sum_equals", "fields": ["a[].b", "a"]},
        {"kind": "exactly_one_nonzero"},
        {"kind": "total_at_most", "fields": ["a[]", "b"], "most": 1},
        {"kind": "product_at_most", "factors": [["a"], ["a.b"]], "most": 3},
        {"kind": "difference_at_least", "least": 2},
        {"kind": "requires", "when": {"a.b[].c": {"given": True}}, "must": {"a": {"longest": 1}}},
    ]
    for rule in rules:
        clause = compile_clause({**RULE, **rule})
        assert clause is not None
        clause.problem({"a": value, "b": value}, "")
        clause.holds({"a": value, "b": value}, None)


def table(*rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "sources": ["https://example.com"],
        "model": "model_name",
        "dimensions": [{"of": "modes", "field": "mode", "default": "std"}, {"of": "durations", "field": "duration"}],
        "inputs": [
            {"name": "both_frames", "when": {"image": {"given": True}, "image_tail": {"given": True}}},
            {"name": "first_frame", "when": {"image": {"given": True}}},
        ],
        "features": [{"name": ["sound"], "field": "sound", "when": {"sound": "on"}}],
        "models": {"m-1": [{"inputs": ["first_frame"], "features": [], **row} for row in rows]},
    }


@pytest.mark.parametrize(
    ("rows", "body", "sentence"),
    [
        ([{"modes": ["std"]}], {}, ""),
        ([{"modes": ["pro"]}], {}, "mode is left out, which means 'std'; m-1 makes pro."),
        ([{"modes": ["pro", "4k"]}], {"mode": "8k"}, "mode is '8k'; m-1 makes pro or 4k."),
        ([{"durations": ["3", "4", "5"]}], {"duration": "6"}, "duration is '6'; m-1 makes 3 to 5."),
        ([{}], {"sound": "on"}, "sound: m-1 has no sound from a first frame."),
        (
            [{"modes": ["std"]}, {"modes": ["pro"], "features": ["sound"]}],
            {"sound": "on"},
            "mode is left out, which means 'std'; m-1 makes pro with sound.",
        ),
        (
            [{}],
            {"image_tail": "y"},
            "image_tail: m-1 does not start from a first and a last frame, only from a first frame.",
        ),
    ],
)
def test_what_a_model_does_not_make_is_said_with_what_it_makes(
    rows: list[dict[str, Any]], body: dict[str, Any], sentence: str
) -> None:
    found = compile_offers(table(*rows)).problems({"image": "x", **body}, "m-1")
    assert [problem.sentence for problem in found] == ([sentence] if sentence else [])
    assert compile_offers(table(*rows)).problems({"image": "x", **body}, "m-2") == []


@pytest.mark.parametrize(
    ("schema", "value", "told"),
    [
        ({"not": {"required": ["a", "b"]}}, {"a": 1, "b": 2}, ("a", "cannot be given together with b")),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}, ("a", "or b is needed")),
        (
            {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
            {"a": 1, "b": 1},
            ("a", "or b is needed, but only one of them"),
        ),
        (
            {"if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}},
            {"a": 1},
            ("b", "is missing; give it (because of a 1)"),
        ),
        ({"$comment": "No b.", "not": {"required": ["b"]}}, {"b": 1}, ("b", "No b")),
        (
            {"properties": {"a": {"type": ["integer", "null"]}}},
            {"a": "x"},
            ("a", "is 'x'; it has to be a whole number or null"),
        ),
        ({"properties": {"a": {"maxLength": 3}}}, {"a": "xxxx"}, ("a", "has 4 characters; at most 3 are taken")),
        ({"properties": {"a": {"minLength": 1}}}, {"a": ""}, ("a", "is empty; say something")),
        ({"properties": {"a": {"minItems": 2, "maxItems": 2}}}, {"a": [1]}, ("a", "has 1 entry; it takes 2")),
        ({"properties": {"a": {"minimum": 0, "maximum": 1}}}, {"a": 1.5}, ("a", "is 1.5; it can be 0 to 1")),
        ({"properties": {"a": {"pattern": "^[0-9]+$"}}}, {"a": "x"}, ("a", "is 'x'; it has to be digits only")),
        (
            {"properties": {"a": {"items": {"enum": ["x", "y"]}}}},
            {"a": ["x", "z"]},
            ("a[1]", "is 'z'; it can be x or y"),
        ),
    ],
)
def test_what_a_schema_asks_is_said_in_words(schema: dict[str, Any], value: Any, told: tuple[str, str]) -> None:
    assert [(found.path, found.words) for found in findings(Schemas({}), schema, value)] == [told]


def test_values_are_shown_short() -> None:
    assert listed(["std"]) == "std"
    assert listed(["5", "10"]) == "5 or 10"
    assert listed([3, 4, 5, 6]) == "3 to 6"
    assert shown("x" * 1000) == "a text of 1000 characters"
    assert shown([1, 2]) == "a list of 2"
    assert shown(True) == "true"
