"""Every error that klingkit raises. One tree:

KlingError
├── ConfigurationError            the client was set up wrongly; nothing was sent
│   ├── UnknownRelayError
│   └── MissingKeyError
├── InvalidRequestError           the arguments of a call are wrong; nothing was sent
│   ├── UnsupportedByRelayError   the relay does not offer the operation, or drops a field
│   └── TooExpensiveError         it costs more than max_cost, or nobody knows
├── TransportError                no answer came
│   ├── ConnectionFailedError     no connection: nothing was sent
│   ├── AnswerTimeoutError        sent, but no answer in time
│   └── ConnectionLostError       sent, then the connection broke
├── RelayError                    the relay said no
│   ├── AuthenticationError       the key is not taken
│   ├── BalanceError              the account is out of money, or not in order
│   ├── PermissionDeniedError     the account may not do this
│   ├── NotFoundError             no such task, model or path
│   ├── RequestRefusedError       a value is wrong for this relay
│   │   ├── ContentPolicyError    the prompt or a picture is not allowed
│   │   └── DuplicateTaskError    the external_task_id is taken
│   ├── RateLimitError            too fast, or too many tasks at once
│   └── RelayServerError          the relay failed
├── UnexpectedAnswerError         an answer came that says nothing usable
│   ├── NotJsonError
│   │   └── HtmlPageError         a web page came instead
│   ├── MissingFieldError
│   ├── RedirectError
│   └── AnswerTooLargeError
├── OutcomeUnknownError           a create may or may not have happened
├── NoRelayError                  none of several relays took a call; nothing is charged
├── TaskFailedError               the task ended without a result
│   └── TaskCancelledError
├── WaitTimeoutError              the task has not ended yet; it can be resumed
├── DownloadError                 a result could not be saved
└── CallbackError                 a callback is forged, old, or no callback at all
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from klingkit._prices import Estimate
    from klingkit._problems import Problem
    from klingkit._routing import Skipped

__all__ = [
    "AnswerTimeoutError",
    "AnswerTooLargeError",
    "AuthenticationError",
    "BalanceError",
    "CallbackError",
    "ConfigurationError",
    "ConnectionFailedError",
    "ConnectionLostError",
    "ContentPolicyError",
    "DownloadError",
    "DuplicateTaskError",
    "HtmlPageError",
    "InvalidRequestError",
    "KlingError",
    "MissingFieldError",
    "MissingKeyError",
    "NoRelayError",
    "NotFoundError",
    "NotJsonError",
    "OutcomeUnknownError",
    "PermissionDeniedError",
    "RateLimitError",
    "RedirectError",
    "RelayError",
    "RelayServerError",
    "RequestRefusedError",
    "TaskCancelledError",
    "TaskFailedError",
    "TooExpensiveError",
    "TransportError",
    "UnexpectedAnswerError",
    "UnknownRelayError",
    "UnsupportedByRelayError",
    "WaitTimeoutError",
]


class KlingError(Exception):
    """The root of everything klingkit raises. ``str(error)`` is one or two sentences that say what to do.

    Attributes:
        relay: id of the relay, such as ``anyapi``; None before one was chosen.
        operation: operationId of the one spec, such as ``video_text2video_create``.
        request_id: the relay's own id of the exchange, to quote to its support.
        status: HTTP status of the answer, None without an answer.
        code: the code of the refusal: Kling's integer or a gateway's word.
        message: what the relay said, in its words; empty when it said nothing.
        retryable: whether the same call may succeed later without a change, and is safe to repeat.
    """

    exit_status: ClassVar[int] = 2
    retryable_by_nature: ClassVar[bool] = False

    def __init__(
        self,
        sentence: str,
        *,
        relay: str | None = None,
        operation: str | None = None,
        request_id: str | None = None,
        status: int | None = None,
        code: int | str | None = None,
        message: str = "",
        retryable: bool | None = None,
    ) -> None:
        super().__init__(sentence)
        self.relay = relay
        self.operation = operation
        self.request_id = request_id
        self.status = status
        self.code = code
        self.message = message
        self.retryable: bool = self.retryable_by_nature if retryable is None else retryable

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, dict(self.__dict__))


def _rebuild(cls: type[KlingError], args: tuple[object, ...], state: dict[str, object]) -> KlingError:
    """Unpickle an error without calling its ``__init__``, whose arguments differ from class to class."""
    error = cls.__new__(cls, *args)
    error.__dict__.update(state)
    return error


class ConfigurationError(KlingError):
    """The client was set up wrongly. Nothing was sent."""


class UnknownRelayError(ConfigurationError):
    """There is no relay with this id. The sentence lists the ids there are."""


class MissingKeyError(ConfigurationError):
    """No API key was given, and none is in the environment. The sentence names the variables."""


class InvalidRequestError(KlingError):
    """An argument is wrong. Nothing was sent, nothing is charged.

    Attributes:
        argument: the argument at fault, such as ``image`` or ``image_list[1]``; the first of several.
        problems: everything that is wrong with the request, each with field, given value, allowed values and where
            that is documented; empty when the call itself was wrong.
    """

    def __init__(
        self, sentence: str, *, argument: str | None = None, problems: tuple[Problem, ...] = (), **context: Any
    ) -> None:
        super().__init__(sentence, **context)
        self.argument = argument
        self.problems = problems


class UnsupportedByRelayError(InvalidRequestError):
    """The relay does not offer this operation, or is known to drop a field. Nothing was sent, nothing is charged."""


class TooExpensiveError(InvalidRequestError):
    """A create costs more than ``max_cost``, or nobody knows what it costs. Nothing was sent, nothing is charged.

    Attributes:
        estimate: what it is expected to cost.
    """

    def __init__(self, sentence: str, *, estimate: Estimate | None = None, **context: Any) -> None:
        super().__init__(sentence, argument="max_cost", **context)
        self.estimate = estimate


class TransportError(KlingError):
    """No answer came.

    Attributes:
        sent: whether the request may have reached the relay.
    """

    retryable_by_nature = True
    sent: ClassVar[bool] = True


class ConnectionFailedError(TransportError):
    """There was no connection to the relay: nothing was sent, nothing is charged."""

    sent = False


class AnswerTimeoutError(TransportError):
    """The request was sent, and no whole answer came in time."""


class ConnectionLostError(TransportError):
    """The request was sent, or was being sent, when the connection broke."""


class RelayError(KlingError):
    """The relay answered with a refusal.

    Attributes:
        retry_after: how long the relay asks to wait, in seconds; None when it does not say.
    """

    def __init__(self, sentence: str, *, retry_after: float | None = None, **context: Any) -> None:
        super().__init__(sentence, **context)
        self.retry_after = retry_after


class AuthenticationError(RelayError):
    """The relay does not take the key (HTTP 401, codes 1000 to 1004)."""


class BalanceError(RelayError):
    """The account is out of money, or not in order (codes 1100 to 1102, HTTP 402). Waiting does not help."""


class PermissionDeniedError(RelayError):
    """The account, or the address it calls from, may not do this (HTTP 403, codes 1103 and 1304)."""


class NotFoundError(RelayError):
    """No such task, model or path (HTTP 404, codes 1202 and 1203; an unknown task id also by HTTP 400)."""


class RequestRefusedError(RelayError):
    """A value is wrong for this relay (HTTP 400, codes 1200 and 1201). Nothing is charged."""


class ContentPolicyError(RequestRefusedError):
    """The prompt or a picture breaks a policy (codes 1300 and 1301). Nothing is charged."""


class DuplicateTaskError(RequestRefusedError):
    """A task with this ``external_task_id`` exists already; this call made no second one and is not charged.

    Attributes:
        external_task_id: the id that is taken. ``kling.tasks.get(external_task_id, ...)`` finds the task.
    """

    def __init__(self, sentence: str, *, external_task_id: str | None = None, **context: Any) -> None:
        super().__init__(sentence, **context)
        self.external_task_id = external_task_id


class RateLimitError(RelayError):
    """Too fast, or too many tasks at once (HTTP 429, codes 1302 and 1303)."""

    retryable_by_nature = True


class RelayServerError(RelayError):
    """The relay failed (HTTP 5xx, codes 5000 to 5002)."""

    retryable_by_nature = True


class UnexpectedAnswerError(KlingError):
    """An answer came that klingkit cannot use.

    Attributes:
        content_type: the media type the relay declared, empty without one.
        excerpt: the beginning of the body, at most 200 characters, secrets masked.
    """

    def __init__(self, sentence: str, *, content_type: str = "", excerpt: str = "", **context: Any) -> None:
        super().__init__(sentence, **context)
        self.content_type = content_type
        self.excerpt = excerpt


class NotJsonError(UnexpectedAnswerError):
    """The body is not a JSON document: empty, cut off, or something else."""


class HtmlPageError(NotJsonError):
    """A web page came instead of JSON. Gateways do this for a path they do not serve, with HTTP 200."""


class MissingFieldError(UnexpectedAnswerError):
    """The answer is JSON but lacks what it is about, such as a task id."""


class RedirectError(UnexpectedAnswerError):
    """The relay redirects. klingkit does not follow: the key is meant for the relay's own host alone.

    Attributes:
        location: where it points, without query.
    """

    def __init__(self, sentence: str, *, location: str = "", **context: Any) -> None:
        super().__init__(sentence, **context)
        self.location = location


class AnswerTooLargeError(UnexpectedAnswerError):
    """The answer is longer than any answer of this API."""


class NoRelayError(KlingError):
    """None of the client's relays took a call, and none charged for it.

    Attributes:
        skipped: the relays in the turns they had, each with the reason.
        errors: how asking those ended that were asked, or that could not be.
    """

    def __init__(
        self,
        sentence: str,
        *,
        skipped: tuple[Skipped, ...] = (),
        errors: tuple[KlingError, ...] = (),
        **context: Any,
    ) -> None:
        super().__init__(sentence, **context)
        self.skipped = skipped
        self.errors = errors


class OutcomeUnknownError(KlingError):
    """A create was sent, its answer was lost, and no task was found: it may have happened and be charged.

    Do not simply call again. Look for the task by `external_task_id` (``kling.tasks.get``) or on the relay's
    website, and create again only when it is not there. The cause is what was seen instead of an answer.

    Attributes:
        external_task_id: the id the task was given; None where the relay knows none.
        when: when the create was sent, with time zone.
        fields: what was asked for, in words of the one spec; pictures are elided.
        seen: what came instead of a usable answer, in one sentence.
    """

    def __init__(
        self,
        sentence: str,
        *,
        external_task_id: str | None,
        when: datetime,
        fields: Mapping[str, Any],
        seen: str,
        **context: Any,
    ) -> None:
        super().__init__(sentence, **context)
        self.external_task_id = external_task_id
        self.when = when
        self.fields: dict[str, Any] = dict(fields)
        self.seen = seen


class TaskFailedError(KlingError):
    """The task ended without a result.

    Attributes:
        task: the task; ``task.state`` is ``failed`` or ``cancelled``.
        task_id: its id.
        reason: why, in the relay's words; empty when it does not say.
    """

    exit_status = 1

    def __init__(self, sentence: str, *, task: Any, task_id: str, reason: str = "", **context: Any) -> None:
        super().__init__(sentence, message=reason, **context)
        self.task = task
        self.task_id = task_id
        self.reason = reason


class TaskCancelledError(TaskFailedError):
    """The task was cancelled at the relay."""


class WaitTimeoutError(KlingError):
    """The task has not ended within the time given. It goes on, and is paid: wait again, here or elsewhere.

    Attributes:
        task: the task. ``task.wait()`` waits on; ``task.to_json()`` is for ``kling.tasks.resume`` in any process.
        task_id: its id.
    """

    retryable_by_nature = True

    def __init__(self, sentence: str, *, task: Any, task_id: str, **context: Any) -> None:
        super().__init__(sentence, **context)
        self.task = task
        self.task_id = task_id


class DownloadError(KlingError):
    """A result could not be saved. No incomplete file is left behind.

    Attributes:
        path: where it was to be saved.
    """

    def __init__(self, sentence: str, *, path: Path | None = None, **context: Any) -> None:
        super().__init__(sentence, **context)
        self.path = path


class CallbackError(KlingError):
    """What came as a callback is not believed, or is none. No task is touched.

    Attributes:
        http_status: what to answer its sender with: 400, 401 or 413.
    """

    def __init__(self, sentence: str, *, http_status: int, **context: Any) -> None:
        super().__init__(sentence, **context)
        self.http_status = http_status
