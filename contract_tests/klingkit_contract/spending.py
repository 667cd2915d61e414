"""The limit in money that a run is given as text, and the user's own prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._errors import ConfigurationError
from klingkit._pricing import cost_limit
from klingkit._settings import read_settings
from klingkit_contract.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit._pricing import CostLimit

__all__ = ["read"]


def read(text: str, environ: Mapping[str, str]) -> tuple[CostLimit | None, Sequence[Mapping[str, Any]]]:
    """Return the limit that ``--max-cost`` sets, None for none, and the rows of prices of the configuration file.

    Raises:
        OptionError: the text is no amount of money, or the file, on which a limit depends, is broken.
    """
    if text:
        try:
            limit = cost_limit(text, environ)
        except ConfigurationError as error:
            words = str(error).replace("max_cost", "--max-cost")
            raise OptionError(words) from error
        return limit, limit.own
    try:
        return None, read_settings(environ).prices
    except ConfigurationError:
        return None, ()  # they would only put a figure to what is spent
