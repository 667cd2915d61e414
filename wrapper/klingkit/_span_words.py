"""The words of OpenTelemetry's conventions, where they fit what klingkit does. Nothing here is free text of a relay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import StatusCode

from klingkit._errors import KlingError
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.trace import Span
    from opentelemetry.util.types import AttributeValue

__all__ = ["failed", "generation", "kind_of", "messages"]

_MODELS = ("model_name", "model")
_LONGEST = 120


def generation(media: str, arguments: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """Return the attributes of a request to a model that makes `media`."""
    told: dict[str, AttributeValue] = {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": "kling",
        "gen_ai.output.type": media,
    }
    model = next((arguments[name] for name in _MODELS if isinstance(arguments.get(name), str)), None)
    if model is not None:
        told["gen_ai.request.model"] = clean(model, _LONGEST)
    count = arguments.get("n")
    if isinstance(count, int) and count > 1:
        told["gen_ai.request.choice.count"] = count
    return told


def messages(prompt: str) -> str:
    """Return a prompt as the conventions write what a model was told."""
    return json.dumps([{"role": "user", "parts": [{"type": "text", "content": prompt}]}], ensure_ascii=False)


def failed(span: Span, error: BaseException, mask: Callable[[str], str]) -> None:
    """Mark `span` as failed with `error`: its kind, code and ids, but not its sentence, which may repeat a prompt."""
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", kind_of(error))
    if not isinstance(error, KlingError):
        return
    if error.status is not None:
        span.set_attribute("http.response.status_code", error.status)
    external = getattr(error, "external_task_id", None)  # whoever has to look for a lost task needs it
    named = {"code": error.code, "request_id": error.request_id, "external_task_id": external}
    for word, value in named.items():
        if value is not None:
            span.set_attribute(f"klingkit.{word}", mask(clean(value, _LONGEST)))


def kind_of(error: BaseException) -> str:
    """Return what kind of error it is: the name of its class, with the package that people import it from."""
    kind = type(error)
    module = kind.__module__.partition("._")[0]
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"
