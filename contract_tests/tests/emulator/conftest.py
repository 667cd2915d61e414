"""A running emulator of every relay, and a caller that speaks to it with plain HTTP."""

from __future__ import annotations

import copy
import time
from typing import TYPE_CHECKING, Any

import httpx
import jsonschema_rs
import pytest

import klingkit_data
from klingkit_emulator.launch import launch
from klingkit_emulator.registry import entries, known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_emulator.launch import Emulator

RELAYS = known()
OBJECTS = ("video_text2video", "video_image2video", "video_multi_image2video", "image_multi_image2image")
FINAL = {"succeed", "completed", "failed"}


class Document:
    """The resolved document of one relay, as a judge reads it."""

    def __init__(self, relay: str) -> None:
        self.root = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in self.root["paths"].items()
            for method, operation in item.items()
            if method in {"get", "post"}
        }

    def objects(self) -> list[str]:
        return sorted(name.removesuffix("_create") for name in self.operations if name.endswith("_create"))

    def body(self, operation_id: str) -> dict[str, Any]:
        """Return the example of a request."""
        return copy.deepcopy(self.operations[operation_id][2]["requestBody"]["content"]["application/json"]["example"])

    def path(self, operation_id: str, task_id: str = "") -> str:
        return self.operations[operation_id][1].replace("{task_id}", task_id)

    def example(self, obj: str) -> dict[str, Any]:
        body = self.operations[f"{obj}_create"][2]["requestBody"]["content"]["application/json"]["example"]
        return copy.deepcopy(body)

    def problems(self, operation_id: str, answer: httpx.Response) -> list[str]:
        """Return how `answer` departs from what the document promises for its status."""
        response = self.operations[operation_id][2]["responses"].get(str(answer.status_code))
        if response is None:
            return [f"HTTP {answer.status_code} is not documented"]
        if "$ref" in response:
            response = self.root["components"]["responses"][response["$ref"].rpartition("/")[2]]
        if answer.headers["content-type"] != "application/json":
            return [f"it is {answer.headers['content-type']}"]
        schema = {**response["content"]["application/json"]["schema"], "components": self.root["components"]}
        return [error.message for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(answer.json())]


class Caller:
    """One account at one relay. `obj` is an object the relay offers."""

    def __init__(self, relay: str, base_url: str, key: str | None) -> None:
        self.relay = relay
        self.document = Document(relay)
        self.obj = next(obj for obj in OBJECTS if obj in self.document.objects())
        (entry,) = entries([relay])
        headers = {"authorization": f"Bearer {key}"} if key is not None else {}
        if relay == "haoee":
            headers["ModelName"] = "kling-v2-1"
        # Nothing is encrypted on loopback; loading certificates for every test would take most of the time.
        self.http = httpx.Client(
            base_url=base_url + entry.path_prefix, headers=headers, timeout=10, trust_env=False, verify=False
        )

    def create(self, obj: str, body: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        body = {**self.document.example(obj), **more} if body is None else body
        return self.http.post(self.document.path(f"{obj}_create"), json=body)

    def get(self, obj: str, task_id: str) -> httpx.Response:
        return self.http.get(self.document.path(f"{obj}_get", task_id))

    def list(self, obj: str, **parameters: Any) -> httpx.Response:
        return self.http.get(self.document.path(f"{obj}_list"), params=parameters)

    def finish(self, obj: str, task_id: str) -> list[httpx.Response]:
        """Return every answer until the task is final."""
        answers = []
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            answers.append(self.get(obj, task_id))
            if status(answers[-1]) in FINAL:
                return answers
            time.sleep(0.004)
        raise AssertionError(f"task {task_id} does not end: {answers[-1].text}")

    def make(self, obj: str, **more: Any) -> httpx.Response:
        """Return the final answer about a new task."""
        return self.finish(obj, task_id(self.create(obj, **more)))[-1]


def task_id(answer: httpx.Response) -> str:
    body = answer.json()
    found = body.get("data", body)["task_id"]
    assert isinstance(found, str)
    return found


def status(answer: httpx.Response) -> str:
    body = answer.json()
    return body["data"]["task_status"] if "data" in body else body["status"]


def urls(answer: httpx.Response) -> list[str]:
    body = answer.json()
    if "data" not in body:
        return [body["url"]]
    result = body["data"]["task_result"]
    return [file["url"] for file in [*result.get("videos", []), *result.get("images", [])]]


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with launch(RELAYS, speed=400) as running:
        yield running


@pytest.fixture
def callers(emulator: Emulator) -> Iterator[Any]:
    """A function from a relay (and a key, usually one that is let in) to a caller."""
    made: list[Caller] = []

    def caller(relay: str, key: str | None = emulator.api_key, running: Emulator = emulator) -> Caller:
        made.append(Caller(relay, running.base_url(relay), key))
        return made[-1]

    yield caller
    for one in made:
        one.http.close()


@pytest.fixture
def ask() -> Any:
    """What the tests ask of answers: task_id, status, urls."""

    class Ask:
        task_id = staticmethod(task_id)
        status = staticmethod(status)
        urls = staticmethod(urls)

    return Ask
