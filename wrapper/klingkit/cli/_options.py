"""What several commands ask for alike, and the client that comes of it."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from klingkit._client import Kling
from klingkit._credentials import ANY_RELAY_VARIABLE
from klingkit._errors import MissingKeyError
from klingkit._registry import find_relay
from klingkit._settings import RELAY_VARIABLE, default_relay
from klingkit._text import clean

if TYPE_CHECKING:
    from klingkit._task import Task

__all__ = [
    "BASE_URL",
    "DEFAULT_TIMEOUT",
    "JSON",
    "OUTPUT",
    "OVERWRITE",
    "RELAY",
    "TIMEOUT",
    "UNDOCUMENTED",
    "Where",
    "dashed",
]

DEFAULT_TIMEOUT = 900.0
"""Seconds a wait takes at most: three times what Kling needs for nearly every task."""

RELAY = Annotated[
    str | None,
    typer.Option("--relay", metavar="ID", help=f"The relay; else {RELAY_VARIABLE}, else default_relay as configured."),
]
BASE_URL = Annotated[
    str | None,
    typer.Option("--base-url", metavar="URL", help="Where the relay is, instead of its own address."),
]
TIMEOUT = Annotated[
    float, typer.Option("--timeout", metavar="SECONDS", min=0, help="How long to wait at most; the task goes on.")
]
JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OUTPUT = Annotated[
    str,
    typer.Option("--output", "-o", metavar="FILE|FOLDER", help="Where to save; in a folder it is named by its id."),
]
OVERWRITE = Annotated[bool, typer.Option("--overwrite", help="Replace a file of that name.")]
DROPPED = Annotated[bool, typer.Option("--allow-dropped", help="Send fields that the relay is known to drop.")]
UNDOCUMENTED = Annotated[bool, typer.Option("--allow-undocumented", help="Try what the relay's documents do not list.")]


@dataclass(frozen=True, slots=True)
class Where:
    """The relay a command is about, and how it is reached."""

    relay: str
    base_url: str | None
    allow_undocumented: bool
    allow_dropped: bool = False

    @classmethod
    def of(
        cls,
        relay: str | None,
        base_url: str | None,
        *,
        allow_undocumented: bool = False,
        allow_dropped: bool = False,
    ) -> Where:
        """Return where the options lead.

        Raises:
            ConfigurationError: no relay is named anywhere, or the configuration file is broken.
        """
        return cls(default_relay(relay, os.environ), base_url, allow_undocumented, allow_dropped)

    def client(self, *, api_key: str | None = None) -> Kling:
        """Return a client.

        Raises:
            MissingKeyError: there is no key; the sentence names the variables.
            ConfigurationError: there is no such relay, or the address is none.
        """
        try:
            return Kling(
                self.relay,
                api_key=api_key,
                base_url=self.base_url,
                allow_undocumented=self.allow_undocumented,
                allow_dropped=self.allow_dropped,
            )
        except MissingKeyError as error:
            variable = find_relay(self.relay, os.environ).key_variable
            raise MissingKeyError(
                f"there is no API key for {self.relay}: set {variable}, or {ANY_RELAY_VARIABLE}, which serves every "
                "relay.",
                relay=self.relay,
            ) from error

    def carry_on(self, task: Task, output: str | None = None, *, verb: str = "download") -> str:
        """Return the command that carries on with `task`."""
        return self.command(task.operation, task.task_id, output, verb=verb)

    def command(self, operation: str, task_id: str, output: str | None = None, *, verb: str = "show") -> str:
        """Return the command that does `verb` to a task."""
        task_id = clean(task_id, 2000)  # a relay's word, and about to be shown on a terminal
        words = ["klingkit", "task", verb, task_id, "--relay", self.relay, "--operation", operation]
        if task_id.startswith("-"):
            words = ["klingkit", "task", verb, "--relay", self.relay, "--operation", operation]
        if self.base_url:
            words += ["--base-url", self.base_url]
        if self.allow_undocumented:
            words.append("--allow-undocumented")
        if output and output != ".":
            words += ["-o", output]
        if task_id.startswith("-"):
            words += ["--", task_id]
        return shlex.join(words)


def dashed(name: str) -> str:
    """Return `name` as commands and options are written."""
    return name.replace("_", "-")
