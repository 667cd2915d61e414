"""The span of a wait, for one task or for many: what became of them, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit._span_words import failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.trace import Span

__all__ = ["WaitSpan"]


class WaitSpan:
    """The span of a wait.

    Args:
        span: the span itself, begun.
        mask: masks the key.
        tasks: how many tasks are waited for.

    Attributes:
        span: what the polls of this wait have for a parent.
    """

    __slots__ = ("_failed", "_mask", "_tasks", "span")

    def __init__(self, span: Span, mask: Callable[[str], str], tasks: int) -> None:
        self.span = span
        self._mask = mask
        self._tasks = tasks
        self._failed = 0

    def changed(self, task_id: str, before: str, after: str) -> None:
        """Note that a task's status is another."""
        about = {"klingkit.state.before": before, "klingkit.state.after": after}
        self.span.add_event("klingkit.state_changed", {"klingkit.task_id": self._mask(task_id), **about})

    def over(self, error: BaseException | None) -> None:
        """Note that the wait for a task is over. One that fails is the wait's own failure if there is no other."""
        if error is None:
            return
        self._failed += 1
        if self._tasks == 1:
            failed(self.span, error, self._mask)

    def end(self, left: int) -> None:
        """End the span; `left` tasks are not waited for any more, though they have not ended."""
        if self._tasks > 1:
            self.span.set_attribute("klingkit.tasks.failed", self._failed)
        if left:
            self.span.set_attribute("klingkit.tasks.left", left)
        self.span.end()
