"""What generation C makes of a request: Kling as a plugin, which lets every field through."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from klingkit_emulator.gateways.binding import parse
from klingkit_emulator.gateways.conversion import NATIVE, RATIOS, Job
from klingkit_emulator.gateways.refused import from_plugin

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["MODELS", "convert"]

MODELS = ("kling-v1", "kling-v1-6", "kling-v2-master")
"""The models that version 1.0 of the plugin declares."""

_NO_MAPPING: Mapping[str, str] = MappingProxyType({})
_OPENAI = ("model", "prompt", "seconds", "size")


def convert(path: str, content_type: str | None, raw: bytes, mapping: Mapping[str, str] = _NO_MAPPING) -> Job:
    """Return what a POST to `path` sends to Kling.

    Args:
        path: the path at the gateway; below /kling/ its end says what is made of what.
        content_type: the request's header, None without one.
        raw: the request's body.
        mapping: the channel's own names of models, to Kling's.

    Raises:
        GatewayRefusalError: the request is refused.
    """
    media_type = (content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise from_plugin(415, "Content-Type must be application/json")
    try:
        body = parse(raw)
    except ValueError as error:
        raise from_plugin(400, "invalid JSON body") from error
    if not isinstance(body, dict):
        raise from_plugin(400, "request body must be an object")
    return _native(path, body, mapping) if path.startswith(NATIVE) else _openai(body, mapping)


def _native(path: str, body: Mapping[str, Any], mapping: Mapping[str, str]) -> Job:
    model = _model(body, mapping)
    whole = {**_defaults(model, mapping), **body}
    return Job(f"/v1/videos/{path.rstrip('/').rpartition('/')[2]}", whole, str(model), str(whole["duration"]))


def _openai(body: Mapping[str, Any], mapping: Mapping[str, str]) -> Job:
    """Return the job of a request in the OpenAI format: version 1.0 makes a video from a text and nothing else."""
    model = _model(body, mapping)
    said = {name: body[name] for name in _OPENAI if name in body}
    seconds = said.get("seconds", body.get("duration", "5"))
    whole = {**_defaults(model, mapping), "duration": str(seconds)}
    if "prompt" in said:
        whole["prompt"] = said["prompt"]
    if isinstance(said.get("size"), str):
        whole["aspect_ratio"] = RATIOS.get(said["size"], "1:1")
    return Job("/v1/videos/text2video", whole, str(model), str(seconds))


def _model(body: Mapping[str, Any], mapping: Mapping[str, str]) -> Any:
    model = body.get("model_name") or body.get("model")
    if not model:
        raise from_plugin(400, "model is required")
    if model not in MODELS and str(model) not in mapping:
        raise from_plugin(400, f'model "{str(model)[:80]}" is not served by this plugin')
    return model


def _defaults(model: Any, mapping: Mapping[str, str]) -> dict[str, Any]:
    return {
        "mode": "std",
        "duration": "5",
        "aspect_ratio": "1:1",
        "model_name": model,
        "model": mapping.get(str(model), model),
        "cfg_scale": 0.5,
    }
