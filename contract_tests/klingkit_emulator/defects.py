"""Planted defects: named ways to break the contract, each at one well-named place of the honest path.

Nothing is planted by default. A name is planted on every relay (``status-word``) or on one (``anyapi:status-word``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from klingkit_emulator import spoiling
from klingkit_emulator.asked import FPS, Asked
from klingkit_emulator.defect_table import DEFECTS
from klingkit_emulator.errors import UnknownNameError
from klingkit_emulator.lifecycle import Progress, Timetable
from klingkit_emulator.refusals import Reason, RefusedError
from klingkit_emulator.registry import known
from klingkit_emulator.store import Task

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence, Set

    from starlette.responses import Response

    from klingkit_emulator.asking import Ask
    from klingkit_emulator.contract import Violation

__all__ = ["DEFECTS", "REASON", "WRONG_WORD", "Defects", "another", "check_names", "invented"]

WRONG_WORD = "finished_ok"
REASON = "Failure to pass the risk control system"
_RESET = 10.0  # seconds
_SHORT = 200  # characters: what is wrong with a prompt still reaches Kling, which refuses it
_NEVER = 1 << 62  # Unix milliseconds
_OVERLOOKED_BY = {
    "enum": "enum-ignored",
    "minimum": "range-ignored",
    "maximum": "range-ignored",
    "minItems": "item-count-ignored",
    "maxItems": "item-count-ignored",
    "required": "required-ignored",
    "type": "type-ignored",
    "not": "exclusions-ignored",
}


def check_names(names: Sequence[str]) -> None:
    """Raise UnknownNameError unless every name is a defect, or a relay and a defect with a colon between."""
    for name in names:
        relay, colon, defect = name.rpartition(":")
        if defect not in DEFECTS:
            raise UnknownNameError(f"there is no defect {defect!r}; choose from {', '.join(DEFECTS)}.")
        if colon and relay not in known():
            raise UnknownNameError(f"there is no relay {relay!r} to plant {defect!r} on; choose from {_relays()}.")


def _relays() -> str:
    return ", ".join(known())


@dataclass(frozen=True, slots=True)
class Defects:
    """The defects planted on one relay. Without any, every method leaves the honest answer as it is."""

    planted: frozenset[str] = frozenset()
    seen: Counter[str] = field(default_factory=Counter, compare=False)  # what was asked for how often

    @classmethod
    def of(cls, relay: str, names: Sequence[str]) -> Defects:
        """Return what `names` plant on `relay`."""
        pairs = [name.rpartition(":") for name in names]
        return cls(frozenset(defect for owner, _, defect in pairs if owner in {"", relay}))

    # -------------------------------------------------------------------------------- before the work

    @property
    def lets_anyone_in(self) -> bool:
        """Whether a missing or wrong key is overlooked."""
        return "missing-auth-accepted" in self.planted

    def lets_in(self, ask: Ask, keys: Container[str]) -> bool:
        """Return whether a request is let in although its key is none of `keys`, or out of its place."""
        if self.lets_anyone_in:
            return True
        if ask.headers.get("authorization", "").strip():
            return "wrong-key-accepted" in self.planted
        in_header = ask.headers.get("x-api-key", "") in keys and "key-in-header-accepted" in self.planted
        return in_header or (dict(ask.query).get("api_key", "") in keys and "key-in-address-accepted" in self.planted)

    def noticed(self, violations: Sequence[Violation]) -> list[Violation]:
        """Return what is noticed of all that is wrong with a request."""
        left = [violation for violation in violations if not self._overlooks(violation)]
        if "type-ignored" not in self.planted:
            return left
        strange = {violation.path for violation in violations if violation.keyword == "type"}
        return [violation for violation in left if violation.path not in strange]

    def among(self, names: Set[str]) -> Defects:
        """Return those of the defects that are among `names`."""
        return Defects(self.planted & names)

    def _overlooks(self, violation: Violation) -> bool:
        if violation.sort != "schema":
            return ("rule-not-enforced" if violation.sort == "rule" else "capability-not-enforced") in self.planted
        if violation.keyword == "maxLength":
            return violation.path.rpartition(".")[2] == "prompt" and "long-prompt-accepted" in self.planted
        return _OVERLOOKED_BY.get(violation.keyword, "") in self.planted

    @property
    def ignores_media_types(self) -> bool:
        """Whether a body is read whatever its Content-Type says."""
        return "request-type-ignored" in self.planted

    @property
    def refuses_everything(self) -> bool:
        """Whether a create that is right is refused."""
        return "valid-refused" in self.planted

    def too_fast(self, operation: str) -> bool:
        """Return whether this request to `operation`, a query, is one too many: the first of them is."""
        if "rate-limit-without-time" not in self.planted:
            return False
        self.seen[operation] += 1
        return self.seen[operation] == 1

    @property
    def shows_pages(self) -> bool:
        """Whether paths that do not exist show a web page."""
        return "unknown-path-page" in self.planted

    @property
    def serves_any_method(self) -> bool:
        """Whether a method that fits no path is answered all the same."""
        return "wrong-method-served" in self.planted

    def accepted(self, task: Task) -> Task:
        """Return the task that is kept for the one that was asked for."""
        if "image2video-turned" in self.planted and task.object == "video_image2video":
            return replace(task, object="video_text2video")
        reason = "" if "reason-missing" in self.planted else REASON if "failed-charged" in self.planted else None
        return task if reason is None else replace(task, timetable=replace(task.timetable, reason=reason))

    @property
    def keeps_payment(self) -> bool:
        """Whether a task that failed stays charged."""
        return "failed-charged" in self.planted

    @property
    def charges_twice(self) -> bool:
        """Whether a create is charged once more."""
        return "charged-twice" in self.planted

    @property
    def charges_refusals(self) -> bool:
        """Whether a create with a wrong body is charged although it is refused."""
        return "charged-refusal" in self.planted

    @property
    def accepts_duplicates(self) -> bool:
        """Whether an external id may be used twice."""
        return "duplicate-accepted" in self.planted

    def forwarded(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a gateway passes on of what it makes of a create."""
        prompt = body.get("negative_prompt")
        if "field-dropped" not in self.planted or not isinstance(prompt, str) or len(prompt) > _SHORT:
            return body
        return {name: value for name, value in body.items() if name != "negative_prompt"}

    # -------------------------------------------------------------------------------- looking up

    @property
    def shows_other_accounts(self) -> bool:
        """Whether an id is looked up among the tasks of every account."""
        return "other-account-visible" in self.planted

    @property
    def mistakes_tasks(self) -> bool:
        """Whether another task than the one asked for is answered."""
        return "wrong-task" in self.planted

    @property
    def invents_tasks(self) -> bool:
        """Whether there is a task for every id."""
        return "unknown-id-200" in self.planted

    @property
    def loses_external_ids(self) -> bool:
        """Whether tasks are found by their own id only."""
        return "external-id-not-found" in self.planted

    @property
    def lists_everyone(self) -> bool:
        """Whether a list has the tasks of all accounts."""
        return "other-account-listed" in self.planted

    @property
    def hides_newest(self) -> bool:
        """Whether a list lacks the newest task."""
        return "list-incomplete" in self.planted

    def asked_for(self, task: Task, final: bool) -> Task:
        """Return the task that a query answers; `final` tells whether it has ended."""
        if "id-changes" in self.planted:
            return replace(task, task_id=another(task.task_id))
        if final and "end-changes" in self.planted:
            self.seen[task.task_id] += 1
            if self.seen[task.task_id] > 1:
                return replace(task, timetable=replace(task.timetable, reason=REASON))
        if "status-backwards" in self.planted:  # whatever the time: who looks late, or slowly, sees it, too
            self.seen[task.task_id] += 1
            began = {1: task.timetable.created_ms, 2: _NEVER}.get(self.seen[task.task_id])
            if began is not None:
                return replace(task, timetable=replace(task.timetable, started_ms=began, ended_ms=_NEVER))
        return task

    @property
    def ignores_pages(self) -> bool:
        """Whether a list has every task."""
        return "page-size-ignored" in self.planted

    # -------------------------------------------------------------------------------- what is said

    def progress(self, honest: Progress, timetable: Timetable) -> Progress:
        """Return where the task is said to stand."""
        if honest.final and "stuck" in self.planted:
            return Progress("running", timetable.started_ms)
        return honest

    def listed(self, honest: Progress, timetable: Timetable) -> Progress:
        """Return where a list says that a task stands."""
        return Progress("queued", timetable.created_ms) if "list-stale" in self.planted else honest

    @property
    def calls_back(self) -> bool:
        """Whether callbacks are sent."""
        return "callback-missing" not in self.planted

    def moments(self, honest: Sequence[int]) -> list[int]:
        """Return when callbacks are sent (Unix milliseconds)."""
        return sorted([*honest, *honest]) if "callback-twice" in self.planted else list(honest)

    def announced(self, task: Task) -> Task:
        """Return the task that a callback is about."""
        if "callback-other-id" in self.planted:
            return replace(task, task_id=another(task.task_id))
        if "callback-other-end" in self.planted:
            return replace(task, timetable=replace(task.timetable, reason=REASON))
        return task

    def word(self, honest: str, state: str) -> str:
        """Return the status word for `state`."""
        return WRONG_WORD if state == "succeeded" and "status-word" in self.planted else honest

    def created(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a create; the task's id stands in it or in its `data`."""
        if "missing-task-id" not in self.planted:
            return _with_numbers(answer) if self.numbers_ids else answer
        kept = {name: value for name, value in answer.items() if name not in _ids(answer)}
        data = kept.get("data")
        return {**kept, "data": self.created(data)} if isinstance(data, dict) else kept

    def queried(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a query."""
        answer = _with_numbers(answer) if self.numbers_ids else answer
        return spoiling.queried(self.planted, answer)

    def called(self, data: Any) -> Any:
        """Return what a call answers; the queries that tasks of the new standard share are calls."""
        return spoiling.queried(self.planted & {"result-missing"}, {"data": data})["data"]

    def answered(self, ask: Ask, response: Response, *, creates: bool) -> Response:
        """Return the answer that is sent for the one that was due; `creates` tells whether a create was asked for."""
        return spoiling.answered(self.planted, ask, response, creates=creates)

    @property
    def numbers_ids(self) -> bool:
        """Whether ids of tasks are numbers."""
        return "id-as-number" in self.planted

    @property
    def shows_dashboard(self) -> bool:
        """Whether queries answer a web page."""
        return "html-200" in self.planted

    def media_type(self, honest: str) -> str:
        """Return the Content-Type of JSON answers."""
        return "text/plain; charset=utf-8" if "text-plain" in self.planted else honest

    @property
    def breaks_on_wrong_requests(self) -> bool:
        """Whether what is wrong with a request is told as an error of the server's."""
        return "error-500-on-bad-request" in self.planted

    def refusal(self, honest: RefusedError) -> RefusedError:
        """Return the refusal that is answered."""
        wrong = honest.reason in {Reason.BAD_REQUEST, Reason.BAD_VALUE}
        if wrong and self.breaks_on_wrong_requests:
            return RefusedError(Reason.BROKEN, "server error", param=honest.param)
        return honest

    # -------------------------------------------------------------------------------- files

    @property
    def loses_files(self) -> bool:
        """Whether result files are gone."""
        return "expired-result" in self.planted

    @property
    def files_are_pages(self) -> bool:
        """Whether result files are web pages."""
        return "result-html" in self.planted

    def made(self, asked: Asked) -> Asked:
        """Return what is made of what was asked for."""
        if asked.kind != "video":
            return asked
        if "short-video" in self.planted:
            return replace(asked, seconds=max(1 / FPS, asked.seconds / 2))
        if "duration-reset" in self.planted:
            return replace(asked, seconds=_RESET)
        if "square-video" in self.planted:
            return replace(asked, width=asked.height, height=asked.height)
        return replace(asked, sound=False) if "silent-video" in self.planted else asked

    def hands_out(self, headers: Mapping[str, str]) -> bool:
        """Return whether a result file is handed out to whoever says this."""
        return "result-needs-key" not in self.planted or "authorization" in headers

    @property
    def sends_whole_files(self) -> bool:
        """Whether a part of a file cannot be asked for."""
        return "result-without-ranges" in self.planted

    def file_type(self, honest: str) -> str:
        """Return the Content-Type of result files."""
        return "application/octet-stream" if "result-type-wrong" in self.planted else honest


def invented(relay: str, account: str, obj: str, task_id: str, now_ms: int, kind: str) -> Task:
    """Return a task that never was: just accepted, never to end."""
    never = 2**53
    timetable = Timetable(now_ms, never, never)
    return Task(task_id, relay, account, obj, None, timetable, Asked(kind=kind, width=16, height=16, seed=0))


def another(task_id: str) -> str:
    """Return an id of the same form that is another."""
    return task_id[:-1] + ("1" if task_id[-1:] == "0" else "0")


def _with_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        ids = _ids(value)
        return {name: _number(member) if name in ids else _with_numbers(member) for name, member in value.items()}
    return [_with_numbers(member) for member in value] if isinstance(value, list) else value


def _ids(answer: Mapping[str, Any]) -> Set[str]:
    """Return the members that hold the id of a task."""
    return {"task_id", "id"} if answer.get("object") == "video" else {"task_id"}


def _number(task_id: str) -> int:
    digits = "".join(character for character in task_id if character.isdigit())
    return int(digits or "0")
