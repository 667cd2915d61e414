"""Reading many tasks at once: the new standard's queries by id and by cursor, and the account's bills."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from klingkit_emulator import standard
from klingkit_emulator.asking import refuse_value
from klingkit_emulator.makes import PICTURES, is_standard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from klingkit_emulator.calls import Call, Desk
    from klingkit_emulator.store import Task

__all__ = ["CALLS"]

JsonObject = dict[str, Any]

_MOST_IDS = 20
_MONTH_MS = 30 * 24 * 3600 * 1000
_PACK = 10_000.0
_SOLUTIONS = "solution_"


# ---------------------------------------------------------------------------------------------- new standard


def _by_id(*, solutions: bool) -> Callable[[Desk, Call], list[JsonObject]]:
    def read(desk: Desk, call: Call) -> list[JsonObject]:
        own, external = call.query.get("task_ids"), call.query.get("external_task_ids")
        if (own is None) == (external is None):
            refuse_value("task_ids", "give either task_ids or external_task_ids")
        ids = str(own if own is not None else external).split(",")
        if len(ids) > _MOST_IDS:
            refuse_value("task_ids", f"at most {_MOST_IDS} ids at once")
        found = [desk.store.owned(desk.relay, call.account, said, external=own is None) for said in ids]
        return [_standard(desk, call, task) for task in found if task and _belongs(desk, task, solutions=solutions)]

    return read


def _by_cursor(*, solutions: bool) -> Callable[[Desk, Call], JsonObject]:
    def read(desk: Desk, call: Call) -> JsonObject:
        wanted = _filters(call)
        tasks = (
            told
            for task in _window(desk, call)
            if _belongs(desk, task, solutions=solutions) and _passes(told := _standard(desk, call, task), task, wanted)
        )
        return _sheet(tasks, call, "id", lambda page: page)

    return read


def _belongs(desk: Desk, task: Task, *, solutions: bool) -> bool:
    return task.object in desk.objects and task.object.startswith(_SOLUTIONS) == solutions


def _standard(desk: Desk, call: Call, task: Task) -> JsonObject:
    view = desk.view(task, call.origin)
    # a task of the legacy API has its word in the legacy way
    return standard.task(view if is_standard(task.object) else replace(view, word=standard.WORDS[view.progress.state]))


def _filters(call: Call) -> dict[str, set[str]]:
    return {row["key"]: set(row["values"]) for row in call.body.get("filters", ())}


def _passes(told: Mapping[str, Any], task: Task, wanted: Mapping[str, set[str]]) -> bool:
    product = "try_on" if "try_on" in task.object else "image" if task.asked.kind in PICTURES else "video"
    facts = {"status": told["status"], "product_type": product}
    return all(facts[key] in values for key, values in wanted.items() if key in facts)


# ---------------------------------------------------------------------------------------------- the account


def _costs(desk: Desk, call: Call) -> JsonObject:
    name = call.query.get("resource_pack_name")
    now = desk.clock.now_ms()
    pack = {
        "resource_pack_name": "emulator pack",
        "resource_pack_id": f"pack-{desk.relay}",
        "resource_pack_type": "decreasing_total",
        "total_quantity": _PACK,
        "remaining_quantity": _PACK - desk.store.charges(desk.relay, now, call.account),
        "purchase_time": now - _MONTH_MS,
        "effective_time": now - _MONTH_MS,
        "invalid_time": now + _MONTH_MS,
        "status": "online",
    }
    shown = [pack] if name in {None, "", pack["resource_pack_name"]} else []
    return {"code": 0, "msg": "success", "resource_pack_subscribe_infos": shown}


def _cash_bills(desk: Desk, call: Call) -> JsonObject:
    """Return no row: the pack pays for everything."""
    _window(desk, call)
    return _sheet([], call, "task_id", _bill)


def _pack_bills(desk: Desk, call: Call) -> JsonObject:
    wanted = _filters(call).get("product_type")
    tasks = (task for task in _window(desk, call) if task.object in desk.objects)
    rows = (_row(desk, task) for task in tasks if desk.keeps_payment or not _failed(desk, task))
    return _sheet((row for row in rows if not wanted or row["product_type"] in wanted), call, "task_id", _bill)


def _failed(desk: Desk, task: Task) -> bool:
    """Tell whether a task failed: what it cost was given back, and is deducted no more."""
    return task.timetable.at(desk.clock.now_ms()).state == "failed"


def _row(desk: Desk, task: Task) -> JsonObject:
    return {
        "task_id": task.task_id,
        "api_key_name": "emulator",
        "package_id": f"pack-{desk.relay}",
        "product_type": "try-on" if "try_on" in task.object else "image" if task.asked.kind in PICTURES else "video",
        "product_function": task.object,
        "duration": f"{task.asked.seconds:g}",
        "deduction_time": str(task.timetable.created_ms),
        "deduction_amount": 1,
    }


def _bill(page: list[JsonObject]) -> JsonObject:
    return {"detail": page, "count": len(page)}


# ---------------------------------------------------------------------------------------------- pages


def _window(desk: Desk, call: Call) -> Iterator[Task]:
    """Return the account's tasks of the asked time, newest first; with a cursor those after it, whatever the time.

    A cursor is the id of the last row of the page before.
    """
    if cursor := call.body.get("cursor"):
        if desk.store.owned(desk.relay, call.account, str(cursor)) is None:
            refuse_value("cursor", "it is not one that was given out")
        return desk.store.everything(desk.relay, call.account, older=str(cursor))
    end = int(call.body.get("end_time", desk.clock.now_ms() + 1))
    start = int(call.body.get("start_time", end - _MONTH_MS))
    if start > end:
        refuse_value("start_time", "it is after end_time")
    tasks = desk.store.everything(desk.relay, call.account)
    return (task for task in tasks if start <= task.timetable.created_ms < end)


def _sheet(rows: Iterable[JsonObject], call: Call, key: str, shape: Callable[[list[JsonObject]], Any]) -> JsonObject:
    """Return the first page of `rows`, of which no more are made than it takes."""
    limit = max(1, int(call.body.get("limit", call.operation.defaults.get("limit", 100))))
    found = list(islice(rows, limit + 1))
    page, more = found[:limit], len(found) > limit
    result = shape(page)
    counted = {} if isinstance(result, dict) else {"count": len(page)}
    return {"result": result, **counted, "next_cursor": page[-1][key] if more else "", "has_more": more}


CALLS: dict[str, Callable[[Desk, Call], Any]] = {
    "standard_task_get": _by_id(solutions=False),
    "standard_task_query": _by_cursor(solutions=False),
    "solution_task_get": _by_id(solutions=True),
    "solution_task_query": _by_cursor(solutions=True),
    "account_costs_get": _costs,
    "account_balance_run": _cash_bills,
    "account_package_run": _pack_bills,
}
"""The handlers of this module by operationId."""
