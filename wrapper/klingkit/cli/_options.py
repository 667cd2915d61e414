"""What several commands ask for alike, and the client that comes of it."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from klingkit._client import Kling
from klingkit._credentials import ANY_RELAY_VARIABLE
from klingkit._errors import ConfigurationError, MissingKeyError
from klingkit._registry import find_relay, registered
from klingkit._settings import RELAY_VARIABLE, RELAYS_VARIABLE, default_policy, default_relay, default_relays
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from klingkit._task import Task

__all__ = [
    "BASE_URL",
    "DEFAULT_TIMEOUT",
    "JSON",
    "OUTPUT",
    "OVERWRITE",
    "POLICY",
    "RELAY",
    "RELAYS",
    "TIMEOUT",
    "UNDOCUMENTED",
    "Where",
    "dashed",
]

DEFAULT_TIMEOUT = 900.0
"""Seconds a wait takes at most: three times what Kling needs for nearly every task."""

RELAY = Annotated[
    str | None,
    typer.Option(
        "--relay",
        metavar="ID",
        help=f"The relay; else {RELAY_VARIABLE}, else default_relay as configured.",
        autocompletion=lambda: [*registered()],
    ),
]
RELAYS = Annotated[
    list[str] | None,
    typer.Option(
        "--relay",
        metavar="ID",
        help=f"The relay; several (repeated, or a,b) are asked in turn. Else {RELAYS_VARIABLE} or {RELAY_VARIABLE}, "
        "else as configured.",
        autocompletion=lambda: [*registered()],
    ),
]
POLICY = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="WORD",
        help="Whom of several relays to ask first: order, cheapest or least_busy.",
        autocompletion=lambda: ["order", "cheapest", "least_busy"],
    ),
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
    """The relay a command is about, and how it is reached; of several, `relay` is the one named first."""

    relay: str
    base_url: str | None
    allow_undocumented: bool
    allow_dropped: bool = False
    relays: tuple[str, ...] = ()
    policy: str = "order"

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

    @classmethod
    def among(
        cls,
        relays: Sequence[str] | None,
        policy: str | None,
        base_url: str | None,
        *,
        allow_undocumented: bool = False,
        allow_dropped: bool = False,
    ) -> Where:
        """Return where the options lead that may name several relays.

        Raises:
            ConfigurationError: as `of`; or an address is given for several, or a policy for one.
        """
        named = default_relays(relays, os.environ)
        if len(named) == 1:
            if policy is not None:
                raise ConfigurationError("--policy chooses among several relays: name more than one with --relay.")
            return cls(named[0], base_url, allow_undocumented, allow_dropped)
        if base_url is not None:
            raise ConfigurationError(
                "--base-url goes with one relay; give others a name and an address of their own in the configuration "
                "file."
            )
        chosen = default_policy(policy, os.environ)
        return cls(named[0], None, allow_undocumented, allow_dropped, named, chosen)

    def at(self, relay: str | None) -> Where:
        """Return where `relay` alone is, one of those that were named."""
        return replace(self, relay=relay or self.relay, relays=(), policy="order")

    @property
    def all(self) -> tuple[str, ...]:
        """The relays, in the order they were named."""
        return self.relays or (self.relay,)

    def client(self, *, api_key: str | None = None) -> Kling:
        """Return a client.

        Raises:
            MissingKeyError: there is no key; the sentence names the variables.
            ConfigurationError: there is no such relay, or the address is none.
        """
        allowed: Any = {"allow_undocumented": self.allow_undocumented, "allow_dropped": self.allow_dropped}
        try:
            if self.relays:
                keys = None if api_key is None else dict.fromkeys(self.relays, api_key)
                return Kling(relays=self.relays, policy=self.policy, api_key=keys, **allowed)  # type: ignore[arg-type]
            return Kling(self.relay, api_key=api_key, base_url=self.base_url, **allowed)
        except MissingKeyError as error:
            relay = error.relay or self.relay
            variable = find_relay(relay, os.environ).key_variable
            raise MissingKeyError(
                f"there is no API key for {relay}: set {variable}, or {ANY_RELAY_VARIABLE}, which serves every relay.",
                relay=relay,
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
