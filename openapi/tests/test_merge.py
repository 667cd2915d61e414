"""Two relays against a small official document: what differs, who is right, and what comes of it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from klingkit_spec.document import read_operations
from klingkit_spec.merge import Claim, Merged, MergeError, RelayInput, merge
from klingkit_spec.verdicts import Conflict, VerdictError, Verdicts
from klingkit_spec.widen import WidenError

PATH = "/v1/videos/text2video"
KEY_MARKED_OPTIONAL: dict[str, Any] = {"x-klingkit-auth": {"marked_required": False}}
READING = {"unmarked": "optional", "why": "The pages are OpenAPI."}
DIALECTS: dict[str, Any] = {
    "dialect": {
        "kling": {"create_envelope": "kling"},
        "other": {
            "create_envelope": "other",
            "request": {
                "rename": {"model_name": "model"},
                "numbers": ["duration"],
                "headers": {"ModelName": "model_name"},
            },
            "operation": {"video_text2video": {"request": {"unwrap": {"images": "image"}}}},
        },
    }
}


def official() -> dict[str, Any]:
    text = {"type": "string"}
    request = {
        "type": "object",
        "properties": {
            "model_name": {"$ref": "#/components/schemas/Model", "default": "v1"},
            "prompt": {"type": "string", "maxLength": 100},
            "mode": {"type": "string", "enum": ["std", "pro"], "default": "std"},
            "duration": {"type": "string", "enum": ["5", "10"], "default": "5"},
            "scale": {"type": "number", "minimum": 0, "maximum": 1},
            "tail": text,
            "images": {"type": "array", "items": {"$ref": "#/components/schemas/Image"}},
        },
        "required": ["prompt"],
        "anyOf": [{"required": ["images"]}, {"required": ["tail"]}],
    }
    image = {"type": "object", "properties": {"image": text}, "required": ["image"]}
    return document(
        {"$ref": "#/components/schemas/Request"},
        schemas={"Request": request, "Image": image, "Model": {"type": "string", "enum": ["v1", "v2"]}},
        prefix="",
    )


def document(
    request: dict[str, Any],
    *,
    schemas: dict[str, Any] | None = None,
    prefix: str = "/kling",
    example: Any = None,
    **changes: Any,
) -> dict[str, Any]:
    """Return a document with one create; `changes` replace keys of the operation, None takes them away."""
    answer = {
        "type": "object",
        "properties": {
            "code": {"type": "integer"},
            "data": {
                "type": "object",
                "properties": {"id": {"type": "string"}, "status": {"type": "string", "enum": ["done"]}},
            },
        },
    }
    media: dict[str, Any] = {"schema": request} | ({} if example is None else {"example": example})
    refusal = {"type": "object", "properties": {"code": {"type": "integer"}}}
    operation: dict[str, Any] = {
        "operationId": "video_text2video_create",
        "summary": "文生视频",
        "requestBody": {"required": True, "content": {"application/json": media}},
        "responses": {
            "200": {"description": "", "content": {"application/json": {"schema": answer}}},
            "400": {"description": "", "content": {"application/json": {"schema": refusal}}},
        },
        "security": [{"bearer": []}],
        "x-klingkit-page": "text2video.txt",
        **changes,
    }
    return {
        "openapi": "3.1.0",
        "paths": {f"{prefix}{PATH}": {"post": {key: value for key, value in operation.items() if value is not None}}},
        "components": {
            "schemas": schemas or {},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def same() -> dict[str, Any]:
    """Return the request of a relay that says what the official document says, written inline."""
    text = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "model_name": {"type": "string", "enum": ["v1", "v2"], "default": "v1"},
            "prompt": {"type": "string", "maxLength": 100},
            "mode": {"type": "string", "enum": ["pro", "std"], "default": "std"},
            "duration": {"type": "string", "enum": ["5", "10"], "default": "5"},
            "scale": {"type": "number", "minimum": 0, "maximum": 1},
            "tail": text,
            "images": {
                "type": "array",
                "items": {"type": "object", "properties": {"image": text}, "required": ["image"]},
            },
        },
        "required": ["prompt"],
        "anyOf": [{"required": ["images"]}, {"required": ["tail"]}],
    }


def but(**fields: Any) -> dict[str, Any]:
    """Return `same` with these fields replaced; None takes a field away."""
    request = same()
    for name, schema in fields.items():
        request["properties"][name] = schema
    request["properties"] = {name: schema for name, schema in request["properties"].items() if schema is not None}
    return request


def run(*documents: dict[str, Any], dialect: str = "kling", reading: str = "optional", entries: Any = ()) -> Merged:
    names = ["official", *(f"relay{number}" for number, _ in enumerate(documents, start=1))]
    entry = {"path_prefix": "/kling", "dialect": dialect}
    relays = {name: RelayInput(given, entry) for name, given in zip(names[1:], documents, strict=True)}
    tables = {"reading": {name: {**READING, "unmarked": reading} for name in names[1:]}, "entry": list(entries)}
    verdicts = Verdicts(tables, shown="verdicts.toml", relays=names)
    given = RelayInput(official(), {"path_prefix": "", "dialect": "kling"})
    return merge({"official": given, **relays}, DIALECTS, verdicts)


def only(merged: Merged) -> Conflict:
    (conflict,) = merged.conflicts
    return conflict


def entry(field: str, aspect: str, verdict: str, **more: Any) -> dict[str, Any]:
    words = {"relay": "relay1", "operation": "video_text2video_create", "field": field, "aspect": aspect}
    return {**words, "verdict": verdict, "why": "A person looked.", **more}


def test_one_thing_said_in_two_ways_is_no_conflict() -> None:
    assert run(document(same())).conflicts == []


@pytest.mark.parametrize(
    ("request_schema", "field", "aspect", "verdict"),
    [
        (but(mode={"type": "string", "enum": ["std"], "default": "std"}), "mode", "enum", "overlay"),
        (but(mode={"type": "string", "default": "std"}), "mode", "enum", "official"),
        (but(mode={"type": "string", "enum": ["std", "pro"]}), "mode", "default", "official"),
        (but(mode={"type": "string", "enum": ["std", "pro"], "default": "pro"}), "mode", "default", "overlay"),
        (but(prompt={"type": "string", "maxLength": 50}), "prompt", "maxLength", "overlay"),
        (but(prompt={"type": "string", "maxLength": 100, "minLength": 1}), "prompt", "minLength", "overlay"),
        (but(scale={"type": "integer", "minimum": 0, "maximum": 1}), "scale", "type", "overlay"),
        (but(tail={"type": "string", "format": "uri"}), "tail", "format", "overlay"),
        (but(tail=None), "tail", "presence", "overlay"),
        (but(seed={"type": "integer"}), "seed", "presence", "overlay"),
        (but(model_name={"type": "string", "enum": ["v1", "v3"], "default": "v1"}), "model_name", "enum", "widen"),
        ({**same(), "required": ["prompt", "mode"]}, "mode", "required", "overlay"),
        ({**same(), "required": []}, "prompt", "required", "overlay"),
    ],
)
def test_a_rule_settles_what_differs(request_schema: dict[str, Any], field: str, aspect: str, verdict: str) -> None:
    conflict = only(run(document(request_schema)))

    assert (conflict.difference.field, conflict.difference.aspect, conflict.verdict) == (field, aspect, verdict)
    assert conflict.difference.page == "text2video.txt"
    assert not conflict.by_entry


@pytest.mark.parametrize(
    ("changed", "aspect", "words"),
    [
        (document(but(duration={"type": "number"})), "type", "the dialect does not convert the type"),
        (document(but(mode={"type": "string", "enum": ["std", "4k"], "default": "std"})), "enum", "values that"),
        (document(but(prompt={"type": "string", "maxLength": 500})), "maxLength", "allows more than the official"),
        (document(same(), summary="多图参考生图"), "title", "the page is headed as another operation"),
        (document(same(), security=[]), "auth", "does not ask for a bearer key"),
        (document(same(), security=None), "auth", "does not ask for a bearer key"),
        (document(same(), **KEY_MARKED_OPTIONAL), "auth", "does not ask for a bearer key"),
        (document({"type": "object"}), "request", "shows an empty request"),
        (document(same(), responses={"200": {"description": ""}}), "answer", "shows an empty answer"),
        (document(same(), parameters=[{"name": "X-Y", "in": "header"}]), "presence", "no dialect sends this header"),
        (document(same(), example={"prompt": "a", "mode": " std"}), "example", "contradicts its own fields"),
        (document(same(), example={"mode": "std"}), "example", "lacks a field that the document requires"),
    ],
)
def test_what_no_rule_settles_stops_the_build_and_says_what_to_add(
    changed: dict[str, Any], aspect: str, words: str
) -> None:
    with pytest.raises(VerdictError) as caught:
        run(changed)

    sentence = str(caught.value)
    assert words in sentence
    assert "add fixes/relay1/<nnn>-<slug>.yaml" in sentence
    assert "relay = 'relay1', operation = 'video_text2video_create'" in sentence
    assert f"aspect = {aspect!r}" in sentence


@pytest.mark.parametrize(
    "example",
    [{"prompt": "a", "mode": " std"}, '{\r\n    "prompt": "a", // said twice\r\n    "mode": " std",\r\n}'],
    ids=["as data", "as a text with comments"],
)
def test_an_example_is_held_against_the_fields_however_it_is_written(example: Any) -> None:
    with pytest.raises(VerdictError, match="contradicts its own fields"):
        run(document(same(), example=example))


def test_an_example_that_is_no_data_at_all_is_no_conflict() -> None:
    assert run(document(same(), example="// see the guide")).conflicts == []


def test_a_blank_in_an_example_is_a_field_to_fill_in() -> None:
    conflict = only(run(document(same(), example={"prompt": "a", "mode": ""})))

    assert (conflict.difference.field, conflict.difference.kind) == ("mode", "blank in the example")
    assert conflict.verdict == "official"


def under(given: dict[str, Any], path: str) -> dict[str, Any]:
    return {**given, "paths": {path: next(iter(given["paths"].values()))}}


def two(official_document: dict[str, Any], relay: dict[str, Any], **more: Any) -> Merged:
    """Merge the two, whose paths are the same."""
    entry = {"path_prefix": "", "dialect": "kling"}
    relays = {"official": RelayInput(official_document, entry), "relay1": RelayInput(relay, entry, **more)}
    verdicts = Verdicts({"reading": {"relay1": READING}}, shown="verdicts.toml", relays=list(relays))
    return merge(relays, DIALECTS, verdicts)


def test_a_title_may_name_what_goes_in_where_the_address_says_neither_videos_nor_images() -> None:
    path = "/v1/audio/video-to-audio"
    merged = two(under(official(), path), under(document(same(), prefix="", summary="视频生音效"), path))

    assert [conflict.difference.kind for conflict in merged.conflicts] == ["other wording"]


def test_a_page_that_was_not_seen_at_the_relay_only_claims() -> None:
    merged = two(official(), document(same(), prefix=""), unseen=frozenset({"text2video.txt"}))

    create = merged.spec["paths"][PATH]["post"]
    assert (create["x-klingkit-relays"], create["x-klingkit-claimed-by"]) == (["official"], ["relay1"])
    assert merged.expected["relay1"]["video_text2video_create"].page == "text2video.txt"


def test_a_list_of_anything_is_alike_on_both_sides() -> None:
    anything = official()
    anything["components"]["schemas"]["Request"]["properties"]["images"]["items"] = {}

    assert two(anything, document(but(images={"type": "array", "items": {}}), prefix="")).conflicts == []


def test_a_narrower_enum_is_expected_of_the_relay_and_leaves_the_one_spec_alone() -> None:
    merged = run(document(but(mode={"type": "string", "enum": ["std"], "default": "std"})))

    assert merged.expected["relay1"]["video_text2video_create"].request["mode"]["enum"] == ["std"]
    assert enum_of(merged, "mode") == ["std", "pro"]


def test_models_that_relays_keep_selling_widen_the_one_spec_in_the_order_of_the_relays() -> None:
    first = document(but(model_name={"type": "string", "enum": ["v1", "v9"], "default": "v1"}))
    second = document(but(model_name={"type": "string", "enum": ["v3", "v9"], "default": "v1"}))

    merged = run(first, second)

    assert enum_of(merged, "model_name") == ["v1", "v2", "v9", "v3"]
    expected = {relay: table["video_text2video_create"] for relay, table in merged.expected.items()}
    assert expected["official"].request["model_name"]["enum"] == ["v1", "v2"]
    assert expected["relay1"].request["model_name"]["enum"] == ["v1", "v9"]


def test_a_model_in_an_example_widens_the_one_spec_when_the_page_lists_none() -> None:
    merged = run(
        document(but(model_name={"type": "string", "default": "v1"}), example={"prompt": "a", "model_name": "v0"})
    )

    assert enum_of(merged, "model_name") == ["v1", "v2", "v0"]


def test_widening_an_enum_that_another_field_shares_stops_the_build() -> None:
    base = official()
    base["components"]["schemas"]["Request"]["properties"]["second_model"] = {"$ref": "#/components/schemas/Model"}
    relay = document(
        but(model_name={"type": "string", "enum": ["v9"], "default": "v1"}, second_model={"type": "string"})
    )
    relays = {
        "official": RelayInput(base, {"path_prefix": "", "dialect": "kling"}),
        "relay1": RelayInput(relay, {"path_prefix": "/kling", "dialect": "kling"}),
    }
    verdicts = Verdicts({"reading": {"relay1": READING}}, shown="verdicts.toml", relays=relays)

    with pytest.raises(WidenError, match="shares the enum Model with another field"):
        merge(relays, DIALECTS, verdicts)


def test_a_field_that_several_relays_know_is_adopted() -> None:
    relay = document(but(seed={"type": "integer", "minimum": 0}))

    merged = run(relay, copy.deepcopy(relay), document(same()))

    assert [conflict.verdict for conflict in merged.conflicts] == ["adopt", "adopt"]
    adopted = merged.spec["components"]["schemas"]["Request"]["properties"]["seed"]
    assert adopted == {
        "type": "integer",
        "description": "Not in the official document; documented by relay1, relay2.",
        "minimum": 0,
    }
    knowing = {relay: "seed" in table["video_text2video_create"].request for relay, table in merged.expected.items()}
    assert knowing == {"official": False, "relay1": True, "relay2": True, "relay3": False}


def test_a_field_that_is_adopted_with_two_types_stops_the_build() -> None:
    with pytest.raises(MergeError, match="relay1, relay2 document video_text2video_create seed with different types"):
        run(document(but(seed={"type": "integer"})), document(but(seed={"type": "string"})))


def test_a_field_of_the_official_sample_is_adopted() -> None:
    base = official()
    base["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["example"] = {"prompt": "a", "seed": 1}
    relays = {
        "official": RelayInput(base, {"path_prefix": "", "dialect": "kling"}),
        "relay1": RelayInput(document(but(seed={"type": "integer"})), {"path_prefix": "/kling", "dialect": "kling"}),
    }
    verdicts = Verdicts({"reading": {"relay1": READING}}, shown="verdicts.toml", relays=relays)

    assert only(merge(relays, DIALECTS, verdicts)).verdict == "adopt"


def test_another_name_and_another_type_are_paired_by_the_dialect() -> None:
    request = but(
        model_name=None,
        model={"type": "string", "enum": ["v1", "v2"], "default": "v1"},
        duration={"type": "number"},
        images={"type": "array", "items": {"type": "string"}},
    )

    merged = run(document(request), dialect="other")

    told = {(conflict.difference.field, conflict.difference.aspect): conflict.verdict for conflict in merged.conflicts}
    assert told == {
        ("model_name", "name"): "rename",
        ("duration", "type"): "convert",
        ("images[]", "type"): "convert",
    }
    table = merged.expected["relay1"]["video_text2video_create"].request
    assert "model_name" not in table
    assert table["model"]["enum"] == ["v1", "v2"]
    assert table["duration"] == {"type": "number", "required": False}
    assert table["images[]"] == {"type": "string"}
    assert "images[].image" not in table


def test_a_header_the_dialect_sends_is_expected_of_the_relay() -> None:
    parameters = [
        {"name": "ModelName", "in": "header", "required": True, "schema": {"type": "string"}},
        {"name": "Content-Type", "in": "header", "schema": {"type": "string"}},
    ]
    request = but(model_name=None, model={"type": "string", "enum": ["v1", "v2"], "default": "v1"})

    merged = run(document(request, parameters=parameters), dialect="other")

    assert merged.expected["relay1"]["video_text2video_create"].headers == {
        "ModelName": {"type": "string", "required": True}
    }


def test_what_a_page_does_not_mark_is_silence_where_the_reading_says_so() -> None:
    request = {**same(), "required": []}

    merged = run(document(request), reading="silent")

    assert {conflict.verdict for conflict in merged.conflicts} == {"official"}
    assert merged.expected["relay1"]["video_text2video_create"].request["prompt"]["required"] is True


def test_a_condition_cannot_be_contradicted_by_a_list_of_required_fields() -> None:
    request = same()
    del request["anyOf"]

    merged = run(document(request))

    assert {(conflict.difference.field, conflict.verdict) for conflict in merged.conflicts} == {
        ("tail", "official"),
        ("images", "official"),
    }


def test_a_relay_nobody_has_judged_yet_stops_the_build() -> None:
    relays = {
        "official": RelayInput(official(), {"path_prefix": "", "dialect": "kling"}),
        "relay1": RelayInput(document(same()), {"path_prefix": "/kling", "dialect": "kling"}),
    }

    with pytest.raises(VerdictError, match=r"add \[reading.relay1\]"):
        merge(relays, DIALECTS, Verdicts({}, shown="verdicts.toml", relays=relays))


def test_an_entry_wins_over_a_rule() -> None:
    relay = document(but(mode={"type": "string", "enum": ["std"], "default": "std"}))

    merged = run(relay, entries=[entry("mode", "enum", "official")])

    assert (only(merged).verdict, only(merged).why, only(merged).by_entry) == ("official", "A person looked.", True)
    assert merged.expected["relay1"]["video_text2video_create"].request["mode"]["enum"] == ["std", "pro"]


def test_an_entry_settles_what_no_rule_settles() -> None:
    relay = document(but(prompt={"type": "string", "maxLength": 500}))

    merged = run(relay, entries=[entry("prompt", "maxLength", "overlay", operation="video_*_create")])

    assert merged.expected["relay1"]["video_text2video_create"].request["prompt"]["maxLength"] == 500


def test_an_entry_may_give_the_value_itself() -> None:
    relay = document(but(prompt={"type": "string", "maxLength": 500}))

    merged = run(relay, entries=[entry("prompt", "maxLength", "overlay", value=300)])

    assert merged.expected["relay1"]["video_text2video_create"].request["prompt"]["maxLength"] == 300


def test_an_entry_that_matches_nothing_stops_the_build() -> None:
    with pytest.raises(VerdictError, match="'mode' enum matches no difference any more; delete it"):
        run(document(same()), entries=[entry("mode", "enum", "official")])


def test_two_entries_for_one_difference_stop_the_build() -> None:
    relay = document(but(mode={"type": "string", "enum": ["std"], "default": "std"}))

    with pytest.raises(VerdictError, match="two entries settle relay1 video_text2video_create mode enum; delete one"):
        run(relay, entries=[entry("mode", "enum", "official"), entry("m*", "enum", "overlay")])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"verdict": "ignore"}, "entry 1 has no verdict 'ignore'"),
        ({"why": " "}, "entry 1 does not say why"),
        ({"relay": "nobody"}, "entry 1 names the relay 'nobody', which relays.toml does not list"),
        ({"because": "x"}, "entry 1 takes"),
        ({"aspect": "required", "verdict": "widen"}, "entry 1 gives 'required' the verdict 'widen'; use overlay"),
        ({"field": 1}, "every key but value takes a text"),
    ],
)
def test_a_malformed_entry_stops_the_build(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(VerdictError, match=words):
        run(document(same()), entries=[{**entry("mode", "enum", "official"), **changes}])


@pytest.mark.parametrize(
    "tables",
    [{"rules": {}}, {"reading": {"nobody": READING}}, {"reading": {"relay1": {"unmarked": "perhaps", "why": "x"}}}],
)
def test_a_malformed_table_of_verdicts_stops_the_build(tables: dict[str, Any]) -> None:
    with pytest.raises(VerdictError, match=r"^verdicts.toml: "):
        Verdicts(tables, shown="verdicts.toml", relays=["official", "relay1"])


def test_another_shape_of_answer_is_the_relays_own() -> None:
    answer = {"type": "object", "properties": {"task_id": {"type": "string"}}}
    refusal = {"type": "object", "properties": {"error": {"type": "string"}}}
    responses = {
        "200": {"description": "", "content": {"application/json": {"schema": answer}}},
        "404": {"description": "", "content": {"application/json": {"schema": refusal}}},
    }

    merged = run(document(same(), responses=responses))

    assert {(conflict.difference.aspect, conflict.difference.kind) for conflict in merged.conflicts} == {
        ("answer", "other answer"),
        ("error 404", "other status"),
    }
    expected = merged.expected["relay1"]["video_text2video_create"]
    assert expected.answer == {"task_id": {"type": "string"}}
    assert expected.exact_answer
    assert expected.errors == {"404": {"error": {"type": "string"}}}


def test_other_words_in_an_answer_are_the_relays_own() -> None:
    relay = document(same())
    content = relay["paths"][f"/kling{PATH}"]["post"]["responses"]["200"]["content"]["application/json"]
    content["schema"]["properties"]["data"]["properties"]["status"]["enum"] = ["finished"]

    merged = run(relay)

    assert (only(merged).difference.field, only(merged).verdict) == ("answer data.status", "overlay")
    assert merged.expected["relay1"]["video_text2video_create"].answer["data.status"]["enum"] == ["finished"]


def test_an_operation_says_who_documents_and_who_claims_it() -> None:
    claims = (Claim("文生视频", "post", PATH, "video_text2video_create"), Claim("对口型", "post", None, None))
    elsewhere = document(same())
    elsewhere["paths"] = {"/kling/v1/videos/lip-sync": elsewhere["paths"][f"/kling{PATH}"]}
    entry_of = {"path_prefix": "/kling", "dialect": "kling"}
    relays = {
        "official": RelayInput(official(), {"path_prefix": "", "dialect": "kling"}),
        "one": RelayInput(document(same()), entry_of),
        "two": RelayInput(elsewhere, entry_of, claims),
    }
    tables = {"reading": {"one": READING, "two": READING}}

    merged = merge(relays, DIALECTS, Verdicts(tables, shown="verdicts.toml", relays=relays))

    node = merged.spec["paths"][PATH]["post"]
    assert (node["x-klingkit-relays"], node["x-klingkit-claimed-by"]) == (["official", "one"], ["two"])
    assert [(found.relay, found.path) for found in merged.outside] == [("two", "/v1/videos/lip-sync")]


def enum_of(merged: Merged, field: str) -> Any:
    operation = read_operations(merged.spec, prefix="")[PATH, "post"]
    assert operation.request is not None
    return operation.request[field]["enum"]
