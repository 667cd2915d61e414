"""What models make is put to the operations in each relay's own words, and tables that do not fit stop the build."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from klingkit_spec.lint_schemas import schema_findings
from klingkit_spec.offers import OfferError, put_offers
from klingkit_spec.requests import requests_table
from klingkit_spec.standard_rules import standard_rules

SCHEMA = {
    "type": "object",
    "properties": {
        "model_name": {"type": "string", "default": "m-1"},
        "mode": {"type": "string", "default": "std"},
        "duration": {"type": "string", "default": "5"},
        "sound": {"type": "string"},
    },
}
WORDS = {
    "sources": ["https://example.com/map"],
    "operations": {
        "video_x_create": {
            "model": "model_name",
            "dimensions": {"modes": "mode", "durations": "duration"},
            "inputs": [{"name": "text", "when": {}}],
            "features": [{"name": ["sound"], "field": "sound", "when": {"sound": "on"}}],
        }
    },
}
ROWS = [{"inputs": ["text"], "modes": ["std"], "durations": ["5", "10"], "features": []}]


def spec(schema: dict[str, Any] = SCHEMA) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/XRequest"}}}}
    return {
        "paths": {"/v1/x": {"post": {"operationId": "video_x_create", "requestBody": body}}},
        "components": {"schemas": {"XRequest": copy.deepcopy(schema)}},
        "x-kling-capabilities": {"legacy_video": {"m-1": {"operations": {"video_x_create": copy.deepcopy(ROWS)}}}},
        "x-kling-capability-words": copy.deepcopy(WORDS),
    }


def offers(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/v1/x"]["post"]["x-kling-offers"]
    return found


def dialects(**request: Any) -> dict[str, Any]:
    return {"dialect": {"theirs": {"request": request}}}


def test_an_operation_has_the_rows_of_its_models_and_what_leaving_a_field_out_means() -> None:
    document = spec()
    put_offers(document, spec())
    found = offers(document)
    assert found["models"] == {"m-1": ROWS}
    assert found["dimensions"] == [
        {"of": "modes", "field": "mode", "default": "std"},
        {"of": "durations", "field": "duration", "default": "5"},
    ]


def test_a_relays_rows_are_in_its_names_and_with_its_numbers() -> None:
    renamed = {"model": {"type": "string"}, "mode": {"type": "string"}, "seconds": {"type": "number"}}
    document = spec({"type": "object", "properties": renamed})
    rename = {"model_name": "model", "duration": "seconds"}
    put_offers(document, spec(), dialects(rename=rename), "theirs")
    found = offers(document)
    assert found["model"] == "model"
    assert found["dimensions"][1] == {"of": "durations", "field": "seconds", "default": 5}
    assert found["models"]["m-1"][0]["durations"] == [5, 10]


def test_a_relay_with_a_container_for_the_rest_promises_nothing_of_models() -> None:
    document = spec()
    put_offers(document, spec(), dialects(top_level=["model_name"], rest="metadata"), "theirs")
    assert "x-kling-offers" not in document["paths"]["/v1/x"]["post"]


@pytest.mark.parametrize("place", ["words", "operation", "input"])
def test_tables_that_speak_of_what_is_not_there_stop_the_build(place: str) -> None:
    wrong = spec()
    models = wrong["x-kling-capabilities"]["legacy_video"]["m-1"]["operations"]
    if place == "words":
        wrong["x-kling-capability-words"]["operations"]["video_gone_create"] = WORDS["operations"]["video_x_create"]
    elif place == "operation":
        models["video_gone_create"] = ROWS
    else:
        models["video_x_create"][0]["inputs"] = ["dream"]
    with pytest.raises(OfferError, match=r"gone|dream"):
        put_offers(spec(), wrong)


def test_a_row_of_the_new_standard_becomes_rules_of_its_model() -> None:
    row = {
        "operation": "standard_x_create",
        "model": "kling-9",
        "prompt_max_length": 10,
        "contents": ["prompt", "first_frame"],
        "settings": ["audio", "resolution"],
        "resolution": ["720p", "1080p"],
        "conditions": [
            {"id": "both", "contents": ["a", "b"], "value": {"settings.resolution": "1080p"}, "text": "both at 1080p"},
            {"id": "bare", "without_contents": ["a"], "one_of": {"settings.duration": [5]}, "text": "5 s"},
            {"id": "alone", "when": {"settings.audio": "on"}, "excludes": ["a"], "text": "no a"},
        ],
    }
    rules = {rule["id"]: rule for rule in standard_rules({"x-kling-standard-models": [row]}, "standard_x_create")}
    assert all(rule["models"] == ["kling-9"] and rule["source"].startswith("https://") for rule in rules.values())
    assert rules["prompt_length"]["must"] == {"contents[].text": {"longest": 10}}
    assert rules["contents_taken"]["must"] == {"contents[].type": {"only": ["prompt", "first_frame"]}}
    assert rules["settings_taken"]["must"] == {"settings": {"members": ["audio", "resolution"]}}
    assert rules["both"]["when"] == {"contents[].type": {"all": ["a", "b"]}}
    assert rules["bare"]["when"] == {"contents[].type": {"none": ["a"]}}
    assert rules["bare"]["must"] == {"settings.duration": {"only": [5]}}
    assert rules["alone"]["must"] == {"contents[].type": {"none": ["a"]}}


def test_the_table_of_requests_has_the_schemas_without_prose_and_every_rule() -> None:
    document = spec()
    schema = document["components"]["schemas"]["XRequest"]
    schema["description"] = "prose"
    schema["properties"]["description"] = {"type": "string", "description": "a member of that name"}
    schema["x-kling-rules"] = [{"id": "r", "kind": "requires"}]
    document["paths"]["/v1/x"]["post"] |= {
        "externalDocs": {"url": "https://example.com"},
        "x-kling-rules": [{"id": "s"}],
    }
    table = json.loads(requests_table(document))
    assert table["operations"]["video_x_create"]["source"] == "https://example.com"
    assert [rule["id"] for rule in table["operations"]["video_x_create"]["rules"]] == ["r", "s"]
    assert table["operations"]["video_x_create"]["schema"] == {"$ref": "#/schemas/XRequest"}
    assert table["schemas"]["XRequest"]["properties"]["description"] == {"type": "string"}
    assert "description" not in table["schemas"]["XRequest"]


@pytest.mark.parametrize("gone", ["id", "kind", "text", "fields", "source"])
def test_a_rule_that_lacks_what_it_is_told_by_is_found(gone: str) -> None:
    rule = {"id": "r", "kind": "requires", "text": "t", "fields": ["mode"], "source": "https://example.com", "must": {}}
    document = spec({**SCHEMA, "x-kling-rules": [{key: value for key, value in rule.items() if key != gone}]})
    assert any(f"has no {gone}" in found or "of the kind None" in found for found in schema_findings(document))
    assert not list(schema_findings(spec({**SCHEMA, "x-kling-rules": [rule]})))


def test_the_official_document_has_rows_for_every_operation_of_a_current_model() -> None:
    """So that a model that is added to the matrix is not forgotten in the words, and never checked."""
    root = Path(__file__).parents[1] / "resolved"
    document = yaml.load(
        (root / "kling.openapi.yaml").read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    table = document["x-kling-capabilities"]
    wanted = {
        operation
        for surface in ("legacy_video", "standard_video", "image")
        for entry in table[surface].values()
        if entry["status"] == "current"
        for operation in entry["operations"]
    }
    assert wanted <= document["x-kling-capability-words"]["operations"].keys()


def test_what_a_gateway_drops_is_no_feature_it_could_refuse() -> None:
    document = spec()
    put_offers(document, spec(), dialects(forwards=["model_name", "mode"]), "theirs")
    assert offers(document)["features"] == []


def test_where_a_gateway_drops_a_nought_a_nought_asks_for_nothing() -> None:
    official = spec()
    words = official["x-kling-capability-words"]["operations"]["video_x_create"]
    words["features"][0]["when"] = {"sound": {"given": True, "none": ["off"]}}
    document = spec()
    put_offers(document, official, dialects(forwards=["sound"], zeros_lost=["sound"]), "theirs")
    assert offers(document)["features"][0]["when"] == {"sound": {"given": True, "none": ["off", 0]}}
