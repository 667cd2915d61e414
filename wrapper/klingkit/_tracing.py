"""Whether a client tells OpenTelemetry what it does. OpenTelemetry is imported for those alone who ask for that."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from klingkit._errors import ConfigurationError
from klingkit._setup import TRACING_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.trace import TracerProvider

    from klingkit._secrets import Secret
    from klingkit._spans import Spans

__all__ = ["Tracing", "spans_of"]

_YES = frozenset({"1", "on", "true", "yes"})
_NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Tracing:
    """What a client tells OpenTelemetry. Needs the extra ``[otel]``.

    Args:
        tracer_provider: whom spans are given to; None is the global one, as ``opentelemetry.trace`` has it.
        prompts: whether prompts are told, as ``gen_ai.input.messages``. They may be personal, and are kept by whoever
            keeps the spans.
        propagate: whether the relay is told the trace (the headers of the global propagator, ``traceparent`` at
            first). The hosts of files never are.

    Raises:
        ConfigurationError: one of these is wrong.
    """

    tracer_provider: TracerProvider | None = field(default=None, repr=False)
    prompts: bool = False
    propagate: bool = False

    def __post_init__(self) -> None:
        if self.tracer_provider is not None and not callable(getattr(self.tracer_provider, "get_tracer", None)):
            raise ConfigurationError("tracer_provider has to be an OpenTelemetry TracerProvider, or None.")


def spans_of(tracing: Tracing | bool | None, environ: Mapping[str, str] | None, secret: Secret) -> Spans | None:
    """Return what tells of everything a client does; None when nobody asked for that.

    Args:
        tracing: the wish of the caller; True is `Tracing` as it is by default, None leaves it to the environment.
        environ: where ``KLINGKIT_TRACING`` is looked for; None is the environment of the process.
        secret: the key, which is masked.

    Raises:
        ConfigurationError: OpenTelemetry is not installed, or the wish is none.
    """
    if tracing is None:
        tracing = _wished((os.environ if environ is None else environ).get(TRACING_VARIABLE, ""))
    if tracing is False:
        return None
    if tracing is not True and not isinstance(tracing, Tracing):
        raise ConfigurationError("tracing has to be True, False or a klingkit.Tracing.")
    try:
        from klingkit._spans import Spans
    except ModuleNotFoundError as error:
        raise ConfigurationError("Spans need OpenTelemetry: pip install 'klingkit[otel]'.") from error
    return Spans(Tracing() if tracing is True else tracing, secret)


def _wished(said: str) -> bool:
    word = said.strip().lower()
    if word not in _YES | _NO:
        raise ConfigurationError(f"{TRACING_VARIABLE} has to be 1 or 0.")
    return word in _YES
