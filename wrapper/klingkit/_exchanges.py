"""HTTP exchanges as spans: of the relay's API, and of the hosts of files. Addresses come without query and login."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from opentelemetry import context as contexts
from opentelemetry import propagate as propagation
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from klingkit._effects import Call, Fetch
from klingkit._span_words import failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.trace import Span, Tracer
    from opentelemetry.util.types import AttributeValue

__all__ = ["SCOPE", "Exchange", "Scope", "address", "exchange"]

SCOPE = contexts.create_key("klingkit-scope")
"""Where the context of a span of klingkit's keeps its `Scope`."""

_PORTS = {"http": 80, "https": 443}
_BAD = 400


@dataclass(slots=True)
class Scope:
    """What the exchanges inside of one span have in common.

    Attributes:
        span: the span that stands for the exchange itself; None where each has its own.
        sent: how often each message was sent: method and address.
    """

    span: Span | None = None
    sent: dict[tuple[str, str], int] = field(default_factory=dict)


class Exchange:
    """The span of one exchange."""

    __slots__ = ("_mask", "_owned", "_span", "context", "size")

    def __init__(self, span: Span, mask: Callable[[str], str], *, owned: bool) -> None:
        self._span = span
        self._mask = mask
        self._owned = owned
        self.context = trace.set_span_in_context(span)
        self.size = 0

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the status of the answer, and the relay's id of it."""
        self._span.set_attribute("http.response.status_code", status)
        if request_id := headers.get("x-request-id"):
            self._span.set_attribute("klingkit.request_id", self._mask(request_id[:200]))
        if status >= _BAD:
            self._span.set_status(StatusCode.ERROR)
            self._span.set_attribute("error.type", str(status))

    def failed(self, error: BaseException) -> None:
        """Note that no answer came, or no whole one."""
        failed(self._span, error, self._mask)

    def end(self) -> None:
        """End the span, unless it is another's."""
        if self.size:
            self._span.set_attribute("http.response.body.size", self.size)
        if self._owned:
            self._span.end()


def exchange(
    tracer: Tracer, mask: Callable[[str], str], message: Call | Fetch, *, propagate: bool
) -> tuple[Exchange, Call | Fetch]:
    """Return the span of an exchange that begins now, and the message with the headers it is to carry.

    Args:
        tracer: makes the span.
        mask: masks the key.
        message: what is about to be sent.
        propagate: whether a relay is told the trace.
    """
    method = message.method if isinstance(message, Call) else "GET"
    told: dict[str, AttributeValue] = {
        "http.request.method": method,
        "url.full": mask(_bare(message.url)),
        **address(message.url),
        "klingkit.relay": message.relay,
        "klingkit.operation": mask(message.operation.partition("?")[0]),
    }
    scope = contexts.get_value(SCOPE)
    if isinstance(scope, Scope):
        before = scope.sent.get((method, message.url), 0)
        scope.sent[method, message.url] = before + 1
        if before:
            told["http.request.resend_count"] = before
    if isinstance(scope, Scope) and scope.span is not None:
        span, owned = scope.span, False
        span.set_attributes(told)
    else:
        # A call of the caller's own is named by its path, of which there may be any number.
        name = method if " " in message.operation else f"{method} {message.operation}"
        span, owned = tracer.start_span(name, kind=SpanKind.CLIENT, attributes=told), True
    made = Exchange(span, mask, owned=owned)
    if propagate and isinstance(message, Call):
        carried: dict[str, str] = {}
        propagation.inject(carried, made.context)
        message = replace(message, headers={**message.headers, **carried})
    return made, message


def address(url: str) -> dict[str, AttributeValue]:
    """Return the attributes that say whom a request goes to."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return {}
    told: dict[str, AttributeValue] = {"server.address": parts.hostname or ""}
    if port is not None:
        told["server.port"] = port
    return told


def _bare(url: str) -> str:
    """Return an address without what may be secret: login, query and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
