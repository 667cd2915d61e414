"""Calls that cost something and answer at once: sent once, and what they answer printed or saved."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from klingkit._errors import KlingError
from klingkit._records import Record
from klingkit._surface import row_of
from klingkit._text import clean
from klingkit.cli import _options  # noqa: TC001 - the options are looked up at run time
from klingkit.cli._options import Where
from klingkit.cli._parameters import method_of
from klingkit.cli._saving import Saving
from klingkit.cli._task_facts import task_facts
from klingkit.cli._waiting import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from klingkit._result import Result

__all__ = ["EPILOG", "CallWays", "FileWays", "call", "ways_of"]

EPILOG = (
    "The key is read from the relay's variable or KLINGKIT_API_KEY. The call is charged and sent once; there is no "
    "task to come back to. Exit status: 0 answered, 1 refused or failed, 2 something to mend, 130 interrupted."
)


@dataclasses.dataclass(frozen=True)
class CallWays:
    """How to go about a call."""

    relay: _options.RELAY = None
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the exact request and send nothing.")] = False
    base_url: _options.BASE_URL = None
    allow_undocumented: _options.UNDOCUMENTED = False
    as_json: _options.JSON = False


@dataclasses.dataclass(frozen=True)
class FileWays(CallWays):
    """How to go about a call that answers with a file."""

    output: _options.OUTPUT = "."
    overwrite: _options.OVERWRITE = False


def ways_of(operation: str) -> type[CallWays]:
    """Return the options of a call beside its arguments: those that answer with a file save it."""
    return FileWays if method_of(operation).__annotations__["return"] == "Result" else CallWays


def call(operation: str, arguments: Mapping[str, Any], ways: CallWays, rehearse: Callable[..., int]) -> int:
    """Make a call and show what it answered. `operation` is its whole id; `rehearse` shows the request instead.

    Raises:
        KlingError: it was refused, or what it made could not be saved.
    """
    where = Where.of(ways.relay, ways.base_url, allow_undocumented=ways.allow_undocumented)
    if ways.dry_run:
        return rehearse(operation, arguments, where, as_json=ways.as_json)
    saving = Saving(ways.output, ways.overwrite) if isinstance(ways, FileWays) else None
    if saving is not None:
        saving.check()
    row = row_of(operation)
    with where.client() as kling:
        try:
            answer: Result | Record = getattr(getattr(kling, row.group), row.method)(**arguments)
        except KeyboardInterrupt:
            tell(f"{where.relay} may have carried it out, and charged for it; look at your balance there.")
            raise
        if isinstance(answer, Record):
            print(json.dumps(answer.raw, indent=2, ensure_ascii=False) if ways.as_json else "\n".join(_lines(answer)))
            return 0
        assert saving is not None
        saved = _saved(answer, saving)
    if ways.as_json:
        print(json.dumps({**task_facts(answer.task), "saved": saved}, indent=2, ensure_ascii=False))
    else:
        print(*saved, sep="\n")
    return 0


def _saved(result: Result, saving: Saving) -> list[str]:
    """Save what was made. Nobody can ask for it again, so its address is told where that fails."""
    try:
        return [str(path) for path in saving.save(result)]
    except (KlingError, KeyboardInterrupt):
        for file in result.files:
            tell(f"It is made and paid for; fetch it from {clean(file.url, 4000)}")
        raise


def _lines(record: Record, indent: str = "") -> Iterator[str]:
    """Yield an answer as lines: a name and a value each, with objects and lists of them indented below theirs."""
    for name in record._fields:
        value = getattr(record, name)
        if isinstance(value, Record):
            yield f"{indent}{name}:"
            yield from _lines(value, f"{indent}  ")
        elif isinstance(value, tuple) and any(isinstance(entry, Record) for entry in value):
            for at, entry in enumerate(value):
                yield f"{indent}{name} {at + 1}:"
                yield from _lines(entry, f"{indent}  ")
        elif value not in (None, ()):
            said = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
            yield f"{indent}{name}: {clean(said, 4000)}"
