"""Everything that is sent and answered, typed: for annotations in your own code.

What goes in are dictionaries (`TypedDict`) and words (`Literal`); what comes out are objects with the untouched answer
in ``raw``.
"""

from __future__ import annotations

from klingkit._methods import records, types
from klingkit._methods.records import *  # noqa: F403
from klingkit._methods.types import *  # noqa: F403

__all__: list[str] = []
__all__ += records.__all__
__all__ += types.__all__
