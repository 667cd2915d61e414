"""The questions `klingkit doctor` asks a relay, and what the answers mean. Only GET requests: nothing is charged."""

from __future__ import annotations

import os
import re
import socket
import ssl
import uuid
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import klingkit_data
from klingkit import _clock
from klingkit import _errors as errors
from klingkit._credentials import find_credential
from klingkit._reading import read_reply
from klingkit._registry import find_relay
from klingkit._request import get_call, list_call
from klingkit._surface import METHODS, find_operation, offers
from klingkit.cli._fingerprint import envelope_of, gateway_of
from klingkit.cli._options import dashed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit._client import Kling
    from klingkit._effects import Call, Reply
    from klingkit._surface import Operation
    from klingkit._transport import SyncTransport
    from klingkit.cli._options import Where

__all__ = ["Line", "diagnose"]

_SECONDS = 15.0
_SKEW_SECONDS = 120.0
_TASK = re.compile(r"task|任务", re.IGNORECASE)
_NO_KEY = "klingkit-doctor-has-no-key"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `fine` is None when nothing can be said, or it does no harm."""

    fine: bool | None
    what: str
    advice: str = ""


def diagnose(where: Where) -> Iterator[Line]:
    """Yield what is found about a relay, one line after the other.

    Raises:
        ConfigurationError: there is no such relay, or its address is none.
    """
    relay = find_relay(where.relay, os.environ)
    found = None
    try:
        found = find_credential(relay)
        key = found.key
        begins = key[:3] if len(key) > 20 else ""
        shown = "tokens are signed with it" if found.signs else f"{begins}*** ({len(key)} characters)"
        yield Line(True, f"key in {found.source}: {shown}")
    except errors.MissingKeyError:
        yield Line(False, "no key", f"set {relay.key_variable}, or KLINGKIT_API_KEY, which serves every relay")
    except errors.ConfigurationError as error:
        yield Line(False, "the key is malformed", str(error))
    offered = offers(relay.documents_of)
    operation = find_operation(next((name for name in METHODS if name in offered), next(iter(METHODS))))
    with where.client(api_key=None if found else _NO_KEY) as kling:
        yield from _ask(kling, operation, has_key=found is not None)


def _ask(kling: Kling, operation: Operation, *, has_key: bool) -> Iterator[Line]:
    session = kling._engine.session
    short = replace(session, timeouts=session.timeouts.within(_SECONDS))
    unknown = get_call(short, operation, f"klingkit-doctor-{uuid.uuid4()}")
    transport = kling._engine._loaded().transport
    try:
        reply = transport.send(unknown)
    except errors.TransportError as error:
        yield _unreachable(error, session.root)
        return
    host = urlsplit(session.root).hostname
    if session.root.startswith("https:"):
        yield Line(True, f"{host} is reached, and its certificate is trusted")
    else:
        local = host in {"localhost", "127.0.0.1", "::1"}
        yield Line(True if local else None, f"{host} is reached, without TLS", "" if local else "use https://")
    yield _clock_line(reply)
    yield _unknown_line(reply, unknown, operation, has_key=has_key)
    question = list_call(short, operation, 1, 1)
    listed = _listed(transport, question)
    if has_key:
        rows = klingkit_data.load("resolved/surface.json")["relays"].get(session.relay.documents_of, {})
        promised = rows.get("operations", {}).get(f"{operation.id}_list", {}).get("evidence") == "documented"
        yield _list_line(listed, question, operation, promised=promised)
    yield Line(None, f"behind it: {gateway_of(reply, listed)}")
    yield Line(None, f"answers look like {envelope_of(reply)}")


def _unreachable(error: errors.TransportError, root: str) -> Line:
    host = urlsplit(root).hostname or root
    causes = list(_causes(error))
    text = " ".join(str(cause) for cause in causes)
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes) or "CERTIFICATE_VERIFY" in text:
        return Line(
            False,
            f"the certificate of {host} is not trusted",
            "check the address and this computer's clock; behind a company's proxy, let SSL_CERT_FILE name its "
            "certificate",
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Line(False, f"there is no host {host}", "check the address, the network and the name server")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Line(False, f"{host} does not speak TLS as expected", "check the port, and http:// against https://")
    if isinstance(error, errors.AnswerTimeoutError):
        return Line(False, f"{host} gives no answer", "try again later; a firewall may be in between")
    return Line(False, f"{host} is not reached", "check the network, a proxy (HTTPS_PROXY) and the address")


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    seen: set[int] = set()
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _clock_line(reply: Reply) -> Line:
    told = None
    with suppress(TypeError, ValueError, OverflowError, IndexError):
        told = parsedate_to_datetime(reply.headers.get("date", ""))
    if told is None:
        return Line(None, "the relay does not tell the time, so the clock is not compared")
    told = told if told.tzinfo else told.replace(tzinfo=UTC)
    skew = (_clock.current().wall() - told).total_seconds()
    if abs(skew) <= _SKEW_SECONDS:
        return Line(True, "the clock agrees with the relay's")
    way = "ahead of" if skew > 0 else "behind"
    return Line(
        False, f"the clock is {abs(skew):.0f} seconds {way} the relay's", "let the system set it by network time"
    )


def _unknown_line(reply: Reply, call: Call, operation: Operation, *, has_key: bool) -> Line:
    name = dashed(METHODS[operation.id])
    try:
        read_reply(reply, call, media=operation.media)
    except errors.NotFoundError as error:
        if not _TASK.search(f"{error.code} {error.message}"):
            advice = "perhaps it does not serve this path: check base_url and path_prefix"
            return Line(None, f"an unknown {name} task is not found, it does not say what ({_marks(error)})", advice)
        return Line(True, f"an unknown {name} task is refused as unknown ({_marks(error)})")
    except (errors.AuthenticationError, errors.PermissionDeniedError) as error:
        if not has_key:
            return Line(True, f"without a key it refuses ({_marks(error)})")
        return Line(False, f"the key is refused ({_marks(error)})", "check the key, and that it is this relay's")
    except errors.HtmlPageError:
        return Line(
            False, f"a web page came for {name}", "check base_url and path_prefix: this path is not served there"
        )
    except errors.RedirectError as error:
        return Line(False, f"it redirects to {error.location or 'nowhere'}", "use that address as base_url")
    except errors.RequestRefusedError as error:
        return Line(None, f"an unknown {name} task is refused in other words ({_marks(error)})")
    except errors.KlingError as error:
        return Line(False, f"asked for an unknown {name} task, it fails ({_marks(error)})", "ask the relay's support")
    return Line(None, f"an unknown {name} task is answered as if there were one")


def _listed(transport: SyncTransport, call: Call) -> Reply | None:
    try:
        return transport.send(call)
    except errors.TransportError:
        return None


def _list_line(reply: Reply | None, call: Call, operation: Operation, *, promised: bool) -> Line:
    name = dashed(METHODS[operation.id])
    if reply is None:
        return Line(False if promised else None, f"the list of {name} tasks gives no answer")
    try:
        answer = read_reply(reply, call, media=operation.media)
    except errors.KlingError as error:
        if promised:
            return Line(
                False, f"{name} tasks are not listed ({_marks(error)})", "its documents say they are; keep the ids"
            )
        return Line(None, f"{name} tasks are not listed; keep the ids of tasks")
    if answer.tasks is None:
        return Line(None, f"{name} tasks are not listed; keep the ids of tasks")
    return Line(True, f"{name} tasks are listed")


def _marks(error: errors.KlingError) -> str:
    code = f", code {error.code}" if error.code is not None else ""
    return f"HTTP {error.status}{code}"
