"""One Python client for every relay of the Kling AI API.

```python
from klingkit import Kling

with Kling(relay="anyapi", api_key="sk-...") as kling:
    task = kling.video.text_to_video("A fox in snow", model_name="kling-v3", duration=5)
    task.wait(timeout=900).download("fox.mp4")
```

Everything public is in `__all__`; modules whose names begin with an underscore may change with every release. Types
for annotations are in `klingkit.types`, and for tests there is `klingkit.testing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit._errors import (
    AnswerTimeoutError,
    AnswerTooLargeError,
    AuthenticationError,
    BalanceError,
    CallbackError,
    ConfigurationError,
    ConnectionFailedError,
    ConnectionLostError,
    ContentPolicyError,
    DownloadError,
    DuplicateTaskError,
    HtmlPageError,
    InvalidRequestError,
    KlingError,
    MissingFieldError,
    MissingKeyError,
    NoRelayError,
    NotFoundError,
    NotJsonError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitError,
    RedirectError,
    RelayError,
    RelayServerError,
    RequestRefusedError,
    TaskCancelledError,
    TaskFailedError,
    TooExpensiveError,
    TransportError,
    UnexpectedAnswerError,
    UnknownRelayError,
    UnsupportedByRelayError,
    WaitTimeoutError,
)
from klingkit._timeouts import Timeouts

if TYPE_CHECKING:
    from klingkit._answer import File, TaskState
    from klingkit._calls import RawAnswer
    from klingkit._client import AsyncKling, Kling
    from klingkit._inputs import AudioInput, ImageInput
    from klingkit._methods.types import (
        CameraConfig,
        CameraControl,
        DynamicMask,
        ElementReference,
        ImageReference,
        StoryboardShot,
        SubjectImage,
        TrajectoryPoint,
        VoiceReference,
        WatermarkOption,
    )
    from klingkit._network import Network
    from klingkit._outcome import Outcome
    from klingkit._prices import Estimate
    from klingkit._problems import KlingWarning, Problem
    from klingkit._registry import relay_ids
    from klingkit._result import AsyncResult, Result
    from klingkit._routing import Policy, Route, Skipped
    from klingkit._task import AsyncTask, Task
    from klingkit._tracing import Tracing

__all__ = [
    "AnswerTimeoutError",
    "AnswerTooLargeError",
    "AsyncKling",
    "AsyncResult",
    "AsyncTask",
    "AudioInput",
    "AuthenticationError",
    "BalanceError",
    "CallbackError",
    "CameraConfig",
    "CameraControl",
    "ConfigurationError",
    "ConnectionFailedError",
    "ConnectionLostError",
    "ContentPolicyError",
    "DownloadError",
    "DuplicateTaskError",
    "DynamicMask",
    "ElementReference",
    "Estimate",
    "File",
    "HtmlPageError",
    "ImageInput",
    "ImageReference",
    "InvalidRequestError",
    "Kling",
    "KlingError",
    "KlingWarning",
    "MissingFieldError",
    "MissingKeyError",
    "Network",
    "NoRelayError",
    "NotFoundError",
    "NotJsonError",
    "Outcome",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "Policy",
    "Problem",
    "RateLimitError",
    "RawAnswer",
    "RedirectError",
    "RelayError",
    "RelayServerError",
    "RequestRefusedError",
    "Result",
    "Route",
    "Skipped",
    "StoryboardShot",
    "SubjectImage",
    "Task",
    "TaskCancelledError",
    "TaskFailedError",
    "TaskState",
    "Timeouts",
    "TooExpensiveError",
    "Tracing",
    "TrajectoryPoint",
    "TransportError",
    "UnexpectedAnswerError",
    "UnknownRelayError",
    "UnsupportedByRelayError",
    "VoiceReference",
    "WaitTimeoutError",
    "WatermarkOption",
    "relay_ids",
]

# Looked up when first used: the commands that need no client, and error handling, do not pay for loading one.
_LAZY = {
    "AsyncKling": "_client",
    "AsyncResult": "_result",
    "AsyncTask": "_task",
    "AudioInput": "_inputs",
    "CameraConfig": "_methods.types",
    "CameraControl": "_methods.types",
    "DynamicMask": "_methods.types",
    "ElementReference": "_methods.types",
    "Estimate": "_prices",
    "File": "_answer",
    "ImageInput": "_inputs",
    "ImageReference": "_methods.types",
    "Kling": "_client",
    "KlingWarning": "_problems",
    "Network": "_network",
    "Outcome": "_outcome",
    "Policy": "_routing",
    "Problem": "_problems",
    "RawAnswer": "_calls",
    "Result": "_result",
    "Route": "_routing",
    "Skipped": "_routing",
    "StoryboardShot": "_methods.types",
    "SubjectImage": "_methods.types",
    "Task": "_task",
    "TaskState": "_answer",
    "Tracing": "_tracing",
    "TrajectoryPoint": "_methods.types",
    "VoiceReference": "_methods.types",
    "WatermarkOption": "_methods.types",
    "relay_ids": "_registry",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module 'klingkit' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"klingkit.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
