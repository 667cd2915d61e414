"""What went wrong on the way, in words: the errors of the transports, by when it happened. Pure.

When is what counts: before there was a connection nothing can have been sent, so a create may be tried again; after
that, a create may have been taken, whatever the error is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from klingkit import _errors as errors

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["When", "failure"]

When = Literal["unsent", "late", "lost"]
_DEEPEST = 10


def failure(when: When, error: BaseException, relay: str, operation: str, url: str) -> errors.TransportError:
    """Return our error for one of the network's.

    Args:
        when: ``unsent`` before there was a connection; after that ``late`` when time ran out, else ``lost``.
        error: what happened.
        relay: id of the relay.
        operation: what was being done.
        url: where the call or the file leads; only its host is told.
    """
    host = _host(url)
    why = type(error).__name__
    if when == "unsent":
        return errors.ConnectionFailedError(
            f"There was no connection to {host} for {operation} ({why}): nothing was sent. {_advice(error, host)}",
            relay=relay,
            operation=operation,
        )
    if when == "late":
        return errors.AnswerTimeoutError(
            f"{host} gave no whole answer to {operation} in time ({why}). Raise timeout if that happens often.",
            relay=relay,
            operation=operation,
        )
    return errors.ConnectionLostError(
        f"The connection to {host} broke during {operation} ({why}).", relay=relay, operation=operation
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "the host"
    except ValueError:
        return "the host"


def _advice(error: BaseException, host: str) -> str:
    for cause in _causes(error):
        kinds, text = {base.__name__ for base in type(cause).__mro__}, str(cause)
        if "gaierror" in kinds or "getaddrinfo" in text:
            return f"The name {host} is not known here: check base_url for a slip, and that the network has DNS."
        if "SSLCertVerificationError" in kinds or "CERTIFICATE_VERIFY_FAILED" in text:
            return (
                "Its certificate is not trusted: check base_url and the clock; if your network has an authority of its "
                "own, name its file in SSL_CERT_FILE or in klingkit.Network(ca_file=...)."
            )
        if "SSLError" in kinds:
            return "It does not speak TLS there: check base_url for http or https, its port, and a proxy."
        if isinstance(cause, ConnectionRefusedError):
            return "Nothing listens there: check base_url and its port, and a proxy."
    return "Check the network, a proxy, and base_url."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and what it came from, those inside groups as well."""
    waiting: list[BaseException | None] = [error]
    for _ in range(_DEEPEST):
        if not waiting:
            return
        cause = waiting.pop(0)
        if cause is None:
            continue
        yield cause
        waiting += getattr(cause, "exceptions", ())
        waiting.append(cause.__cause__ or cause.__context__)
