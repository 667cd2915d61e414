"""How the interpreter works while relays are asked: turns of threads, and looks for garbage."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["clear", "tuned"]

_TURN = 0.0005  # seconds
_GARBAGE = (50_000, 10, 10)  # objects, and rounds, before the next look


@contextmanager
def tuned() -> Iterator[None]:
    """Let threads take turns more often, for an emulated relay is one; look for garbage less often.

    Generated requests leave much behind, and looking through it took a tenth of their time. `clear` makes up for it.
    """
    usual, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(min(usual, _TURN))
    gc.set_threshold(*_GARBAGE)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
        gc.set_threshold(*thresholds)


def clear() -> None:
    """Throw away what the relay before, or the run before, has left: hundreds of megabytes."""
    gc.collect()
