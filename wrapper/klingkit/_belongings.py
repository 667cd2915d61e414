"""What binds a request to one relay: things made there, by their ids, or as the tasks and results they came from. Pure.

A video, a session, an element or a voice of the account exists at the relay that made it. Asked for it, another one
would refuse at best.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from klingkit._errors import InvalidRequestError
from klingkit._result import ResultBase
from klingkit._task import TaskBase

__all__ = ["belongings", "found_bound", "home_of"]

_IDS = frozenset({"video_id", "audio_id", "session_id", "element_id", "element_voice_id", "voice_list"})
# Here a voice is one of the vendor's, by name; inside a list or an object it may be one of the account's own.
_SPEECH = "voice_id"
_DEEPEST = 8


def belongings(arguments: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """Return the arguments with the ids of what tasks and results in them made, and the relay all of those live at.

    Raises:
        InvalidRequestError: they live at several relays, have not ended, or made nothing with an id.
    """
    homes: dict[str, str] = {}
    given = {name: _named(value, name, homes, 0) for name, value in arguments.items()}
    relays = sorted(set(homes.values()))
    if len(relays) > 1:
        where = ", ".join(f"{name} at {relay}" for name, relay in homes.items())
        raise InvalidRequestError(
            f"What is referred to lives at several relays ({where}); one relay knows nothing of another's.",
            argument=next(iter(homes)),
        )
    return given, relays[0] if relays else None


def found_bound(operation: str, arguments: Mapping[str, Any]) -> str | None:
    """Return the first argument that names a thing of one relay; None without one."""
    if operation.startswith("solution_"):
        return None  # its voices and presenters are the vendor's
    for name, value in arguments.items():
        if value is not None and (name in _IDS or (name != _SPEECH and any(_inside(value, 0)))):
            return name
    return None


def home_of(name: str, relays: object) -> InvalidRequestError:
    """Return the error for a request about a thing of one relay, nobody knows of which."""
    return InvalidRequestError(
        f"{name} is known at the relay that made it alone, and this client has several ({relays}). Say which: "
        "kling.with_options(relay=...) is a client of that one; or give the task or the result itself, where it is one "
        "that made the thing.",
        argument=name,
    )


def _inside(value: object, depth: int) -> Iterator[bool]:
    if depth > _DEEPEST:
        return
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield name in _IDS or name == _SPEECH
            yield from _inside(member, depth + 1)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _inside(entry, depth + 1)


def _named(value: Any, name: str, homes: dict[str, str], depth: int) -> Any:
    if isinstance(value, TaskBase | ResultBase):
        task = value.task if isinstance(value, ResultBase) else value
        homes[name] = task.relay
        return _id_of(task, name)
    if depth > _DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {member: _named(inner, f"{name}.{member}", homes, depth + 1) for member, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_named(entry, f"{name}[{at}]", homes, depth + 1) for at, entry in enumerate(value)]
    return value


def _id_of(task: TaskBase[Any], name: str) -> str:
    kind = "audio" if name.endswith("audio_id") else "video"
    ids = [file.id for file in task.files if file.kind == kind and file.id]
    if not ids:
        state = "has made nothing yet; wait for it" if not task.done else f"made no {kind} that has an id"
        raise InvalidRequestError(f"{name}: task {task.task_id} at {task.relay} {state}.", argument=name)
    return ids[0]
