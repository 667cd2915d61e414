"""The emulator's own addresses below /_emulator: its state, faults to plant, and where redirects land."""

from __future__ import annotations

import json
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, JSONResponse, Response

from klingkit_emulator.errors import FaultError
from klingkit_emulator.faults import Faults, read_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

__all__ = ["Control"]

_LANDINGS = 100
_ALLOWED = {"": ("GET", "HEAD"), "state": ("GET", "HEAD"), "faults": ("DELETE", "POST")}


class Control:
    """Answers below /_emulator. `state` gives the emulator's state as JSON."""

    def __init__(self, state: Callable[[], dict[str, Any]], faults: Faults) -> None:
        self._state = state
        self._faults = faults
        self.landings: list[dict[str, Any]] = []

    async def answer(self, request: Request, name: str) -> Response:
        """Answer a request for /_emulator/`name`."""
        if name == "landing":
            return self._land(request)
        if name not in _ALLOWED:
            return JSONResponse({"error": "there is /_emulator, /_emulator/state and /_emulator/faults."}, 404)
        if request.method not in _ALLOWED[name]:
            return JSONResponse({"error": "wrong method."}, 405, headers={"allow": ", ".join(_ALLOWED[name])})
        if name == "faults":
            return await self._change_faults(request)
        return JSONResponse(self._state()) if name else HTMLResponse(_page(self._state()))

    async def _change_faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._faults.clear()
            return Response(status_code=204)
        try:
            fault = read_fault(json.loads(await request.body()))
            planted = asdict(fault)
            self._faults.plant(fault)
        except (FaultError, ValueError, RecursionError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(planted, 201)

    def _land(self, request: Request) -> Response:
        """Note who came from a redirect, and whether the key was brought along to another address."""
        self.landings.append({"method": request.method, "authorization": "authorization" in request.headers})
        del self.landings[:-_LANDINGS]
        return HTMLResponse("<!doctype html><title>Elsewhere</title><p>This is not the API.\n")


def _page(state: dict[str, Any]) -> str:
    relays = "".join(_section(relay, row) for relay, row in state["relays"].items())
    planted = ", ".join(state["defects"]) or "none"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>klingkit emulator</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ border-bottom: 1px solid #ddd; padding: .3rem .6rem; text-align: left }}
</style></head><body>
<h1>klingkit emulator</h1>
<p>Speed {state["speed"]:g}. Defects: {escape(planted)}. Faults to come: {len(state["faults"])}.
Callbacks: {state["callbacks"]["delivered"]} delivered, {state["callbacks"]["failed"]} failed.
The same as JSON: <a href="/_emulator/state">state</a>.</p>
{relays}</body></html>
"""


def _section(relay: str, row: dict[str, Any]) -> str:
    tasks = "".join(
        f"<tr><td>{escape(task['task_id'])}<td>{escape(task['object'])}<td>{escape(task['word'])}"
        f"<td>{escape(task['external_task_id'] or '')}</tr>"
        for task in row["newest"]
    )
    head = "<tr><th>task<th>object<th>status<th>external id</tr>"
    return (
        f"<h2>{escape(relay)}</h2><p>{escape(row['title'])}, at <code>{escape(row['path'])}</code>: "
        f"{row['requests']} requests, {row['tasks']} tasks, {row['charges']} charges.</p><table>{head}{tasks}</table>\n"
    )
