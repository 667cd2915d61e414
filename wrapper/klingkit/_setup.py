"""From the arguments of a client to its session and its secret."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from klingkit._checks import is_whole
from klingkit._credentials import find_credential
from klingkit._engine import AsyncEngine, Engine
from klingkit._errors import ConfigurationError, UnknownRelayError
from klingkit._registry import find_relay, root_url
from klingkit._request import Session
from klingkit._timeouts import timeouts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from klingkit._desk import Desk
    from klingkit._network import Network
    from klingkit._pricing import CostLimit
    from klingkit._routing import Policy
    from klingkit._secrets import Secret
    from klingkit._spans import Spans
    from klingkit._timeouts import Timeouts
    from klingkit._tracing import Tracing
    from klingkit._transport import AsyncHttpClient, SyncHttpClient
    from klingkit.events import Event

__all__ = ["Opening", "branched", "elsewhere", "optioned"]

E = TypeVar("E", Engine, AsyncEngine)

_MOST_RETRIES = 10
TRACING_VARIABLE = "KLINGKIT_TRACING"


class Opening:
    """What a new client needs, from the arguments of `klingkit.Kling`: its relays come last.

    Args:
        own: ``api_key``, ``access_key``, ``secret_key`` and ``base_url``.

    Raises:
        UnknownRelayError, MissingKeyError, ConfigurationError: an argument is wrong.
    """

    def __init__(
        self,
        own: Mapping[str, Any],
        *,
        timeout: Timeouts | float | None,
        max_retries: int,
        allow_undocumented: bool,
        validate: bool,
        max_cost: float | str | None,
        allow_dropped: bool,
        environ: Mapping[str, str] | None,
        tracing: Tracing | bool | None = None,
    ) -> None:
        self._own = own
        self._environ = environ
        self._tracing = tracing
        self._common: dict[str, Any] = {
            "timeouts": timeouts_of(timeout),
            "max_retries": _retries(max_retries),
            "allow_undocumented": bool(allow_undocumented),
            "validate": bool(validate),
            "limit": None if max_cost is None else _limit(max_cost, environ),
            "allow_dropped": bool(allow_dropped),
        }

    def engine(
        self,
        relay: str | None,
        relays: Sequence[str] | None,
        policy: Policy,
        way: SyncHttpClient | Network | None,
        on_event: Callable[[Event], object] | None,
    ) -> Engine:
        """Return the engine of a `Kling`."""
        if relays is None:
            return Engine(*self._single(relay, policy), way, on_event)
        from klingkit._failover import Failover  # loaded for clients of several relays

        parts, desk = self._several(relay, relays, policy)
        return Failover.opened(parts, desk, way, on_event) if len(parts) > 1 else Engine(*parts[0], way, on_event)

    def async_engine(
        self,
        relay: str | None,
        relays: Sequence[str] | None,
        policy: Policy,
        way: AsyncHttpClient | Network | None,
        on_event: Callable[[Event], object] | None,
    ) -> AsyncEngine:
        """Return the engine of an `AsyncKling`."""
        if relays is None:
            return AsyncEngine(*self._single(relay, policy), way, on_event)
        from klingkit._failover import AsyncFailover

        parts, desk = self._several(relay, relays, policy)
        if len(parts) == 1:
            return AsyncEngine(*parts[0], way, on_event)
        return AsyncFailover.opened(parts, desk, way, on_event)

    def _single(self, relay: str | None, policy: Policy) -> tuple[Session, Secret]:
        if relay is None:
            raise UnknownRelayError("Name a relay, such as Kling('anyapi'), or several: Kling(relays=[...]).")
        if policy != "order":
            raise ConfigurationError("policy chooses among several relays: give relays=[...] instead of relay.")
        if any(isinstance(self._own[name], Mapping) for name in ("api_key", "base_url")):
            raise ConfigurationError("A mapping of api_key or base_url is for several relays: give relays=[...].")
        return self._part(relay, self._own)

    def _several(
        self, relay: str | None, relays: Sequence[str], policy: Policy
    ) -> tuple[list[tuple[Session, Secret]], Desk]:
        from klingkit._desk import Desk
        from klingkit._relay_arguments import chosen_policy, named_relays, relay_values

        names, chosen = named_relays(relay, relays), chosen_policy(policy)
        keys, roots = (relay_values(name, self._own[name], names) for name in ("api_key", "base_url"))
        pair = {name: self._own[name] for name in ("access_key", "secret_key")}
        signing = [one for one in names if find_relay(one, self._variables).access_key_variable and one not in keys]
        if any(pair.values()) and not signing:
            raise ConfigurationError("access_key and secret_key are for a relay that takes signed tokens; none does.")
        if any(pair.values()) and len(signing) > 1:
            raise ConfigurationError(
                f"access_key and secret_key fit several relays ({', '.join(signing)}), and none is shown another's; "
                "set the variables of each."
            )
        parts = []
        for name in names:
            own = pair if name in signing else dict.fromkeys(pair)
            parts.append(self._part(name, {**own, "api_key": keys.get(name), "base_url": roots.get(name)}))
        return parts, Desk(names, chosen, self._environ)

    @property
    def _variables(self) -> Mapping[str, str]:
        return os.environ if self._environ is None else self._environ

    def _part(self, relay: str, own: Mapping[str, Any]) -> tuple[Session, Secret]:
        found = find_relay(relay, self._variables)
        keys = {name: own[name] for name in ("api_key", "access_key", "secret_key")}
        secret = find_credential(found, self._environ, **keys).secret()
        spans = _spans(self._tracing, self._environ, secret)
        return Session(relay=found, root=root_url(found, own["base_url"]), spans=spans, **self._common), secret


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


def branched(
    engine: E, change: Callable[[Session], Session], relay: str | None, api_key: str | None, base_url: str | None
) -> E | None:
    """Return an engine for changed sessions over the connections of `engine`; None where it has none that would do."""
    if api_key is not None or base_url is not None:
        return None
    if relay is None:
        return engine.branch(change)
    members = engine.members()
    same = next((one for one in members if one is not engine and one.session.relay.id == relay), None)
    return None if same is None else same.sharing(replace(change(same.session), strict=False))


def elsewhere(
    engine: Engine | AsyncEngine,
    change: Callable[[Session], Session],
    relay: str | None,
    api_key: str | None,
    base_url: str | None,
    environ: Mapping[str, str] | None,
) -> tuple[Session, Secret]:
    """Return a changed session at another relay, under another key or address. A key never goes to another relay.

    Raises:
        InvalidRequestError: there are several relays, and none is named.
    """
    members = engine.members()
    home = next((one for one in members if one.session.relay.id == relay), None)
    if relay is None:
        home = engine.member(None)
    session = replace(change((home or members[0]).session), strict=False)
    if home is not None:
        found, secret = session.relay, home.secret
        root = session.root if base_url is None else root_url(found, base_url)
        if api_key is not None:
            secret = find_credential(found, environ, api_key=api_key).secret()
        return replace(session, root=root, spans=_respans(session, secret)), secret
    found = find_relay(relay or "", os.environ if environ is None else environ)
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
