"""What is noted of a flow while it runs: from the effects it asks for, and what becomes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._effects import Chunk, Open, Pause
from klingkit._span_words import kind_of

if TYPE_CHECKING:
    from opentelemetry.trace import Span

    from klingkit._effects import Effect

__all__ = ["AttemptNotes", "FlowNotes", "TransferNotes"]

_PART = 206


class FlowNotes:
    """Notes nothing.

    Attributes:
        span: of the flow.
    """

    span: Span

    def asked(self, effect: Effect) -> None:
        """The flow asks for something."""

    def answered(self, effect: Effect, result: Any) -> None:
        """It got it."""

    def end(self) -> None:
        """The flow has ended, well or not."""


class AttemptNotes(FlowNotes):
    """Notes every attempt that went wrong and is followed by another one."""

    def asked(self, effect: Effect) -> None:
        """Note the pause before another attempt."""
        if isinstance(effect, Pause) and effect.trouble is not None:
            about = {"klingkit.attempt": effect.attempt, "klingkit.pause": effect.seconds}
            self.span.add_event("klingkit.retry", {**about, "error.type": kind_of(effect.trouble)})


class TransferNotes(FlowNotes):
    """Counts the bytes of a download, and how often it went on behind what had come."""

    def __init__(self) -> None:
        self._bytes = self._resumed = 0

    def answered(self, effect: Effect, result: Any) -> None:
        """Note what came."""
        if isinstance(effect, Chunk):
            self._bytes += len(result)
        elif isinstance(effect, Open) and result.status == _PART:
            self._resumed += 1

    def end(self) -> None:
        """Tell what came altogether."""
        self.span.set_attributes({"klingkit.download.bytes": self._bytes, "klingkit.download.resumed": self._resumed})
