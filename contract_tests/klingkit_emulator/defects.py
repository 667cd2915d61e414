"""Planted defects: named ways to break the contract, each at one well-named place of the honest path.

Nothing is planted by default. A name is planted on every relay (``status-word``) or on one (``anyapi:status-word``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from klingkit_emulator.asked import FPS, Asked
from klingkit_emulator.errors import UnknownNameError
from klingkit_emulator.lifecycle import Progress, Timetable
from klingkit_emulator.refusals import Reason, RefusedError
from klingkit_emulator.registry import known
from klingkit_emulator.store import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit_emulator.contract import Violation

__all__ = ["DEFECTS", "Defects", "check_names"]

DEFECTS: dict[str, str] = {
    "charged-refusal": "a refused create is charged for all the same, and its task appears in the list",
    "duplicate-accepted": "a create that repeats an external_task_id is accepted and charged",
    "capability-not-enforced": "a model is asked for what it does not make, and the create is accepted and charged",
    "error-500-on-bad-request": "a wrong request is answered with HTTP 500 instead of 400",
    "expired-result": "result files answer 404 as soon as they are finished",
    "html-200": "queries answer a dashboard page with HTTP 200",
    "id-as-number": "task_id is a JSON number, which a double cannot hold",
    "long-prompt-accepted": "a prompt longer than documented is accepted and charged",
    "missing-auth-accepted": "a request without a key, or with a wrong one, is served",
    "missing-task-id": "the answer to a create lacks the task's id",
    "other-account-visible": "a task of another account can be queried",
    "page-size-ignored": "the list answers every task whatever page is asked for",
    "result-html": "result files are a web page with HTTP 200",
    "rule-not-enforced": "fields that contradict each other by a named rule are accepted and charged",
    "short-video": "videos last half as long as asked for and stated",
    "status-word": "a finished task has a status word that is not documented",
    "stuck": "a task never leaves the running state",
    "text-plain": "JSON answers say they are text/plain",
    "unknown-id-200": "an unknown task id is answered as if the task existed",
    "wrong-task": "a query answers another task than the one asked for",
}

WRONG_WORD = "finished_ok"


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

    def overlooks(self, violation: Violation) -> bool:
        """Return whether this thing wrong with a request goes unnoticed."""
        if violation.sort != "schema":
            return ("rule-not-enforced" if violation.sort == "rule" else "capability-not-enforced") in self.planted
        too_long = violation.keyword == "maxLength" and violation.path.rpartition(".")[2] == "prompt"
        return too_long and "long-prompt-accepted" in self.planted

    @property
    def charges_refusals(self) -> bool:
        """Whether a create with a wrong body is charged although it is refused."""
        return "charged-refusal" in self.planted

    @property
    def accepts_duplicates(self) -> bool:
        """Whether an external id may be used twice."""
        return "duplicate-accepted" in self.planted

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
    def ignores_pages(self) -> bool:
        """Whether a list has every task."""
        return "page-size-ignored" in self.planted

    # -------------------------------------------------------------------------------- what is said

    def progress(self, honest: Progress, timetable: Timetable) -> Progress:
        """Return where the task is said to stand."""
        if honest.final and "stuck" in self.planted:
            return Progress("running", timetable.started_ms)
        return honest

    def word(self, honest: str, state: str) -> str:
        """Return the status word for `state`."""
        return WRONG_WORD if state == "succeeded" and "status-word" in self.planted else honest

    def created(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a create; the task's id stands in it or in its `data`."""
        if "missing-task-id" not in self.planted:
            return self.queried(answer)
        kept = {name: value for name, value in answer.items() if name != "task_id"}
        data = kept.get("data")
        return {**kept, "data": self.created(data)} if isinstance(data, dict) else kept

    def queried(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a query."""
        return _with_numbers(answer) if "id-as-number" in self.planted else answer

    @property
    def shows_dashboard(self) -> bool:
        """Whether queries answer a web page."""
        return "html-200" in self.planted

    def media_type(self, honest: str) -> str:
        """Return the Content-Type of JSON answers."""
        return "text/plain; charset=utf-8" if "text-plain" in self.planted else honest

    def refusal(self, honest: RefusedError) -> RefusedError:
        """Return the refusal that is answered."""
        wrong = honest.reason in {Reason.BAD_REQUEST, Reason.BAD_VALUE}
        if wrong and "error-500-on-bad-request" in self.planted:
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
        if asked.kind == "video" and "short-video" in self.planted:
            return replace(asked, seconds=max(1 / FPS, asked.seconds / 2))
        return asked


def invented(relay: str, account: str, obj: str, task_id: str, now_ms: int, kind: str) -> Task:
    """Return a task that never was: just accepted, never to end."""
    never = 2**53
    timetable = Timetable(now_ms, never, never)
    return Task(task_id, relay, account, obj, None, timetable, Asked(kind=kind, width=16, height=16, seed=0))


def _with_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _number(member) if name == "task_id" else _with_numbers(member) for name, member in value.items()}
    return [_with_numbers(member) for member in value] if isinstance(value, list) else value


def _number(task_id: str) -> int:
    digits = "".join(character for character in task_id if character.isdigit())
    return int(digits or "0")
