"""From the arguments of a client to its session and its secret."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from klingkit._checks import is_whole
from klingkit._credentials import find_credential
from klingkit._errors import ConfigurationError
from klingkit._registry import find_relay, root_url
from klingkit._request import Session
from klingkit._timeouts import timeouts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._engine import AsyncEngine, Engine
    from klingkit._pricing import CostLimit
    from klingkit._secrets import Secret
    from klingkit._spans import Spans
    from klingkit._timeouts import Timeouts
    from klingkit._tracing import Tracing

__all__ = ["elsewhere", "optioned", "set_up"]

_MOST_RETRIES = 10
TRACING_VARIABLE = "KLINGKIT_TRACING"


def set_up(
    relay: str,
    keys: Mapping[str, str | None],
    *,
    base_url: str | None,
    timeout: Timeouts | float | None,
    max_retries: int,
    allow_undocumented: bool,
    validate: bool,
    max_cost: float | str | None,
    allow_dropped: bool,
    environ: Mapping[str, str] | None,
    tracing: Tracing | bool | None = None,
) -> tuple[Session, Secret]:
    """Return what a new client needs. The arguments are those of `klingkit.Kling`; `keys` are its three.

    Raises:
        UnknownRelayError, MissingKeyError, ConfigurationError: an argument is wrong.
    """
    found = find_relay(relay, os.environ if environ is None else environ)
    secret = find_credential(found, environ, **keys).secret()
    session = Session(
        relay=found,
        root=root_url(found, base_url),
        timeouts=timeouts_of(timeout),
        max_retries=_retries(max_retries),
        allow_undocumented=bool(allow_undocumented),
        validate=bool(validate),
        limit=None if max_cost is None else _limit(max_cost, environ),
        allow_dropped=bool(allow_dropped),
        spans=_spans(tracing, environ, secret),
    )
    return session, secret


def optioned(
    session: Session,
    *,
    timeout: Timeouts | float | None,
    max_retries: int | None,
    allow_undocumented: bool | None,
    validate: bool | None,
    max_cost: float | str | None,
    allow_dropped: bool | None,
    environ: Mapping[str, str] | None,
) -> Session:
    """Return `session` with what is not None put in its place."""
    return replace(
        session,
        timeouts=session.timeouts if timeout is None else timeouts_of(timeout),
        max_retries=session.max_retries if max_retries is None else _retries(max_retries),
        allow_undocumented=session.allow_undocumented if allow_undocumented is None else bool(allow_undocumented),
        validate=session.validate if validate is None else bool(validate),
        limit=session.limit if max_cost is None else _limit(max_cost, environ),
        allow_dropped=session.allow_dropped if allow_dropped is None else bool(allow_dropped),
    )


def elsewhere(
    session: Session,
    relay: str | None,
    api_key: str | None,
    base_url: str | None,
    engine: Engine | AsyncEngine,
    environ: Mapping[str, str] | None,
) -> tuple[Session, Secret]:
    """Return `session` at another relay, under another key or address. A key never goes to another relay."""
    if relay is None or relay == session.relay.id:
        found, secret = session.relay, engine.secret
        root = session.root if base_url is None else root_url(found, base_url)
        if api_key is not None:
            secret = find_credential(found, environ, api_key=api_key).secret()
        return replace(session, root=root, spans=_respans(session, secret)), secret
    found = find_relay(relay, os.environ if environ is None else environ)
    secret = find_credential(found, environ, api_key=api_key).secret()
    return replace(session, relay=found, root=root_url(found, base_url), spans=_respans(session, secret)), secret


def _spans(tracing: Tracing | bool | None, environ: Mapping[str, str] | None, secret: Secret) -> Spans | None:
    if tracing is None and TRACING_VARIABLE not in (os.environ if environ is None else environ):
        return None
    from klingkit._tracing import spans_of  # loads OpenTelemetry, if it is wanted

    return spans_of(tracing, environ, secret)


def _respans(session: Session, secret: Secret) -> Spans | None:
    """Return spans that mask another key."""
    return None if session.spans is None else type(session.spans)(session.spans.tracing, secret)


def _retries(most: int) -> int:
    if not is_whole(most, 0, _MOST_RETRIES):
        raise ConfigurationError(f"max_retries has to be a whole number from 0 to {_MOST_RETRIES}.")
    return most


def _limit(max_cost: float | str, environ: Mapping[str, str] | None) -> CostLimit:
    from klingkit._pricing import cost_limit  # loads the table of prices, which few clients need

    return cost_limit(max_cost, environ)
