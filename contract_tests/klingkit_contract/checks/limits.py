"""Requests one step outside the documents: each ought to be refused, and is paid for where it is not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from klingkit_contract.catalogue import Role
from klingkit_contract.exchanges import Request
from klingkit_contract.flaws import find_flaws
from klingkit_contract.judge import Claim
from klingkit_contract.mutations import body_mutations, query_mutations
from klingkit_contract.rule_probes import rule_probes
from klingkit_contract.rules import MODEL_LIMITS, RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit_contract.contract import Operation
    from klingkit_contract.session import Seen, Session

__all__ = ["ask"]

_NOT_A_WORD = "klingkit-none"
_CHECKS = ("limits", "missing-required", "wrong-type", "request-type", "conditions", RULES, MODEL_LIMITS)


def ask(session: Session) -> None:
    """Probe every create, then the query parameters of every list, then the other calls."""
    # Where there is a list it shows whether refusals are charged, for all creates: so those go first.
    for create, _, listing in sorted(session.pairs(), key=lambda pair: pair[2] is None):
        if session.board.wants("refused-free"):
            _refused_free(session, create, listing)
        if any(session.board.wants(check) for check in _CHECKS):
            _probe_body(session, create)
    for operation in session.contract.of_role(Role.LIST):
        _probe_query(session, operation)
    for operation in session.contract.of_role(Role.CALL):
        if session.contract.request_schema(operation):
            _probe_body(session, operation)
        else:
            _probe_query(session, operation)


class _Tally:
    """Counts, per check of one operation, what was asked and why something was not."""

    def __init__(self, session: Session, operation: Operation) -> None:
        self._session, self._operation = session, operation
        self._planned: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def plan(self, check: str) -> None:
        self._planned[check] += 1

    def proven(self, check: str) -> bool:
        """Tell whether one accepted request has already proven the point; more would only cost more."""
        return self._session.board.accused(self._operation.id, check)

    def count(self, check: str, seen: Seen) -> None:
        if seen.refused:
            self._refused[check] += 1
        elif seen.blocked:
            self._session.board.untested(self._operation.id, check, self._session.why_blocked(seen))
        else:
            self._session.board.untested(self._operation.id, check, seen.why_no_verdict())
        self._session.board.asked(self._operation.id, check, 0 if seen.blocked else 1)

    def close(self) -> None:
        """Pass what was refused, and say where the document has nothing to probe."""
        board, operation = self._session.board, self._operation
        for check in _CHECKS:
            if self._refused[check]:
                part = self._refused[check] < self._planned[check]
                note = f"{self._refused[check]} of {self._planned[check]} asked" if part else ""
                board.passed(operation.id, check, note)
            elif not self._planned[check]:
                board.does_not_apply(operation.id, check, "the documents promise nothing of the kind here")


def _probe_body(session: Session, operation: Operation) -> None:
    samples = session.samples
    requests = [
        samples.request(operation, found.body) for found in body_mutations(session.contract, samples, operation)
    ]
    valid = samples.request(operation, samples.body(operation))
    requests += [replace(valid, path=path) for path in _path_mutations(session, operation)]
    others = tuple(row for row in valid.headers if row[0].lower() != "content-type")
    requests.append(replace(valid, headers=(*others, ("content-type", "text/plain"))))
    for probe in rule_probes(session.contract, samples, operation):
        path = samples.path(operation, **probe.path)
        requests.append(replace(samples.request(operation, probe.body), path=path))
    _probe(session, operation, requests)


def _path_mutations(session: Session, operation: Operation) -> list[str]:
    """Return paths with a word that is in none of the documents, for each list of words in the path."""
    rows = session.contract.parameters(operation, "path")
    named = [name for name, (at, _) in rows.items() if "enum" in session.contract.resolve(f"{at}/schema")[1]]
    return [session.samples.path(operation, **{name: _NOT_A_WORD}) for name in named]


def _probe_query(session: Session, operation: Operation) -> None:
    base = session.samples.query(operation)
    wanted = session.contract.parameters(operation, "query")
    queries = [{**base, name: value} for name, value, _ in query_mutations(session.contract, operation)]
    queries += [
        {key: value for key, value in base.items() if key != name} for name in base if wanted[name][1].get("required")
    ]
    _probe(session, operation, [Request("GET", operation.path, query=urlencode(query)) for query in queries])


def _probe(session: Session, operation: Operation, requests: Sequence[Request]) -> None:
    tally = _Tally(session, operation)
    probes = []
    for request in requests:
        flaws = find_flaws(session.contract, operation, request)
        if flaws:  # not every step over a limit leaves what the document allows: a pattern may fit by chance
            tally.plan(flaws[0].check)
            probes.append((flaws[0].check, request))
    for check, request in probes:
        if session.board.wants(check) and not tally.proven(check):
            tally.count(check, session.send(request))
    tally.close()


def _refused_free(session: Session, create: Operation, listing: Operation | None) -> None:
    """Look whether the list grows by a create that was refused.

    The list is read twice before, so that tasks which someone else makes with the same key are not blamed on it.
    """
    board, check = session.board, "refused-free"
    if listing is None:
        board.does_not_apply(create.id, check, "the relay offers no list in which such a task would show")
        return
    mutations = body_mutations(session.contract, session.samples, create)
    if not mutations:
        board.does_not_apply(create.id, check, "the documents refuse no request here")
        return
    before = [session.page(listing), session.page(listing)]
    known = [{task.task_id for task in seen.reading.tasks} for seen in before]
    if not all(seen.served and not seen.claims for seen in before) or known[0] != known[1]:
        quiet = all(seen.served and not seen.claims for seen in before)
        reason = "other tasks are being made with this key" if quiet else before[0].why_no_verdict()
        board.untested(create.id, check, reason)
        return
    body = mutations[0].body
    body = session.samples.marked(create, body, f"klingkit-refused-{session.mark}-{create.family}")
    board.asked(create.id, check)
    refused = session.send(session.samples.request(create, body))
    if refused.blocked:
        board.untested(create.id, check, session.why_blocked(refused))
    elif not refused.refused:
        board.untested(create.id, check, refused.why_no_verdict())
    else:
        _look_again(session, create, listing, refused, known[1])


def _look_again(session: Session, create: Operation, listing: Operation, refused: Seen, known: set[str]) -> None:
    after = session.page(listing)
    new = [task for task in after.reading.tasks if task.task_id not in known]
    if not after.served:
        session.board.untested(create.id, "refused-free", after.why_no_verdict())
    elif new:
        session.guard.found_charged(refused.record)
        words = f"The create was refused with HTTP {refused.status}, and yet the list has a new task."
        claim = Claim(create.id, "refused-free", "task", f"{create.pointer}/responses", words, refused.record)
        session.board.accuse([claim])
    else:
        session.board.passed(create.id, "refused-free")
