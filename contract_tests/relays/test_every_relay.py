"""What holds for every relay of the registry: requests keep to its documents, and its emulator serves them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

import klingkit
import klingkit_data
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

RELAYS = klingkit.relay_ids()
METHODS = {
    "video_text2video": "text_to_video",
    "video_image2video": "image_to_video",
    "video_multi_image2video": "multi_image_to_video",
    "image_multi_image2image": "multi_image_to_image",
}
PICTURE = "https://example.com/fox.png"
SOMEWHERE = "https://gateway.example"


def offered() -> list[tuple[str, str]]:
    """Return every relay with every operation its documents have."""
    relays = klingkit_data.load("resolved/surface.json")["relays"]
    return [(relay, name) for relay in RELAYS for name in METHODS if f"{name}_create" in relays[relay]["operations"]]


def document(relay: str) -> dict[str, Any]:
    return klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")


def schema_of(relay: str, operation: str) -> dict[str, Any]:
    """Return the JSON Schema of the relay's own request body, references and all."""
    spec = document(relay)
    for item in spec["paths"].values():
        if item.get("post", {}).get("operationId") == f"{operation}_create":
            body = item["post"]["requestBody"]["content"]["application/json"]["schema"]
            return {"$schema": "https://json-schema.org/draft/2020-12/schema", **body, "components": spec["components"]}
    raise AssertionError(f"{relay} has no {operation}")


def a_model(relay: str, operation: str) -> str:
    """Return the newest model the relay's documents name for the operation."""
    schema = schema_of(relay, operation)
    properties = document(relay)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    words: dict[str, Any] = properties.get("model_name") or properties["model"]
    if "$ref" in words:
        words = document(relay)["components"]["schemas"][words["$ref"].rpartition("/")[2]]
    return str(max(words.get("enum", ["kling-v1-6"])))


def create(either: Any, kling: Any, operation: str, model: str) -> Any:
    area = kling.image if operation.startswith("image") else kling.video
    first = {
        "video_text2video": "A fox",
        "video_image2video": PICTURE,
        "video_multi_image2video": [PICTURE],
        "image_multi_image2image": [PICTURE],
    }[operation]
    more = ["A fox in snow"] if operation != "video_text2video" else []
    return either.run(getattr(area, METHODS[operation])(first, *more, model_name=model))


@pytest.mark.parametrize(("relay", "operation"), offered())
def test_a_plain_create_keeps_to_the_relays_own_documents(
    respx_mock: Any, either: Any, relay: str, operation: str
) -> None:
    answer = {"code": 0, "message": "ok", "data": {"task_id": "831", "task_status": "submitted"}}
    server = document(relay)["servers"][0]["url"]
    home = {} if server.startswith("https:") else {"base_url": SOMEWHERE}  # software has no address of its own
    route = respx_mock.post(url__startswith=home.get("base_url", "") + server).respond(json=answer)
    create(either, either.open(relay, **home), operation, a_model(relay, operation))
    jsonschema_rs.validator_for(schema_of(relay, operation)).validate(either.sent(route))


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(RELAYS, speed=600) as running:
        yield running


LOST = ["close-mid-body", "drop-after-accept", "reset-mid-body", "status-500-after-accept", "truncated-json"]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("relay", ["official", "anyapi", "openai-next"])
def test_a_lost_answer_on_the_emulator_is_one_charge_and_the_task_is_found(
    emulator: Emulator, either: Any, waits: Any, relay: str, fault: str
) -> None:
    before = emulator.charges(relay)
    operation = "video_multi_image2video"
    kling = either.open(relay, api_key=emulator.api_key, base_url=emulator.base_url(relay))
    emulator.plant(fault, relay=relay, operation=f"{operation}_create")
    task = create(either, kling, operation, a_model(relay, operation))
    assert task.task_id != task.external_task_id
    assert emulator.charges(relay) == before + 1
