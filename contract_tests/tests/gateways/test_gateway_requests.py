"""What each generation of the gateway does to a request, case by case as its own sources were seen to do it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from klingkit_emulator.gateways import conversion, plugin
from klingkit_emulator.gateways.refused import GatewayRefusalError

CASES = yaml.safe_load((Path(__file__).parent / "executed_cases.yaml").read_text(encoding="utf-8"))
NATIVE = "/kling/v1/videos/text2video"


def raw(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def outcome(case: dict[str, Any], *, body_cache: bool) -> dict[str, Any]:
    """Return what happens to a case, in the words of the table."""
    try:
        job = conversion.convert(case["post"], case["content_type"], raw(case["body"]), body_cache=body_cache)
    except GatewayRefusalError as refusal:
        found = {"http": refusal.status, "shape": refusal.shape, "message": refusal.message}
        return {**found, "code": refusal.code} if refusal.code else found
    return {"upstream_path": job.path, "upstream_body": dict(job.body)}


@pytest.mark.parametrize("case", CASES["A_and_B"], ids=lambda case: str(case["n"]))
@pytest.mark.parametrize("column", ["A", "B"])
def test_a_request_reaches_kling_as_it_does_at_the_gateway_itself(case: dict[str, Any], column: str) -> None:
    assert outcome(case, body_cache=column == "B") == case[column]


@pytest.mark.parametrize("case", CASES["C"], ids=lambda case: f"{case['post']} {sorted(case['body'])}")
def test_the_plugin_passes_on_what_it_does_at_the_gateway_itself(case: dict[str, Any]) -> None:
    def convert() -> conversion.Job:
        mapping = case.get("channel_mapping", {})
        return plugin.convert(case["post"], "application/json", raw(case["body"]), mapping)

    if "result" in case:
        with pytest.raises(GatewayRefusalError) as caught:
            convert()
        refusal = caught.value
        told = {"http": refusal.status, "shape": refusal.shape, "code": refusal.code, "message": refusal.message}
        assert told == case["result"]
        return
    job = convert()
    assert job.path == case["upstream_path"]
    if "upstream_body" in case:
        assert job.body == case["upstream_body"]
    assert {name: job.body[name] for name in case.get("has", {})} == case.get("has", {})
    assert not set(case.get("lost", ())) & set(job.body)


SUPERSET = {
    "model": "kling-v1-6",
    "model_name": "kling-v1-6",
    "prompt": "p",
    "mode": "pro",
    "duration": "10",
    "aspect_ratio": "16:9",
    "negative_prompt": "n",
    "cfg_scale": 0.8,
    "external_task_id": "x",
    "metadata": {"aspect_ratio": "16:9", "negative_prompt": "n", "cfg_scale": 0.8, "external_task_id": "x"},
}


def test_the_superset_body_has_the_same_effect_in_every_generation() -> None:
    expected = {name: value for name, value in SUPERSET.items() if name != "metadata"}
    for body_cache in (False, True):
        assert conversion.convert(NATIVE, "application/json", raw(SUPERSET), body_cache=body_cache).body == expected
    sent = dict(plugin.convert(NATIVE, "application/json", raw(SUPERSET)).body)
    assert sent.pop("metadata") == SUPERSET["metadata"]
    assert sent == expected


def test_zeros_and_empty_texts_do_not_reach_kling_before_the_plugin() -> None:
    body = {
        "model_name": "kling-v1-6",
        "prompt": "p",
        "cfg_scale": 0,
        "negative_prompt": "",
        "dynamic_masks": [],
        "camera_control": {"type": "simple", "config": {"zoom": 5, "pan": 0}},
    }
    sent = conversion.convert(NATIVE, "application/json", raw(body), body_cache=False).body
    assert not {"cfg_scale", "negative_prompt", "dynamic_masks"} & set(sent)
    assert sent["camera_control"] == {"type": "simple", "config": {"zoom": 5}}
    assert plugin.convert(NATIVE, "application/json", raw(body)).body["cfg_scale"] == 0


@pytest.mark.parametrize(
    ("name", "value", "where", "kind"),
    [
        ("camera_control", {"config": {"zoom": "5"}}, "camera_control.config.zoom", "float64"),
        ("dynamic_masks", [{"trajectories": [{"x": 1.5, "y": 0}]}], "dynamic_masks.trajectories.x", "int"),
        ("image_tail", True, "image_tail", "string"),
    ],
    ids=["float", "integer", "text"],
)
def test_a_wrong_type_within_native_fields_is_a_server_error_before_the_body_cache(
    name: str, value: Any, where: str, kind: str
) -> None:
    body = {"model_name": "kling-v1-6", "prompt": "p", name: value}
    with pytest.raises(GatewayRefusalError, match=rf"requestPayload\.{where} of type {kind}") as caught:
        conversion.convert(NATIVE, "application/json", raw(body), body_cache=False)
    assert (caught.value.status, caught.value.code) == (500, "build_request_failed")


@pytest.mark.parametrize("body", [{"model": "m", "prompt": "p", "metadata": 5}, {"model": "m", "prompt": " "}, {}, []])
def test_whatever_is_sent_is_refused_in_the_gateways_own_shapes(body: Any) -> None:
    for body_cache in (False, True):
        with pytest.raises(GatewayRefusalError) as caught:
            conversion.convert("/v1/video/generations", "application/json", raw(body), body_cache=body_cache)
        assert caught.value.shape in {"gateway_error", "task_error"}
