"""What all transports have in common: who may see the key, what is logged, how much of an answer is read."""

from __future__ import annotations

import functools
import logging
import os
import sys
import time
from typing import TYPE_CHECKING

from klingkit import _errors as errors
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._effects import Call
    from klingkit._secrets import Secret

__all__ = ["MAX_ANSWER_BYTES", "Guard", "file_headers", "log_exchange", "refuse_closed", "user_agent"]

MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""No answer of this API comes near; more is not read."""

_log = logging.getLogger("klingkit")


class Guard:
    """Adds the key to calls of the relay, and refuses to add it to anything else.

    Args:
        root: the address that calls have to begin with to be sent with the key.
        secret: the key.
    """

    def __init__(self, root: str, secret: Secret) -> None:
        self._inside = f"{root}/"
        self._first = {"accept-encoding": "identity", "user-agent": user_agent()}
        self._secret = secret

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers of `call` with the key.

        Raises:
            ConfigurationError: it leads elsewhere.
        """
        if not call.url.startswith(self._inside):
            raise errors.ConfigurationError("A call leads away from the relay's address; it was not sent.")
        # The key is asked for each time: some are made anew every half hour.
        return {**self._first, **call.headers, "authorization": f"Bearer {self._secret.reveal()}"}


def log_exchange(call: Call, started: float, status: int | None, headers: Mapping[str, str]) -> None:
    """Log method, path, status, request id and time: never a header with a key, a query or a body."""
    if not _log.isEnabledFor(logging.INFO):
        return
    path = "/" + call.url.partition("://")[2].partition("/")[2].partition("?")[0]
    _log.info(
        "%s %s %s -> %s, %.2f s, request id %s",
        call.relay,
        call.method,
        path,
        status if status is not None else "no answer",
        time.monotonic() - started,
        clean(headers.get("x-request-id", "-"), 100),
    )


def refuse_closed(closed: bool) -> None:
    """Raise ConfigurationError if `closed`."""
    if closed:
        raise errors.ConfigurationError("This client is closed; make a new one, or use it inside its with block.")


def file_headers(wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the headers a file is fetched with: nothing of the client's, no key, no cookies."""
    return {"accept": "*/*", "accept-encoding": "identity", "user-agent": user_agent(), **wanted}


@functools.cache
def user_agent() -> str:
    """Return what klingkit calls itself, with its version if it is installed.

    The folder of the installation tells the version; importlib.metadata would, too, and take longer than a call.
    """
    for place in sys.path:
        try:
            names = os.listdir(place or ".")
        except OSError:
            continue
        for name in names:
            if name.startswith("klingkit-") and name.endswith(".dist-info"):
                return f"klingkit/{name.removesuffix('.dist-info').partition('-')[2]}"
    return "klingkit"
