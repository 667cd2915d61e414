"""A client of several relays: an engine for each, and who is asked when. Loaded for such clients alone."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from klingkit._belongings import belongings, found_bound, home_of
from klingkit._desk import Desk, Visit
from klingkit._engine import AsyncEngine, Engine, _SharedAsyncEngine, _SharedEngine
from klingkit._errors import InvalidRequestError, KlingError, NoRelayError
from klingkit._rewinding import Rewinding, may_block
from klingkit._surface import base_of, offers
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from klingkit._effects import Flow
    from klingkit._hooks import Hooks
    from klingkit._network import Network
    from klingkit._poller import Poller
    from klingkit._poller_async import AsyncPoller
    from klingkit._request import Session
    from klingkit._routing import Policy, Route
    from klingkit._secrets import Secret
    from klingkit._transport import AsyncHttpClient, SyncHttpClient
    from klingkit.events import Event

__all__ = ["AsyncFailover", "Failover"]

T = TypeVar("T")
R = TypeVar("R")
E = TypeVar("E", bound=Engine | AsyncEngine)

# One of its own, to be silenced by whoever tells it otherwise. No secret gets there: ids and names of errors alone.
_log = logging.getLogger("klingkit.failover")

# Of what a relay does not offer, there is nothing to be mended.
_USUAL = frozenset({"InvalidRequestError", "TooExpensiveError", "UnsupportedByRelayError"})


class _Party(Generic[E]):
    """What the engines of both clients share: the members by relay, and the desk."""

    _members: dict[str, E]
    desk: Desk

    @property
    def relays(self) -> tuple[str, ...]:
        """The ids of the relays, in the order they were named."""
        return tuple(self._members)

    @property
    def policy(self) -> Policy:
        """How the turns are set."""
        return self.desk.policy

    def _add(self, member: E) -> None:
        relay = member.session.relay.id
        # A field that the relay does not document may be ignored, and paid for: rather another one is asked.
        member.session = replace(member.session, strict=True)
        member.outstanding = self.desk.outstanding.get(relay)
        self._members[relay] = member

    def _one(self) -> NoReturn:
        some = self.relays[0]
        raise InvalidRequestError(
            f"This client has several relays ({', '.join(self.relays)}), and this is about one of them: give relay=, "
            f"where that is taken, or use kling.with_options(relay={some!r}), which is a client of that one.",
            argument="relay",
        )

    def member(self, relay: str | None) -> E:
        """Return the engine for a relay of this client.

        Raises:
            InvalidRequestError: none is named, or it is none of this client's.
        """
        if relay is None:
            self._one()
        found = self._members.get(relay)
        if found is None:
            raise InvalidRequestError(
                f"{clean(relay, 60)!r} is none of this client's relays ({', '.join(self.relays)}); ask with "
                f"Kling(relay={clean(relay, 60)!r}).",
                argument="relay",
            )
        return found

    def home(self, arguments: Mapping[str, Any]) -> tuple[E, Mapping[str, Any]]:
        """Return the engine of the relay where what the arguments refer to lives. Raises as `member` does."""
        given, home = belongings(arguments)
        return self.member(home), given

    def members(self) -> Sequence[E]:
        """Return the engines of all relays."""
        return tuple(self._members.values())

    def at(self, relay: str) -> E:
        """Return the engine that asks for tasks of `relay`. Raises as `member` does."""
        return self.member(relay)

    def first(self, operation: str, arguments: Mapping[str, Any]) -> E:
        """Return the engine of the relay that would be asked first, of those that offer the operation."""
        base = base_of(operation)
        able = [
            relay
            for relay, member in self._members.items()
            if member.session.allow_undocumented or base in offers(member.session.relay.documents_of)
        ]
        given, home = belongings(arguments)
        relays = [home] if home else able or self.relays
        try:
            return self.member(self.desk.first(self.desk.routing(self.desk.prospects(relays, operation, given))))
        except NoRelayError:
            return self.member(relays[0])  # all are left alone for a while; it will be this one's turn again

    def _visit(self, operation: str, given: Mapping[str, Any]) -> Visit:
        """Return the way of a call.

        Raises:
            InvalidRequestError: it is about a thing of one relay, and nobody knows of which.
        """
        if (name := found_bound(operation, given)) is not None:
            raise home_of(name, ", ".join(self.relays))
        return Visit(self.desk, self.desk.prospects(self.relays, operation, given))

    def _tell(self, visit: Visit, operation: str) -> None:
        """Tell who was passed over, and who is asked now."""
        for skip in visit.news():
            why = skip.kind or "it is left alone for a while"
            level = logging.INFO if skip.kind in _USUAL else logging.WARNING
            _log.log(level, "%s does not serve %s (%s); asking %s", skip.relay, operation, why, visit.relay)
            hooks: Hooks | None = self.member(skip.relay).hooks
            if hooks is not None:
                hooks.passed_over(skip.relay, operation, visit.relay, skip.kind, skip.reason)

    @contextmanager
    def _asking(self, visit: Visit) -> Iterator[None]:
        """Hold `visit` at its relay; a refusal that lets another be asked ends here."""
        try:
            yield
        except KlingError as error:
            visit.refused(error)
        finally:
            visit.left()


class Failover(_Party[Engine], Engine):
    """The engine of a `Kling` of several relays. Each has connections of its own; one poller waits for all."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(None, None, None)  # type: ignore[arg-type]  # both are the members'
        self.desk = desk
        self._members = {}

    @classmethod
    def opened(
        cls,
        parts: Sequence[tuple[Session, Secret]],
        desk: Desk,
        http_client: SyncHttpClient | Network | None,
        on_event: Callable[[Event], object] | None,
    ) -> Failover:
        """Return the engine for these relays, with a key each."""
        made = cls(desk)
        for session, secret in parts:
            made._add(_Member(made, session, secret, http_client, on_event))
        return made

    @property
    def session(self) -> Session:
        """None is everybody's: raises InvalidRequestError."""
        self._one()

    @session.setter
    def session(self, session: Session) -> None:
        pass

    def place(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        ask: Callable[[Session, Mapping[str, Any]], Flow[T]],
        make: Callable[[Engine, T, Route | None], R],
    ) -> R:
        """Run the flow of a call at one relay after the other, as long as that cannot cost twice.

        Raises:
            NoRelayError: none took it.
            InvalidRequestError: the request is wrong for all.
            KlingError: how asking one ended, when nobody else may be asked after that.
        """
        given, home = belongings(arguments)
        if home is not None:
            return self._chosen(home).place(operation, given, ask, make)
        visit, rewinding = self._visit(operation, given), Rewinding(given)
        while True:
            member = self._members[visit.turn()]
            self._tell(visit, operation)
            with self._asking(visit):
                result = member.run(ask(replace(member.session, hasty=visit.hasty), rewinding.arguments()))
                return make(member, result, visit.taken())

    def rehearse(
        self, operation: str, arguments: Mapping[str, Any], attempt: Callable[[Engine], T]
    ) -> tuple[T, Route | None]:
        """Return what `attempt` makes of the relay that would be asked first, and why not of the others.

        Raises as `place` does, as far as that is known without asking.
        """
        given, home = belongings(arguments)
        if home is not None:
            return attempt(self._chosen(home)), None
        routing = self.desk.routing(self._visit(operation, given).prospects)
        while True:
            relay = self.desk.first(routing)
            try:
                return attempt(self._members[relay]), routing.taken(relay)
            except InvalidRequestError as error:
                routing.refused(relay, error)

    def _chosen(self, relay: str) -> Engine:
        """Return an engine that asks `relay` alone, as the request demands."""
        member = self.member(relay)
        return _SharedMember(self, member, replace(member.session, strict=False))

    def branch(self, change: Callable[[Session], Session]) -> Engine:
        """Return an engine for changed sessions, over the same connections, with the same desk."""
        other = Failover(self.desk)
        for member in self._members.values():
            other._add(_SharedMember(other, member, change(member.session)))
        return other

    def close(self) -> None:
        """Close the connections of all relays."""
        for member in self._members.values():
            member.close()


class AsyncFailover(_Party[AsyncEngine], AsyncEngine):
    """The engine of an `AsyncKling` of several relays, as `Failover`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(None, None, None)  # type: ignore[arg-type]  # both are the members'
        self.desk = desk
        self._members = {}

    @classmethod
    def opened(
        cls,
        parts: Sequence[tuple[Session, Secret]],
        desk: Desk,
        http_client: AsyncHttpClient | Network | None,
        on_event: Callable[[Event], object] | None,
    ) -> AsyncFailover:
        """Return the engine for these relays, with a key each."""
        made = cls(desk)
        for session, secret in parts:
            made._add(_AsyncMember(made, session, secret, http_client, on_event))
        return made

    @property
    def session(self) -> Session:
        """None is everybody's: raises InvalidRequestError."""
        self._one()

    @session.setter
    def session(self, session: Session) -> None:
        pass

    async def place(
        self,
        operation: str,
        arguments: Mapping[str, Any],
        ask: Callable[[Session, Mapping[str, Any]], Flow[T]],
        make: Callable[[AsyncEngine, T, Route | None], R],
    ) -> R:
        """Run the flow of a call at one relay after the other, as `Failover.place` does."""
        import asyncio

        given, home = belongings(arguments)
        if home is not None:
            return await self._chosen(home).place(operation, given, ask, make)
        visit = self._visit(operation, given)
        rewinding = await asyncio.to_thread(Rewinding, given) if may_block(given) else Rewinding(given)
        while True:
            member = self._members[visit.turn()]
            self._tell(visit, operation)
            with self._asking(visit):
                result = await member.run(ask(replace(member.session, hasty=visit.hasty), rewinding.arguments()))
                return make(member, result, visit.taken())

    def _chosen(self, relay: str) -> AsyncEngine:
        """Return an engine that asks `relay` alone, as the request demands."""
        member = self.member(relay)
        return _SharedAsyncMember(self, member, replace(member.session, strict=False))

    def branch(self, change: Callable[[Session], Session]) -> AsyncEngine:
        """Return an engine for changed sessions, over the same connections, with the same desk."""
        other = AsyncFailover(self.desk)
        for member in self._members.values():
            other._add(_SharedAsyncMember(other, member, change(member.session)))
        return other

    async def close(self) -> None:
        """Close the connections of all relays."""
        for member in self._members.values():
            await member.close()


class _Member(Engine):
    """The engine for one of several relays; one poller waits for the tasks of all of them."""

    def __init__(self, party: Failover, *own: Any) -> None:
        super().__init__(*own)
        self._party = party

    @property
    def poller(self) -> Poller:
        return self._party.poller


class _SharedMember(_SharedEngine):
    def __init__(self, party: Failover, *own: Any) -> None:
        super().__init__(*own)
        self._party = party

    @property
    def poller(self) -> Poller:
        return self._party.poller


class _AsyncMember(AsyncEngine):
    def __init__(self, party: AsyncFailover, *own: Any) -> None:
        super().__init__(*own)
        self._party = party

    @property
    def poller(self) -> AsyncPoller:
        return self._party.poller


class _SharedAsyncMember(_SharedAsyncEngine):
    def __init__(self, party: AsyncFailover, *own: Any) -> None:
        super().__init__(*own)
        self._party = party

    @property
    def poller(self) -> AsyncPoller:
        return self._party.poller
