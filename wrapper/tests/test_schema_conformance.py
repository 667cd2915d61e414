"""The small evaluator agrees with a whole one, over the schemas of every document and values made to break them."""

from __future__ import annotations

import functools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import klingkit_data
from klingkit._findings import findings
from klingkit._schemas import KEYWORDS, Schemas

DOCUMENTS = sorted(file.stem for file in klingkit_data.path("resolved/requests/kling.json").parent.glob("*.json"))
SAID = frozenset({"default", "$comment"})


@functools.cache
def table(document: str) -> dict[str, Any]:
    return klingkit_data.load(f"resolved/requests/{document}.json")


@functools.cache
def both(document: str, operation: str) -> tuple[Draft202012Validator, Any, Schemas, Any]:
    data = table(document)
    schema = data["operations"][operation]["schema"]
    schemas = Schemas(data["schemas"])
    whole = {"schemas": {name: bounded(part) for name, part in data["schemas"].items()}, **bounded(schema)}
    return Draft202012Validator(whole), schemas.compile(schema), schemas, schema


def bounded(node: Any) -> Any:
    """Return a schema in which the size of an integer is a range, which the library knows without OpenAPI's formats."""
    if isinstance(node, list):
        return [bounded(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    copy = {key: bounded(value) for key, value in node.items()}
    if node.get("format") == "int64":
        copy = {"minimum": -(2**63), "maximum": 2**63 - 1, **copy}
    return copy


CALLS = [(document, operation) for document in DOCUMENTS for operation in sorted(table(document)["operations"])]
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        "",
        "x",
        "5",
        "std",
        "on",
        "kling-v3",
        0,
        1,
        2.0,
        0.5,
        -1,
        2**63,
        True,
        False,
        None,
        [],
        {},
        [{}],
        ["x"],
        "x" * 3000,
    ]
)


def sample(schema: Any, schemas: Schemas, chance: random.Random, depth: int = 0) -> Any:
    """Return a value that mostly keeps `schema`, and is off by a little now and then."""
    schema = schemas.resolve(schema) if isinstance(schema, dict) else {}
    choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    branch = schemas.resolve(chance.choice(choices)) if choices and chance.random() < 0.9 else {}
    words = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    if words and chance.random() < 0.95:
        return chance.choice(words)
    members = {**schema.get("properties", {}), **branch.get("properties", {})}
    kind = schema.get("type") or branch.get("type") or ("object" if members else "string")
    kind = chance.choice(kind) if isinstance(kind, list) else kind
    if kind == "object":
        wanted = {*schema.get("required", ()), *branch.get("required", ())}
        kept = [name for name in members if chance.random() < (0.95 if name in wanted else 0.25)]
        return {name: sample(members[name], schemas, chance, depth + 1) for name in kept} if depth < 6 else {}
    if kind == "array":
        count = chance.choice(
            [schema.get("minItems", 0), 1, 2, schema.get("maxItems", 3), schema.get("maxItems", 3) + 1]
        )
        return [sample(schema.get("items", {}), schemas, chance, depth + 1) for _ in range(min(count, 12))]
    if kind in {"integer", "number"}:
        least, most = schema.get("minimum", 0), schema.get("maximum", 10)
        return chance.choice([least, most, least - 1, most + 1, (least + most) / 2, float(least)])
    if kind == "boolean":
        return chance.random() < 0.5
    longest = schema.get("maxLength", 8)
    return chance.choice(["", "7", "https://example.com/a.png", "x" * longest, "x" * (longest + 1)])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_schema_uses_a_keyword_that_the_evaluator_skips(document: str) -> None:
    def walk(node: Any) -> None:
        assert isinstance(node, dict | bool)
        if isinstance(node, bool):
            return
        assert node.keys() <= KEYWORDS | SAID
        for key in ("allOf", "anyOf", "oneOf"):
            for part in node.get(key, ()):
                walk(part)
        for key in ("not", "if", "then", "else", "items", "contains", "additionalProperties"):
            if key in node:
                walk(node[key])
        for part in node.get("properties", {}).values():
            walk(part)

    for row in table(document)["operations"].values():
        walk(row["schema"])
    for schema in table(document)["schemas"].values():
        walk(schema)


@settings(max_examples=400, deadline=None)
@given(call=st.sampled_from(CALLS), seed=st.integers(0, 2**32), odd=ODD)
def test_the_small_evaluator_agrees_with_the_library_and_words_appear_for_every_no(
    call: tuple[str, str], seed: int, odd: Any
) -> None:
    library, holds, schemas, schema = both(*call)
    chance = random.Random(seed)
    body = sample(schema, schemas, chance)
    if isinstance(body, dict) and body and chance.random() < 0.3:
        body[chance.choice(sorted(body))] = odd
    expected = library.is_valid(body)
    assert holds(body) is expected
    told = list(findings(schemas, schema, body))
    assert bool(told) is not expected
    assert all(found.words and "{" not in found.words for found in told)


@settings(max_examples=200, deadline=None)
@given(
    schema=st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "number", "boolean", "array", "object", ["string", "null"]]),
            "enum": st.lists(ODD, min_size=1, max_size=3),
            "const": ODD,
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 2),
            "minimum": st.integers(-1, 2),
            "exclusiveMaximum": st.integers(0, 2),
            "pattern": st.sampled_from(["^[0-9]+$", "x", "^x?$"]),
            "items": st.sampled_from([{"type": "string"}, {"type": "integer"}, {}]),
            "contains": st.sampled_from([{"const": 1}, {"type": "object"}]),
            "minContains": st.integers(0, 2),
            "maxContains": st.integers(0, 2),
            "not": st.sampled_from([{"type": "string"}, {"required": ["a"]}]),
            "additionalProperties": st.sampled_from([False, True, {"type": "string"}]),
        },
    ),
    value=st.one_of(ODD, st.lists(ODD, max_size=3), st.dictionaries(st.sampled_from("ab"), ODD, max_size=2)),
)
def test_single_keywords_mean_what_they_mean_to_the_library(schema: dict[str, Any], value: Any) -> None:
    expected = Draft202012Validator(schema).is_valid(value)
    schemas = Schemas({})
    assert schemas.compile(schema)(value) is expected
    assert bool(list(findings(schemas, schema, value))) is not expected
