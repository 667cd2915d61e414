"""Hold one answer against the document, and name each thing that is wrong by the one check that owns it.

One cause, one check: a web page is reported as a web page and not as a wrong media type as well, an unknown status
word as a status word and not as a broken schema. The order of the questions below is that rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from klingkit_contract.catalogue import Role
from klingkit_contract.exchanges import Auth
from klingkit_contract.flaws import UNREADABLE, parse_body
from klingkit_contract.reading import Kind, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_contract.contract import Contract, Operation, SchemaError
    from klingkit_contract.exchanges import Answer, Record
    from klingkit_contract.findings import Severity
    from klingkit_contract.reading import Reader

__all__ = ["Claim", "Judge", "asked_id"]

_SERVER_ERRORS = 500
_MOST_ERRORS = 3  # of one answer that are told; the exchange shows the rest


@dataclass(frozen=True, slots=True)
class Claim:
    """One broken promise, before it is written up.

    `topic` tells claims of one cell apart: those with the same topic are one finding, counted. `severity` overrides
    the check's own where the case is milder or worse.
    """

    operation: str
    check: str
    topic: str
    pointer: str
    seen: str
    record: Record
    severity: Severity | None = None


class Judge:
    """Judges answers in the order they came.

    `issued` are the task ids that the relay gave out so far, `aliases` maps external ids to task ids.
    """

    def __init__(self, contract: Contract, reader: Reader) -> None:
        self._contract, self._reader = contract, reader
        self.issued: set[str] = set()
        self.aliases: dict[str, str] = {}

    def read(self, answer: Answer) -> Reading:
        """Return what the body of `answer` says."""
        value = parse_body(answer.body)
        return Reading(Kind.OTHER) if value is UNREADABLE else self._reader.read(value)

    def excused(self, record: Record) -> bool:
        """Tell whether a server error is the documented refusal of a wrong request, and this request is wrong."""
        operation = self._contract.operations.get(record.operation)
        if operation is None or not record.flaws:
            return False
        return self._contract.refuses(operation, record.answer.status, self.read(record.answer).code)

    def claims(self, record: Record) -> list[Claim]:
        """Return what is wrong with the answer of `record`; nothing for what never left or came from elsewhere."""
        operation = self._contract.operations.get(record.operation)
        if operation is None or record.answer.blocked or record.outside:
            return []
        return list(self._claims(operation, record))

    def _claims(self, operation: Operation, record: Record) -> Iterator[Claim]:
        answer = record.answer

        def claim(check: str, topic: str, pointer: str, seen: str) -> Claim:
            return Claim(operation.id, check, topic, pointer, seen, record)

        if answer.status == 0:
            yield claim("server-error", "no answer", operation.pointer, f"No answer came: {answer.note}.")
            return
        if answer.status >= _SERVER_ERRORS and not self.excused(record):
            seen = f"HTTP {answer.status} {_because(record)}"
            yield claim("server-error", str(answer.status), operation.pointer, seen)
            return
        if answer.success and looks_like_page(answer):
            seen = f"HTTP {answer.status} with a web page ({answer.media_type or 'no Content-Type'})."
            yield claim("html-page", "page", f"{operation.pointer}/responses", seen)
            return
        if answer.success and record.request.auth in {Auth.NONE, Auth.WRONG, Auth.ELSEWHERE}:
            return  # that it was answered at all is what is wrong, and the checks of keys say so
        yield from self._documented(operation, record)

    def _documented(self, operation: Operation, record: Record) -> Iterator[Claim]:
        answer = record.answer
        promise = self._contract.promise(operation, answer.status)
        if promise is None:
            seen = f"HTTP {answer.status}, which the documents do not list, {_because(record)}"
            pointer = f"{operation.pointer}/responses"
            self._remember(operation, record, self.read(answer))
            yield Claim(operation.id, "status-code", str(answer.status), pointer, seen, record)
            return
        if not promise.media:
            return
        right_type = answer.media_type in promise.media
        if not right_type:
            said = answer.media_type or "no Content-Type at all"
            seen = f"HTTP {answer.status} says {said} where {' or '.join(promise.media)} is promised."
            yield Claim(operation.id, "content-type", said, f"{promise.pointer}/content", seen, record)
        value = parse_body(answer.body)
        schema = promise.media.get(answer.media_type) or next(iter(promise.media.values()))
        if value is UNREADABLE:
            if right_type:
                seen = f"HTTP {answer.status} with a body that is not JSON."
                yield Claim(operation.id, "response-schema", "not JSON", schema, seen, record)
            return
        yield from self._content(operation, record, schema, value)

    def _content(self, operation: Operation, record: Record, schema: str, value: object) -> Iterator[Claim]:
        reading = self._reader.read(value)
        self._remember(operation, record, reading)
        if record.answer.success and reading.kind is Kind.ERROR:
            seen = f"A refusal (code {reading.code}) under HTTP {record.answer.status}."
            pointer = f"{operation.pointer}/responses"
            yield Claim(operation.id, "status-code", "refusal under success", pointer, seen, record)
            return
        owned = self._shape(operation, record, reading, self._contract.errors(schema, value))
        yield from owned
        if not record.answer.success:
            return
        if flaw := next((flaw for flaw in record.flaws if flaw.kind != "auth"), None):
            seen = f"Accepted (HTTP {record.answer.status}) although {flaw.sentence}."
            yield Claim(operation.id, flaw.check, flaw.place, flaw.pointer, seen, record)
        if operation.role is not Role.CALL and not any(claim.check == "status-known" for claim in owned):
            yield from self._words(operation, record, reading, schema)
        if operation.role is Role.GET and not any(claim.check == "task-id-present" for claim in owned):
            yield from self._identity(operation, record, reading.tasks[0] if len(reading.tasks) == 1 else reading)

    def _remember(self, operation: Operation, record: Record, reading: Reading) -> None:
        """Note the ids that creates and lists give out; a query proves nothing about the id it was asked for."""
        if record.answer.success and operation.role is not Role.GET:
            self.issued.update(task.task_id for task in (reading, *reading.tasks) if task.task_id)

    def _shape(self, operation: Operation, record: Record, reading: Reading, errors: list[SchemaError]) -> list[Claim]:
        """Name the check that owns each broken schema: the id and the status word have their own, the rest is one."""
        found: dict[str, list[SchemaError]] = {}
        for error in errors:
            found.setdefault(self._owner(operation, record, reading, error), []).append(error)
        return [
            Claim(
                operation=operation.id,
                check=check,
                topic=", ".join(f"{error.dotted} {error.keyword}" for error in same),
                pointer=same[0].pointer,
                seen=f"HTTP {record.answer.status}, {'; '.join(_in_words(error) for error in same[:_MOST_ERRORS])}.",
                record=record,
            )
            for check, same in found.items()
        ]

    def _owner(self, operation: Operation, record: Record, reading: Reading, error: SchemaError) -> str:
        if operation.role is Role.CALL:
            return "response-schema"
        if record.answer.success and (error.dotted in self._reader.id_places or self._leaves_out_id(reading, error)):
            return "task-id-present"
        if record.answer.success and error.dotted in self._reader.word_places and not error.missing:
            return "status-known"
        return "response-schema"

    def _leaves_out_id(self, reading: Reading, error: SchemaError) -> bool:
        """Tell whether none of several documented shapes fits an object that lacks the task's id."""
        if reading.task_id or reading.tasks or error.keyword not in {"anyOf", "oneOf"}:
            return False
        return any(place.startswith(f"{error.dotted}.") for place in self._reader.id_places)

    def _words(self, operation: Operation, record: Record, reading: Reading, schema: str) -> Iterator[Claim]:
        """Claim status words nobody knows, where the schema leaves the words open."""
        for task in (reading, *reading.tasks):
            if task.word is not None and not task.state:
                seen = f"The status word {task.word!r} is in no relay's documents."
                yield Claim(operation.id, "status-known", task.word, schema, seen, record)

    def _identity(self, operation: Operation, record: Record, reading: Reading) -> Iterator[Claim]:
        """Claim an answer about another task, and a task behind an id that was never given out."""
        if reading.kind is not Kind.TASK:
            return
        asked = asked_id(operation, record)
        expected = self.aliases.get(asked, asked)
        if reading.task_id and reading.task_id != expected:
            seen = "The answer is about another task than the one asked for."
            yield Claim(operation.id, "asked-id", "another task", f"{operation.pointer}/parameters", seen, record)
        elif expected not in self.issued:
            seen = f"HTTP {record.answer.status} with a task for an id that was never given out."
            yield Claim(operation.id, "unknown-id", "a task for any id", operation.pointer, seen, record)


def asked_id(operation: Operation, record: Record) -> str:
    """Return the id a query asks for: the end of its path, or what its query string has for ids."""
    if operation.path.endswith("}"):
        return unquote(record.request.path.rpartition("/")[2])
    return next((value for name, value in parse_qsl(record.request.query) if name.endswith("task_ids")), "")


def looks_like_page(answer: Answer) -> bool:
    """Tell whether the body is a web page, by its media type or by how it begins."""
    start = answer.body[:512].lstrip().lower()
    return answer.media_type in {"text/html", "application/xhtml+xml"} or start.startswith(
        (b"<!doctype html", b"<html")
    )


def _in_words(error: SchemaError) -> str:
    return f"{error.dotted or 'the whole answer'}: {error.message}"


def _because(record: Record) -> str:
    if record.flaws:
        return f"to a request that ought to be refused: {record.flaws[0].sentence}."
    return "to a request without a fault."
