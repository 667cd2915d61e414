"""What generations A and B make of a request: the body that goes to Kling, or why there is none.

Held against 27 requests that were sent through the gateway's own sources, with and without the body cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_emulator.gateways.binding import (
    PAYLOAD,
    Submitted,
    TypeMismatchError,
    parse,
    read_submitted,
    strict,
)
from klingkit_emulator.gateways.refused import by_gateway, by_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["NATIVE", "RATIOS", "Job", "convert"]

NATIVE = "/kling/"
_JSON = "application/json"
_NO_MODEL = "Model name not specified, model name cannot be empty"
_NO_JSON = "Invalid request: Invalid request: invalid JSON request body"
_USUAL_SECONDS = 5
RATIOS = {
    "1024x1024": "1:1",
    "512x512": "1:1",
    "1280x720": "16:9",
    "1920x1080": "16:9",
    "720x1280": "9:16",
    "1080x1920": "9:16",
}
_USUAL_RATIO = "1:1"


@dataclass(frozen=True, slots=True)
class Job:
    """What goes to Kling: path and body. `model` is the client's word for the model, `action` is text or image."""

    path: str
    body: Mapping[str, Any]
    model: str
    seconds: str

    @property
    def action(self) -> str:
        """The gateway's word for what is made of what."""
        return "generate" if self.path.endswith("image2video") else "textGenerate"


def convert(
    path: str,
    content_type: str | None,
    raw: bytes,
    *,
    body_cache: bool,
    serves: Callable[[str], bool] = lambda _: True,
) -> Job:
    """Return what a POST to `path` sends to Kling.

    Args:
        path: the path at the gateway; below /kling/ the native format is spoken.
        content_type: the request's header, None without one.
        raw: the request's body.
        body_cache: whether the native rewriter is passed over.
        serves: whether there is a channel for a model.

    Raises:
        GatewayRefusalError: the request is refused.
    """
    native = path.startswith(NATIVE)
    document = _document(content_type, raw)
    if native and not body_cache:
        document = _rewritten(document)
    model = _model(document)
    if not serves(model):
        raise by_gateway(
            503, f"No available channel for model {model} under group default (distributor)", "model_not_found"
        )
    submitted = read_submitted(document)
    payload = _payload(submitted, model)
    kind = "image2video" if payload.get("image") else "text2video"
    return Job(f"/v1/videos/{kind}", payload, model, str(payload.get("duration", _USUAL_SECONDS)))


def _document(content_type: str | None, raw: bytes) -> dict[str, Any]:
    """Return the members of the body; of another media type, and of anything but an object, there are none."""
    if not (content_type or "").startswith(_JSON):
        return {}
    try:
        value = parse(raw)
    except ValueError as error:
        raise by_gateway(400, _NO_JSON) from error
    return value if isinstance(value, dict) else {"": value}


def _rewritten(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the native rewriter makes of a body: the general format with the whole body in `metadata`."""
    if "" in document:
        raise by_gateway(400, _NO_JSON)
    if not document:
        return {}
    texts = [value for name in ("model_name", "model") if isinstance(value := document.get(name), str) and value]
    prompt = document.get("prompt")
    return {
        "model": texts[0] if texts else "",
        "prompt": prompt if isinstance(prompt, str) else "",
        "metadata": dict(document),
    }


def _model(document: Mapping[str, Any]) -> str:
    model = document.get("model")
    if model is None or model == "":
        raise by_gateway(400, _NO_MODEL)
    if not isinstance(model, str):
        raise by_gateway(400, "Invalid request: Invalid request: field model must be a string")
    return model


def _payload(submitted: Submitted, model: str) -> dict[str, Any]:
    defaults = {
        "prompt": submitted.prompt,
        "image": submitted.image,
        "mode": submitted.mode or "std",
        "duration": str(submitted.duration or _USUAL_SECONDS),
        "aspect_ratio": RATIOS.get(submitted.size, _USUAL_RATIO),
        "model_name": model,
        "cfg_scale": 0.5,
    }
    said = {name: value for name, value in submitted.metadata.items() if name in PAYLOAD and name != "model"}
    try:
        given = {name: strict(value, PAYLOAD[name], f"requestPayload.{name}") for name, value in said.items()}
    except TypeMismatchError as error:
        message = f"unmarshal metadata failed: unmarshal metadata failed: {error}"
        raise by_task(500, "build_request_failed", message) from error
    merged = {**defaults, **{name: value for name, value in given.items() if value is not None}, "model": model}
    return {name: said for name, value in merged.items() if (said := _without_zeros(value)) is not None}


def _without_zeros(value: Any) -> Any:
    """Return what is left of a value when empty texts, empty lists and zeros are not written; None when nothing."""
    if isinstance(value, dict):
        return {name: kept for name, member in value.items() if (kept := _without_zeros(member)) is not None}
    if isinstance(value, list):
        return value or None
    return value or None
