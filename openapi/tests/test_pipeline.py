"""The whole way from pages to resolved documents, on a copy of this clone's inputs."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

import klingkit_data
from klingkit_spec import pipeline, yamlio
from klingkit_spec.consistency import ConsistencyError
from klingkit_spec.errors import SpecError
from klingkit_spec.fixes import FixError
from klingkit_spec.lint import LintError
from klingkit_spec.overlay import OverlayError
from klingkit_spec.pipeline import BuildError
from klingkit_spec.sources import SourceError
from klingkit_spec.yamlio import Dumper

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SOFTWARE = ("newapi-a1", "newapi-a2", "newapi-b", "newapi-c")
RELAYS = ("official", "anyapi", "xiexus", "openai-next", "haoee", *SOFTWARE)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the inputs, without any output."""
    home = klingkit_data.path("relays.toml").parent
    for folder in ("sources", "fixes", "overlays"):
        shutil.copytree(home / folder, tmp_path / folder)
    for name in ("relays.toml", "dialects.toml", "verdicts.toml"):
        shutil.copy(home / name, tmp_path / name)
    return tmp_path


def edit(file: Path, change: Callable[[str], str]) -> None:
    before = file.read_text(encoding="utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, encoding="utf-8")


def resolved(built: pipeline.Build, relay: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(built.outputs[f"resolved/relays/{relay}.openapi.yaml"])
    return document


def schema(built: pipeline.Build, relay: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = resolved(built, relay)["components"]["schemas"][name]
    return found


def evidence(built: pipeline.Build, relay: str) -> dict[str, str]:
    paths = resolved(built, relay)["paths"]
    return {node["operationId"]: node["x-klingkit-evidence"] for item in paths.values() for node in item.values()}


def test_the_build_writes_one_document_per_relay_and_step(built: pipeline.Build) -> None:
    expected = {"resolved/kling.openapi.yaml", "resolved/surface.json", "resolved/report.md"}
    expected.add("resolved/requests/kling.json")
    for relay in RELAYS:
        expected.add(f"resolved/requests/{relay}.json")
        expected |= {f"extracted/{relay}.openapi.yaml", f"resolved/relays/{relay}.openapi.yaml"}

    assert built.outputs.keys() == expected


def test_every_output_says_that_it_is_not_to_be_edited(built: pipeline.Build) -> None:
    marked = {path for path, text in built.outputs.items() if "Do not edit" in text.splitlines()[0]}

    assert {path for path in built.outputs.keys() - marked if not path.startswith("resolved/requests/")} == {
        "resolved/surface.json"
    }


def test_the_same_inputs_give_the_same_bytes(built: pipeline.Build, clone: Path) -> None:
    assert pipeline.build(clone).outputs == built.outputs


def test_both_yaml_emitters_write_the_same_bytes(built: pipeline.Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a machine without libyaml finds nothing out of date."""

    class PureDumper(yaml.SafeDumper):
        ignore_aliases = Dumper.ignore_aliases

    PureDumper.add_representer(str, Dumper.yaml_representers[str])
    document = resolved(built, "xiexus")
    fast = yamlio.dump_yaml(document, header="x")
    monkeypatch.setattr(yamlio, "Dumper", PureDumper)

    assert yamlio.dump_yaml(document, header="x") == fast


@pytest.mark.parametrize("name", ["kling", *(f"relays/{relay}" for relay in RELAYS)])
def test_resolved_documents_are_valid_openapi(built: pipeline.Build, name: str) -> None:
    document = yaml.safe_load(built.outputs[f"resolved/{name}.openapi.yaml"])

    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_the_one_spec_offers_what_relays_keep_selling(built: pipeline.Build) -> None:
    spec = yaml.safe_load(built.outputs["resolved/kling.openapi.yaml"])

    assert spec["components"]["schemas"]["MultiImage2ImageModel"]["enum"] == ["kling-v2-1", "kling-v2"]
    assert schema(built, "official", "MultiImage2ImageModel")["enum"] == ["kling-v2-1"]


def test_the_one_spec_says_who_documents_and_who_claims_an_operation(built: pipeline.Build) -> None:
    paths = yaml.safe_load(built.outputs["resolved/kling.openapi.yaml"])["paths"]

    create = paths["/v1/videos/text2video"]["post"]
    assert create["x-klingkit-relays"] == ["official", "anyapi", "openai-next"]
    assert create["x-klingkit-claimed-by"] == ["xiexus", "haoee"]  # a page not seen there, and a sidebar
    assert paths["/v1/videos/omni-video/{task_id}"]["get"]["x-klingkit-claimed-by"] == ["anyapi", "haoee"]
    assert paths["/v1/videos/multi-image2video"]["post"]["x-klingkit-relays"] == ["official", "anyapi", "openai-next"]


def test_what_gateway_software_does_shapes_no_one_spec(built: pipeline.Build) -> None:
    text = built.outputs["resolved/kling.openapi.yaml"]

    assert "newapi-" not in text
    requests = yaml.safe_load(text)["components"]["schemas"]
    for name in ("Text2VideoRequest", "Image2VideoRequest"):
        assert not {"metadata", "model", "size"} & set(requests[name]["properties"])
    assert {name for name in SOFTWARE if not resolved(built, name)["paths"]} == set()


@pytest.mark.parametrize("relay", SOFTWARE)
def test_gateway_software_has_no_address_no_list_and_no_look_up_by_the_callers_id(
    built: pipeline.Build, relay: str
) -> None:
    document = resolved(built, relay)
    offered = json.loads(built.outputs["resolved/surface.json"])["relays"][relay]["operations"]

    assert document["servers"] == [{"url": "/kling"}]
    assert sorted(offered) == [f"video_{kind}2video_{verb}" for kind in ("image", "text") for verb in ("create", "get")]
    assert all(row["external_ids"] is False for name, row in offered.items() if name.endswith("_get"))


@pytest.mark.parametrize("relay", RELAYS)
def test_a_relays_document_stands_under_its_own_name_and_address(built: pipeline.Build, relay: str) -> None:
    entry = klingkit_data.load("relays.toml")["relay"][relay]

    document = resolved(built, relay)

    assert document["info"]["title"] == f"Kling AI API as offered by {entry['title']}"
    assert document["servers"] == [{"url": entry["base_url"] + entry["path_prefix"]}]
    if relay != "official":
        assert all(path.startswith("/v1/") for path in document["paths"])


def test_a_relays_document_has_no_component_that_nothing_uses(built: pipeline.Build) -> None:
    document = resolved(built, "xiexus")

    text = built.outputs["resolved/relays/xiexus.openapi.yaml"]
    unused = [name for name in document["components"]["schemas"] if f"#/components/schemas/{name}'" not in text]
    assert unused == []


def test_evidence_says_how_we_know_of_each_operation(built: pipeline.Build) -> None:
    anyapi = evidence(built, "anyapi")
    assert {how: sum(word == how for word in anyapi.values()) for how in set(anyapi.values())} == {
        "documented": 36,
        "claimed": 1,
        "assumed": 17,
    }
    assert anyapi["video_omni_video_get"] == "claimed"
    assert all(operation.endswith("_list") for operation, how in anyapi.items() if how == "assumed")
    assert evidence(built, "xiexus") == {
        "video_text2video_create": "claimed",
        "video_text2video_get": "claimed",
        "video_image2video_create": "documented",
        "video_image2video_get": "documented",
    }
    assert evidence(built, "openai-next") == {
        "video_text2video_create": "documented",
        "video_text2video_get": "assumed",
        "video_text2video_list": "assumed",
        "video_image2video_create": "documented",
        "video_image2video_get": "claimed",
        "video_image2video_list": "assumed",
        "video_multi_image2video_create": "documented",
        "video_multi_image2video_get": "assumed",
        "video_multi_image2video_list": "assumed",
        "video_extend_create": "claimed",
        "video_extend_get": "assumed",
    }
    assert set(evidence(built, "official").values()) == {"documented"}


def test_one_query_for_all_serves_every_operation_that_is_claimed(built: pipeline.Build) -> None:
    haoee = evidence(built, "haoee")

    assert {operation for operation, how in haoee.items() if how == "documented"} == {"image_multi_image2image_create"}
    assert {operation for operation, how in haoee.items() if how == "assumed"} == {"image_multi_image2image_list"}
    assert {haoee[f"{name}_get"] for name in ("video_effects", "audio_text2audio", "video_lip_sync")} == {"claimed"}
    assert "account_costs_get" not in haoee


def test_a_query_under_another_path_stands_there_in_the_relays_document(built: pipeline.Build) -> None:
    paths = resolved(built, "haoee")["paths"]

    assert paths["/v1/images/omni-image/{task_id}"]["get"]["operationId"] == "video_omni_video_get"
    assert "/v1/videos/omni-video/{task_id}" not in paths
    assert "/v1/videos/omni-video/{task_id}" in resolved(built, "anyapi")["paths"]


def test_anyapi_requires_what_its_pages_mark(built: pipeline.Build) -> None:
    assert schema(built, "anyapi", "Text2VideoRequest")["required"] == ["model_name", "mode", "duration", "multi_shot"]
    assert schema(built, "anyapi", "CameraConfig")["properties"]["pan"]["type"] == "integer"
    assert schema(built, "anyapi", "ShotType")["enum"] == ["customize"]


def test_xiexus_speaks_its_own_words(built: pipeline.Build) -> None:
    request = schema(built, "xiexus", "Image2VideoRequest")
    create = resolved(built, "xiexus")["paths"]["/v1/videos/image2video"]["post"]

    assert {"model", "duration", "fps", "metadata"} < request["properties"].keys()
    assert "model_name" not in request["properties"]
    assert request["properties"]["duration"]["type"] == "number"
    assert not {"required", "anyOf", "allOf"} & request.keys()
    assert create["requestBody"]["required"] is False
    assert create["responses"]["200"]["links"]["get"]["parameters"] == {"task_id": "$response.body#/task_id"}
    assert schema(built, "xiexus", "ExtraFields")["additionalProperties"] is True
    assert schema(built, "xiexus", "GatewayTaskStatus")["enum"] == ["queued", "in_progress", "completed", "failed"]
    assert schema(built, "xiexus", "GatewayErrorBody")["properties"]["param"]["type"] == ["string", "null"]


def test_haoee_wants_strings_a_header_and_its_own_spelling(built: pipeline.Build) -> None:
    document = resolved(built, "haoee")
    request = schema(built, "haoee", "MultiImage2ImageRequest")

    assert request["properties"]["subject_image_list"]["items"] == {"type": "string"}
    assert request["properties"]["subject_image_list"]["maxItems"] == 4
    assert {"scence_image", "negative_prompt"} < request["properties"].keys()
    assert not {"scene_image", "style_image"} & request["properties"].keys()
    assert document["components"]["parameters"]["ModelName"]["required"] is True


def test_openai_next_keeps_the_official_word_where_its_page_is_silent(built: pipeline.Build) -> None:
    request = schema(built, "openai-next", "MultiImage2VideoRequest")

    assert request["required"] == ["image_list", "prompt"]
    assert "watermark_info" not in request["properties"]


# ------------------------------------------------------------------------------------------- what stops the build
@pytest.mark.parametrize(
    ("relay", "before", "after", "words"),
    [
        (
            "anyapi",
            "required: [model_name, mode, duration, multi_shot]",
            "required: [model_name, mode, duration]",
            "anyapi video_text2video_create multi_shot required: its own document comes to True",
        ),
        (
            "anyapi",
            "enum: [customize]",
            "enum: [customize, automatic]",
            "anyapi video_text2video_create shot_type enum: its own document comes to ['customize']",
        ),
        (
            "xiexus",
            "      type: number\n      description: Length in seconds, as a number.",
            "      type: string\n      description: Length in seconds, as a number.",
            "xiexus video_image2video_create duration type: its own document comes to 'number'",
        ),
        (
            "xiexus",
            "    fps:\n      type: integer\n      description: Pictures per second.\n    seed",
            "    seed",
            "xiexus video_image2video_create fps presence: its own document comes to 'present'",
        ),
        (
            "xiexus",
            "        message:\n          type: string\n          description: The reason in words.\n        type:",
            "        message:\n          type: integer\n          description: The reason in words.\n        type:",
            "xiexus video_image2video_create error 400 error.message type: its own document comes to 'string'",
        ),
        (
            "xiexus",
            "enum: [queued, in_progress, completed, failed]",
            "enum: [queued, completed, failed]",
            "xiexus video_image2video_get answer status enum",
        ),
        (
            "xiexus",
            "    required: false\n- target: $.paths['/v1/videos/text2video', '/v1/videos/image2video']",
            "    x-seen: true\n- target: $.paths['/v1/videos/text2video', '/v1/videos/image2video']",
            "xiexus video_image2video_create body required: its own document comes to False",
        ),
        (
            "haoee",
            "      required: true\n      description: The model as haoee bills it",
            "      required: false\n      description: The model as haoee bills it",
            "haoee image_multi_image2image_create header ModelName presence",
        ),
        (
            "openai-next",
            "    format: uri\n",
            "    format: email\n",
            "openai-next video_multi_image2video_create callback_url format: its own document comes to 'uri'",
        ),
    ],
    ids=["required", "enum", "type", "presence", "error", "answer", "body", "header", "format"],
)
def test_an_overlay_that_contradicts_the_relays_own_document_stops_the_build(
    clone: Path, relay: str, before: str, after: str, words: str
) -> None:
    edit(clone / "overlays" / f"{relay}.overlay.yaml", lambda text: text.replace(before, after))

    with pytest.raises(ConsistencyError) as caught:
        pipeline.build(clone)

    assert words in str(caught.value)
    assert str(caught.value).endswith(f"; correct overlays/{relay}.overlay.yaml, or settle it in verdicts.toml.")


def test_a_field_that_the_relays_page_lacks_may_not_stay(clone: Path) -> None:
    edit(clone / "overlays" / "haoee.overlay.yaml", lambda text: text.replace("'style_image', ", ""))

    with pytest.raises(ConsistencyError, match="style_image presence: its own document comes to 'absent'"):
        pipeline.build(clone)


def test_an_overlay_for_an_operation_the_relay_lacks_stops_the_build(clone: Path) -> None:
    extra = "- target: $.components.schemas.ImageAspectRatio\n  update: {x-seen: true}\n"
    edit(clone / "overlays" / "openai-next.overlay.yaml", lambda text: text + extra)

    with pytest.raises(OverlayError, match=r"actions\[\d+\]: no operation of this relay uses .*; delete it"):
        pipeline.build(clone)


def test_an_overlay_that_breaks_a_rule_of_the_house_stops_the_build(clone: Path) -> None:
    edit(clone / "overlays" / "haoee.overlay.yaml", lambda text: text.replace("- https://example.com/fox.png", "- 1"))

    with pytest.raises(LintError, match=r"resolved/relays/haoee.openapi.yaml would break 1 rule"):
        pipeline.build(clone)


def test_a_fix_that_spoils_the_document_stops_the_build(clone: Path) -> None:
    edit(
        clone / "fixes" / "haoee" / "040-auth-missing.yaml",
        lambda text: text.replace("  - bearerAuth: []", "    bearerAuth: []"),
    )

    with pytest.raises(LintError, match=r"extracted/haoee.openapi.yaml with its fixes: it is no valid OpenAPI"):
        pipeline.build(clone)


def test_a_page_that_was_corrected_by_its_vendor_makes_the_fix_stale(clone: Path) -> None:
    edit(clone / "sources" / "haoee" / "multi-image2image.txt", lambda text: text.replace('" 2:3"', '"2:3"'))

    with pytest.raises(FixError, match=r"fixes/haoee/020-ratio-with-a-blank.yaml: .* no longer holds ' 2:3' but '2:3'"):
        pipeline.build(clone)


def test_without_its_fix_a_mistake_stops_the_build(clone: Path) -> None:
    (clone / "fixes" / "haoee" / "010-wrong-title.yaml").unlink()

    with pytest.raises(SpecError, match="the page is headed as another operation") as caught:
        pipeline.build(clone)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("sources/anyapi/new.txt", SourceError, "has no .*; say where it comes from"),
        ("sources/nobody/page.txt", BuildError, "sources/nobody belongs to no relay of relays.toml"),
        ("fixes/nobody/010-x.yaml", BuildError, "fixes/nobody belongs to no relay"),
        ("overlays/nobody.overlay.yaml", BuildError, "overlays/nobody.overlay.yaml belongs to no relay"),
    ],
)
def test_a_file_that_belongs_nowhere_stops_the_build(
    clone: Path, name: str, error: type[SpecError], words: str
) -> None:
    file = clone / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("x", encoding="utf-8")

    with pytest.raises(error, match=words):
        pipeline.build(clone)


def test_a_page_that_provenance_lists_must_be_there(clone: Path) -> None:
    (clone / "sources" / "xiexus" / "image2video.txt").unlink()

    with pytest.raises(SourceError, match=r"lists 'image2video.txt', which is not there"):
        pipeline.build(clone)


def test_two_pages_about_one_operation_stop_the_build(clone: Path) -> None:
    folder = clone / "sources" / "xiexus"
    shutil.copy(folder / "image2video.txt", folder / "again.txt")
    edit(folder / "provenance.toml", lambda text: text + '\n[[file]]\nname = "again.txt"\n')

    with pytest.raises(SourceError, match=r"is on the page 'image2video.txt' as well; keep one of the two"):
        pipeline.build(clone)


@pytest.mark.parametrize(
    ("name", "before", "after", "words"),
    [
        ("relays.toml", 'dialect = "haoee"', 'dialect = "gone"', "the dialect 'gone'; dialects.toml lacks it"),
        ("relays.toml", 'title = "xiexus"', "", "relays.toml does not give xiexus a title"),
        ("relays.toml", "[relay.official]", "[relay.other]", "relays.toml lists no relay 'official'"),
        ("relays.toml", "[relay.official]", "[relay.official", "relays.toml cannot be read as TOML"),
        ("sources/haoee/claims.yaml", "method: POST, ", "", "the key 'method' is missing from"),
        ("sources/haoee/claims.yaml", "operations:", "operation:", "needs a list 'operations'"),
        ("sources/haoee/claims.yaml", "video_omni_video_get", "video_omni_get", "has no operation 'video_omni_get'"),
        ("sources/haoee/claims.yaml", "shared: true", "shared: 1", "shared is true or false"),
        ("sources/xiexus/provenance.toml", '"claimed"', '"rumoured"', "the evidence of 'text2video.json' is one of"),
    ],
)
def test_a_table_that_is_not_in_order_stops_the_build(
    clone: Path, name: str, before: str, after: str, words: str
) -> None:
    edit(clone / name, lambda text: text.replace(before, after, 1))

    with pytest.raises(SpecError, match=words):
        pipeline.build(clone)


def test_a_missing_table_is_named(clone: Path) -> None:
    (clone / "verdicts.toml").unlink()

    with pytest.raises(SpecError, match=r"^verdicts.toml is missing; restore it"):
        pipeline.build(clone)
