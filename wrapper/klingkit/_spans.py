"""What a client does, as spans of OpenTelemetry: creates, waits, polls, downloads, and every HTTP exchange in them.

Imported only for clients that are told to trace. Nothing a relay or a caller says becomes an attribute but ids, models
and codes; prompts do where the caller wants that. The key is masked by value. Flows are followed from outside: what
they ask of the world and how they end is all that is looked at.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanKind

from klingkit._exchanges import SCOPE, Exchange, Scope, address, exchange
from klingkit._flow_notes import AttemptNotes, FlowNotes, TransferNotes
from klingkit._prompts import prompt_of
from klingkit._sending import user_agent
from klingkit._span_words import failed, generation, messages
from klingkit._wait_span import WaitSpan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opentelemetry.trace import Span, SpanContext
    from opentelemetry.util.types import AttributeValue

    from klingkit._answer import TaskState
    from klingkit._effects import Call, Fetch, Flow
    from klingkit._flows import Order
    from klingkit._request import Session
    from klingkit._secrets import Secret
    from klingkit._tracing import Tracing

__all__ = ["Spans"]

T = TypeVar("T")

_SCHEMA = "https://opentelemetry.io/schemas/1.37.0"
_MOST_CREATED = 20_000  # creates that waits can be linked to; about 200 bytes each
_MOST_LINKS = 128  # the SDK's own limit


@dataclass(frozen=True, slots=True)
class _Plan:
    """A span that is not begun yet. `parent` is the context in which it was asked for, whichever it begins in."""

    name: str
    kind: SpanKind
    told: Mapping[str, AttributeValue]
    links: Sequence[Link]
    parent: Context


class Spans:
    """The spans of one client.

    Args:
        tracing: whom they are told to, and how much.
        secret: the key, which is masked.
    """

    def __init__(self, tracing: Tracing, secret: Secret) -> None:
        provider = tracing.tracer_provider or trace.get_tracer_provider()
        version = user_agent().partition("/")[2] or None
        self._tracer = provider.get_tracer("klingkit", version, schema_url=_SCHEMA)
        self._mask = secret.mask
        self._created: OrderedDict[tuple[str, str], SpanContext] = OrderedDict()
        self._lock = threading.Lock()
        self.tracing = tracing

    def creating(self, order: Order, flow: Flow[TaskState]) -> Flow[TaskState]:
        """Return `flow`, which sends a create, perhaps several times, and looks for what came of it, in a span."""
        operation = order.operation

        def over(span: Span, state: TaskState) -> None:
            named = {"gen_ai.response.id": state.task_id, "klingkit.request_id": state.request_id}
            named["klingkit.external_task_id"] = order.external_task_id or state.external_task_id
            span.set_attributes({word: self._mask(value) for word, value in named.items() if value is not None})
            with self._lock:
                self._created[operation.id, str(state.task_id)] = span.get_span_context()
                if len(self._created) > _MOST_CREATED:
                    self._created.popitem(last=False)

        plan = self._generation(order.session, operation.id, operation.media, order.fields)
        return self._followed(plan, flow, AttemptNotes, over)

    def calling(
        self, session: Session, operation: str, media: str, arguments: Mapping[str, Any], flow: Flow[T]
    ) -> Flow[T]:
        """Return `flow`, which makes a call that may cost something and answers at once, in a span.

        Args:
            session: of the client.
            operation: the id without verb.
            media: what is made.
            arguments: as the caller gave them.
            flow: the call.
        """
        return self._followed(self._generation(session, operation, media, arguments), flow, AttemptNotes)

    def downloading(self, session: Session, operation: str, task_id: str, flow: Flow[T]) -> Flow[T]:
        """Return `flow`, which fetches a result, in a span of its own: how many bytes, and how often it resumed."""
        told: dict[str, AttributeValue] = {"klingkit.relay": session.relay.id, "klingkit.operation": operation}
        told["klingkit.task_id"] = task_id
        plan = self._plan(f"download {operation}", SpanKind.INTERNAL, told, self._links([(operation, task_id)]))
        return self._followed(plan, flow, TransferNotes)

    def waiting(self, groups: Mapping[str, Sequence[tuple[str, str]]], makers: Sequence[Spans]) -> WaitSpan:
        """Return the span of a wait that begins now, for `groups` of tasks by relay: operation and id of each.

        It links to their creates, of which `makers` know, one for each relay. It is the current span of nothing: what
        is done for it is made a part of it poll by poll.
        """
        tasks = [task for group in groups.values() for task in group]
        links = [link for maker, group in zip(makers, groups.values(), strict=True) for link in maker._links(group)]
        operations = {operation for operation, _ in tasks}
        told: dict[str, AttributeValue] = {"klingkit.tasks": len(tasks)}
        told |= {"klingkit.relay": next(iter(groups))} if len(groups) == 1 else {"klingkit.relays": [*groups]}
        name = "wait"
        if len(operations) == 1:
            told["klingkit.operation"] = operation = operations.pop()
            name = f"wait {operation}"
        if len(tasks) == 1:
            told["klingkit.task_id"] = tasks[0][1]
        span = self._begin(self._plan(name, SpanKind.INTERNAL, told, links[:_MOST_LINKS]))
        return WaitSpan(span, self._mask, len(tasks))

    def looking(self, wait: WaitSpan | None, flow: Flow[T]) -> Flow[T]:
        """Return `flow`, which asks for one task, as a part of the wait it is for, whatever thread carries it out."""
        return _inside(_under(wait), flow, FlowNotes())

    def sweeping(self, relay: str, operation: str, waits: Sequence[WaitSpan], flow: Flow[T]) -> Flow[T]:
        """Return `flow`, which asks for a page of tasks, in one span that stands for the HTTP exchange as well.

        It is a part of the wait it is for; where it serves several, it links to all of them instead.
        """
        alone = waits[0] if len(waits) == 1 else None
        links = [] if alone else [Link(wait.span.get_span_context()) for wait in waits[:_MOST_LINKS]]
        name = f"{operation}_list"
        told: dict[str, AttributeValue] = {"klingkit.relay": relay, "klingkit.operation": name}
        plan = self._plan(f"GET {name}", SpanKind.CLIENT, told, links, _under(alone))

        def over(span: Span, page: Any) -> None:
            span.set_attribute("klingkit.tasks", len(page.tasks))

        return self._followed(plan, flow, FlowNotes, over, stands_for_exchange=True)

    def exchange(self, message: Call | Fetch) -> tuple[Exchange, Call | Fetch]:
        """Return the span of an HTTP exchange that begins now, and the message with the headers it is to carry."""
        return exchange(self._tracer, self._mask, message, propagate=self.tracing.propagate)

    # ------------------------------------------------------------------------------------------ the steps of it

    def _generation(self, session: Session, operation: str, media: str, fields: Mapping[str, Any]) -> _Plan:
        told = {**generation(media, fields), **address(session.root)}
        told |= {"klingkit.relay": session.relay.id, "klingkit.operation": operation}
        if self.tracing.prompts and (prompt := prompt_of(fields)):
            told["gen_ai.input.messages"] = messages(prompt)
        name = " ".join(str(told[word]) for word in ("gen_ai.operation.name", "gen_ai.request.model") if word in told)
        return self._plan(name, SpanKind.CLIENT, told)

    def _plan(
        self,
        name: str,
        kind: SpanKind,
        told: Mapping[str, AttributeValue],
        links: Sequence[Link] = (),
        parent: Context | None = None,
    ) -> _Plan:
        clean = {word: self._mask(value) if isinstance(value, str) else value for word, value in told.items()}
        return _Plan(self._mask(name), kind, clean, links, contexts.get_current() if parent is None else parent)

    def _begin(self, plan: _Plan) -> Span:
        return self._tracer.start_span(plan.name, plan.parent, plan.kind, plan.told, plan.links)

    def _followed(
        self,
        plan: _Plan,
        flow: Flow[T],
        kind: Callable[[], FlowNotes],
        over: Callable[[Span, T], None] | None = None,
        *,
        stands_for_exchange: bool = False,
    ) -> Flow[T]:
        """Carry out `flow` inside of a span that begins with it and ends with it.

        A flow runs in the context of whoever drives it from its first step to its last, so the span is the current one
        of all that is done for it.
        """
        span, notes = self._begin(plan), kind()
        notes.span = span
        scope = Scope(span if stands_for_exchange else None)
        try:
            result = yield from _inside(contexts.set_value(SCOPE, scope, trace.set_span_in_context(span)), flow, notes)
            if over is not None:
                over(span, result)
        except GeneratorExit:  # nobody goes on with it
            raise
        except BaseException as error:
            failed(span, error, self._mask)
            raise
        finally:
            notes.end()
            span.end()
        return result

    def _links(self, tasks: Sequence[tuple[str, str]]) -> list[Link]:
        with self._lock:
            found = [self._created[task] for task in tasks if task in self._created]
        return [Link(one) for one in found[:_MOST_LINKS]]


def _under(wait: WaitSpan | None) -> Context:
    """Return a context in which the wait is what goes on, and nothing of the thread's own."""
    return Context() if wait is None else trace.set_span_in_context(wait.span, Context())


def _inside(inner: Context, flow: Flow[T], notes: FlowNotes) -> Flow[T]:
    token = contexts.attach(inner)
    try:
        effect = next(flow)
        while True:
            notes.asked(effect)
            try:
                result = yield effect
            except BaseException as error:  # noqa: BLE001 - the flow decides, and raises what it does not handle
                effect = flow.throw(error)
            else:
                notes.answered(effect, result)
                effect = flow.send(result)
    except StopIteration as end:
        value: T = end.value
        return value
    finally:
        contexts.detach(token)
