"""Make a video, a picture, a sound: create the task, wait, save it."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import json
import logging
import os
import re
import typing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from klingkit._credentials import ANY_RELAY_VARIABLE, find_credential
from klingkit._errors import InvalidRequestError, MissingKeyError, OutcomeUnknownError
from klingkit._methods.table import CALLS, METHODS, SUMMARIES
from klingkit._pricing import price_of
from klingkit._registry import find_relay
from klingkit._surface import row_of
from klingkit._text import clean
from klingkit.cli import _options
from klingkit.cli._calling import EPILOG, CallWays, call, ways_of
from klingkit.cli._options import Where, dashed
from klingkit.cli._parameters import parameters_of
from klingkit.cli._planning import plan
from klingkit.cli._running import run
from klingkit.cli._saving import Saving
from klingkit.cli._task_facts import task_facts
from klingkit.cli._waiting import finish, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from klingkit._client import Kling
    from klingkit._task import Task

_EPILOG = (
    "The key is read from the relay's variable or KLINGKIT_API_KEY. A create is charged; it is never sent twice. "
    "Exit status: 0 saved, 1 the task failed, 2 something to mend, 130 interrupted: the task goes on."
)


_EXTERNAL_ID = re.compile(r" at (\S+) with external_task_id ((?!None\b)[^\s;]+)")
_METHOD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_NO_KEY = "klingkit-dry-run-needs-no-key"


@dataclasses.dataclass(frozen=True)
class Ways:
    """How to go about it: the options that every operation has."""

    relay: _options.RELAYS = None
    policy: _options.POLICY = None
    output: _options.OUTPUT = "."
    overwrite: _options.OVERWRITE = False
    timeout: _options.TIMEOUT = _options.DEFAULT_TIMEOUT
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Create only; print the task for `klingkit task`, as one line of JSON.")
    ] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the exact request and send nothing.")] = False
    base_url: _options.BASE_URL = None
    allow_undocumented: _options.UNDOCUMENTED = False
    allow_dropped: _options.DROPPED = False
    as_json: _options.JSON = False


def _command(
    operation: str, kind: type[Ways | CallWays], run: Callable[..., int], *, any_word: bool
) -> Callable[..., int]:
    """Return the command for `operation`, with the parameters of its method and the options in `kind`.

    `any_word` says that a list of words is only what is known, and others are taken as well.
    """
    fields = parameters_of(operation, any_word=any_word)
    hints = typing.get_type_hints(kind, include_extras=True)
    ways = [
        inspect.Parameter(item.name, inspect.Parameter.KEYWORD_ONLY, default=item.default, annotation=hints[item.name])
        for item in dataclasses.fields(kind)
    ]

    def command(**given: Any) -> int:
        chosen = kind(**{way.name: given.pop(way.name) for way in ways})
        return run(operation, {name: value for name, value in given.items() if value is not None}, chosen)

    signature = inspect.Signature([*(field.declared() for field in fields), *ways])
    vars(command)["__signature__"] = signature
    command.__annotations__ = {name: parameter.annotation for name, parameter in signature.parameters.items()}
    return command


def _run(operation: str, arguments: Mapping[str, Any], ways: Ways) -> int:
    where = Where.among(
        ways.relay,
        ways.policy,
        ways.base_url,
        allow_undocumented=ways.allow_undocumented,
        allow_dropped=ways.allow_dropped,
    )
    if ways.dry_run:
        return _rehearse(operation, arguments, where, as_json=ways.as_json)
    saving = Saving(ways.output, ways.overwrite)
    if ways.no_wait and ways.output != ".":
        raise InvalidRequestError("--no-wait saves nothing: leave out -o, and give it to `klingkit task download`.")
    if not ways.no_wait:
        saving.check()
    with where.client() as kling:
        with _untold():
            task = _create(kling, operation, arguments, where)
        where = where.at(task.relay)
        for skip in task.route.passed_over if task.route is not None else ():
            tell(f"{skip.relay} did not take it: {skip.reason}")
        tell(f"{where.relay} took the task: {clean(task.task_id, 200)}")
        if ways.no_wait:
            print(task.to_json())
            tell(f"To carry on: {where.carry_on(task)}")
            return 0
        saved = finish(task, ways.timeout, where, saving)
    if ways.as_json:
        print(json.dumps({**task_facts(task), "saved": [str(path) for path in saved]}, indent=2, ensure_ascii=False))
    else:
        print(*saved, sep="\n")
    return 0


@contextlib.contextmanager
def _untold() -> Iterator[None]:
    """Keep quiet about relays that are passed over: it is told afterwards, with the reasons."""
    log = logging.getLogger("klingkit.failover")
    before = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(before)


def _create(kling: Kling, operation: str, arguments: Mapping[str, Any], where: Where) -> Task:
    row = row_of(operation)
    create = getattr(getattr(kling, row.group), row.method)
    try:
        task: Task = create(**arguments)
    except OutcomeUnknownError as error:
        if error.external_task_id is not None:
            command = where.at(error.relay).command(operation, error.external_task_id)
            error.args = (f"{error} Or: {command}", *error.args[1:])
        raise
    except KeyboardInterrupt as interruption:
        for note in getattr(interruption, "__notes__", []):
            tell(note)
            if found := _EXTERNAL_ID.search(note):
                tell(f"To look for it: {where.at(found[1]).command(operation, found[2])}")
        raise
    return task


def _rehearse(operation: str, arguments: Mapping[str, Any], where: Where, *, as_json: bool) -> int:
    for relay in (find_relay(name, os.environ) for name in where.all):
        try:
            find_credential(relay)
        except MissingKeyError:
            tell(f"note: there is no API key for {relay.id} yet; set {relay.key_variable}, or {ANY_RELAY_VARIABLE}.")
    with where.client(api_key=_NO_KEY) as kling:
        planned = plan(kling, operation, arguments)
        price = str(price_of(planned.relay, operation, arguments))
    if as_json:
        told = {"method": planned.method, "url": planned.url, "headers": planned.headers, "body": planned.body}
        route = {} if planned.route is None else {"route": planned.route.members()}
        print(json.dumps({**told, "price": price, **route}, indent=2, ensure_ascii=False))
        return 0
    if planned.route is not None:
        print(f"relay: {planned.relay} would be asked first")
        for skip in planned.route.skipped:
            print(f"  {skip}")
        print()
    print(f"{planned.method} {planned.url}")
    for name, value in planned.headers.items():
        print(f"{name}: {value}")
    print()
    print(json.dumps(planned.body, indent=2, ensure_ascii=False))
    print(f"\nprice: {price}")
    return 0


def application(words: Sequence[str]) -> typer.Typer:
    """Return the parser for a command line that begins with `words`.

    The parameters of a command come from its method, and there are many commands: only the one that is named gets them.
    """
    app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, rich_markup_mode=None)
    any_word = "--no-validate" in words
    named = next((word for word in words if not word.startswith("-")), None)
    for operation, method in METHODS.items():
        name, summary = dashed(method), _summary(operation)
        declare = app.command(name, help=f"{summary}.", short_help=summary, epilog=_EPILOG, no_args_is_help=True)
        declare(_command(operation, Ways, _run, any_word=any_word) if name == named else _unnamed)
    for operation, method in CALLS.items():
        name, summary = dashed(method), _summary(operation)
        declare = app.command(name, help=f"{summary}.", short_help=summary, epilog=EPILOG, no_args_is_help=True)
        make = functools.partial(call, rehearse=_rehearse)
        declare(_command(operation, ways_of(operation), make, any_word=any_word) if name == named else _unnamed)
    return app


def _summary(operation: str) -> str:
    """Return what an operation does, in a line, with commands named as they are typed."""
    return _METHOD.sub(lambda found: dashed(found[0]), SUMMARIES[operation].rstrip("."))


def _unnamed() -> None:
    """Stand in for a command that was not named."""


def main(argv: Sequence[str]) -> int:
    """Run ``klingkit generate ARGV`` and return its exit status."""
    return run(application(argv), "generate", argv)
