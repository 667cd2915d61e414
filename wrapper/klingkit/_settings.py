"""The user's own relays and habits: the configuration file, which has the shape of relays.toml.

```toml
default_relay = "mirror"
relays = ["mirror", "anyapi"]          # instead: several, of which `klingkit generate` asks one after the other
policy = "cheapest"                    # whom it asks first: "order", "cheapest" or "least_busy"

[relay.mirror]
like = "anyapi"                        # what it offers, its path prefix and its dialect, unless said otherwise
base_url = "https://mirror.example"
key_variable = "KLINGKIT_MIRROR_API_KEY"

[[price]]                              # as in prices.toml, tried before its rows
relay = "mirror"
operations = ["text_to_video"]
per = "call"
amount = 0.35
currency = "USD"
```
"""

from __future__ import annotations

import functools
import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import klingkit_data
from klingkit._errors import ConfigurationError
from klingkit._price_rows import price_row
from klingkit._registry import Relay, registered, root_url

__all__ = [
    "CONFIG_VARIABLE",
    "RELAYS_VARIABLE",
    "RELAY_VARIABLE",
    "Settings",
    "default_policy",
    "default_relay",
    "default_relays",
    "read_settings",
    "settings_path",
]

CONFIG_VARIABLE = "KLINGKIT_CONFIG"
"""The environment variable that names another configuration file."""

RELAY_VARIABLE = "KLINGKIT_RELAY"
"""The environment variable that names the relay commands use when none is given."""

RELAYS_VARIABLE = "KLINGKIT_RELAYS"
"""The environment variable that names several, with commas in between, for commands that ask one after the other."""

_TOP = ("default_relay", "relays", "policy", "relay", "price")
_MEMBERS = (
    "title",
    "base_url",
    "path_prefix",
    "auth",
    "key_variable",
    "access_key_variable",
    "secret_key_variable",
    "dialect",
    "docs",
    "reviewed",
    "like",
)
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PREFIX = re.compile(r"(?:/[\w.~-]+)*", re.ASCII)
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_TABLE = re.compile(r"\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration file says.

    Attributes:
        path: where it lies, or would lie.
        found: whether there is one.
        default_relay: id of the relay that commands use when none is given; None when it does not say.
        relays: the user's own relays by id.
        prices: the user's own rows of prices, in the form of prices.toml, with operations by their ids.
        default_relays: ids of the relays that commands ask one after the other when none is given.
        policy: whom of those they ask first.
    """

    path: Path
    found: bool = False
    default_relay: str | None = None
    relays: Mapping[str, Relay] = field(default_factory=lambda: MappingProxyType({}))
    prices: tuple[Mapping[str, Any], ...] = ()
    default_relays: tuple[str, ...] = ()
    policy: str = "order"


def settings_path(environ: Mapping[str, str]) -> Path:
    """Return where the configuration file lies, or would lie.

    KLINGKIT_CONFIG if set; else klingkit/config.toml in XDG_CONFIG_HOME or the platform's folder for settings:
    ~/.config, ~/Library/Application Support on macOS, %APPDATA% on Windows.
    """
    if named := environ.get(CONFIG_VARIABLE, "").strip():
        return Path(os.path.expanduser(named))
    home = Path(environ.get("HOME") or os.path.expanduser("~"))
    folder = Path(environ.get("XDG_CONFIG_HOME", ""))
    if not folder.is_absolute():  # also when it is not set; relative ones are to be ignored
        if sys.platform == "win32":
            folder = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
        elif sys.platform == "darwin":
            folder = home / "Library" / "Application Support"
        else:
            folder = home / ".config"
    return folder / "klingkit" / "config.toml"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return what the configuration file says; no file is no settings.

    Raises:
        ConfigurationError: it cannot be read, or says what makes no sense; the sentence names file and line.
    """
    path = settings_path(environ)
    try:
        mark = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        if environ.get(CONFIG_VARIABLE, "").strip():
            raise ConfigurationError(
                f"{path}, which {CONFIG_VARIABLE} names, does not exist; write it, or unset {CONFIG_VARIABLE}."
            ) from None
        return Settings(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    return _read(path, mark.st_mtime_ns, mark.st_size)


def default_relay(given: str | None, environ: Mapping[str, str]) -> str:
    """Return the id of the relay to use: the one given, or KLINGKIT_RELAY, or the configured one.

    Raises:
        ConfigurationError: none is named anywhere, or the configuration file is broken.
    """
    named = (given or environ.get(RELAY_VARIABLE, "")).strip()
    if named:
        return named
    settings = read_settings(environ)
    if settings.default_relay is None:
        raise ConfigurationError(
            f'No relay is named: give --relay ID, set {RELAY_VARIABLE}, or write default_relay = "ID" into '
            f"{settings.path}. `klingkit relays` lists them."
        )
    return settings.default_relay


def default_relays(given: Sequence[str] | None, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the ids of the relays to ask one after the other; one, where that is all that is named.

    Those given (repeated, or with commas in between), or KLINGKIT_RELAYS, or KLINGKIT_RELAY, or the configured ones.

    Raises:
        ConfigurationError: none is named anywhere, or the configuration file is broken.
    """
    for words in (given or (), (environ.get(RELAYS_VARIABLE, ""),)):
        if found := [name for word in words for part in word.split(",") if (name := part.strip())]:
            return tuple(found)
    if environ.get(RELAY_VARIABLE, "").strip():
        return (default_relay(None, environ),)
    return read_settings(environ).default_relays or (default_relay(None, environ),)


def default_policy(given: str | None, environ: Mapping[str, str]) -> str:
    """Return whom of several relays to ask first: as given, or as configured.

    Raises:
        ConfigurationError: the configuration file is broken.
    """
    return given or read_settings(environ).policy


@functools.lru_cache(maxsize=8)
def _read(path: Path, changed: int, size: int) -> Settings:
    """Read the file; `changed` and `size` are there to read it again when it was edited."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(f"{path}, line {line}: this is no UTF-8; save the file as UTF-8.") from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        problem = _AT_LINE.sub("", str(error)).rstrip(".")
        raise ConfigurationError(f"{path}, line {line}: {problem}; the file is TOML.") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path}, line 1: it is nested too deep to be a configuration.") from error
    return _File(path, text).settings(table)


class _File:
    """The file, for sentences that name the line."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.splitlines()

    def settings(self, table: Mapping[str, Any]) -> Settings:
        for name in table:
            if name not in _TOP:
                self._refuse(f"there is no setting {name!r}; choose from: {', '.join(_TOP)}", None, name)
        rows = table.get("relay", {})
        if not isinstance(rows, Mapping):
            self._refuse("relay has to be tables such as [relay.mirror]", None, "relay")
        relays = {name: self._relay(name, row) for name, row in rows.items()}
        chosen = table.get("default_relay")
        known = [*registered(), *relays]
        if chosen is not None and chosen not in known:
            self._refuse(f"default_relay is none of the relays: {', '.join(known)}", None, "default_relay")
        prices = self._prices(table.get("price", []), known)
        several, policy = self._several(table.get("relays", []), known), self._policy(table.get("policy", "order"))
        return Settings(self._path, True, chosen, MappingProxyType(relays), prices, several, policy)

    def _several(self, ids: object, known: Sequence[str]) -> tuple[str, ...]:
        if not isinstance(ids, list) or not all(one in known for one in ids) or len(set(ids)) != len(ids):
            self._refuse(f"relays has to be a list of different ids of: {', '.join(known)}", None, "relays")
        return tuple(ids)

    def _policy(self, policy: object) -> str:
        if policy == "order":
            return "order"
        from klingkit._routing import POLICIES  # few have several relays

        if policy not in POLICIES:
            self._refuse(f"policy has to be one of: {', '.join(POLICIES)}", None, "policy")
        return str(policy)

    def _prices(self, rows: object, relays: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
        if not isinstance(rows, list):
            self._refuse("price has to be tables such as [[price]]", None, "price")
        try:
            return tuple(price_row(row, relays) for row in rows)
        except ValueError as error:
            self._refuse(f"a price {error}", None, "price")

    def _relay(self, name: str, row: object) -> Relay:
        if not _ID.fullmatch(name):
            self._refuse(f"a relay's id is made of lower-case letters, digits and hyphens, not {name!r}", name)
        if name in registered():
            self._refuse(
                f'klingkit knows {name} already; choose another id, and write like = "{name}" to inherit from it', name
            )
        if not isinstance(row, Mapping):
            self._refuse(f"relay.{name} has to be a table", name)
        values = {member: self._text(name, member, value) for member, value in row.items()}
        like = values.get("like", "")
        if like and like not in registered():
            self._refuse(f"like is none of the relays klingkit knows: {', '.join(registered())}", name, "like")
        model = registered().get(like)
        for member in ("base_url", "dialect"):
            if not values.get(member) and not (model and getattr(model, member)):
                where = f"{like} is software and has none" if model else "or like = ID to inherit it"
                self._refuse(f"{member} is missing; write it, {where}", name)
        relay = Relay(
            id=name,
            title=values.get("title") or name,
            base_url=values.get("base_url") or (model.base_url if model else ""),
            path_prefix=values.get("path_prefix", model.path_prefix if model else ""),
            # Not inherited: a key is meant for the relay that gave it, whatever another one is like.
            key_variable=values.get("key_variable") or f"KLINGKIT_{name.upper().replace('-', '_')}_API_KEY",
            access_key_variable=values.get("access_key_variable", ""),
            secret_key_variable=values.get("secret_key_variable", ""),
            dialect=values.get("dialect") or (model.dialect if model else ""),
            docs=values.get("docs", ""),
            reviewed=values.get("reviewed", ""),
            documents_of=like,
        )
        self._check(relay, values)
        return relay

    def _text(self, relay: str, member: str, value: object) -> str:
        if member not in _MEMBERS:
            hint = " Keys are not kept here: name their variable with key_variable." if "key" in member else ""
            self._refuse(f"a relay has no {member!r}; choose from: {', '.join(_MEMBERS)}.{hint}", relay, member)
        if member == "reviewed" and isinstance(value, date):
            return value.isoformat()
        if not isinstance(value, str) or not value.isprintable():
            self._refuse(f"{member} has to be a text", relay, member)
        return value.strip()

    def _check(self, relay: Relay, values: Mapping[str, str]) -> None:
        dialects = sorted(klingkit_data.load("dialects.toml")["dialect"])
        if relay.dialect not in dialects:
            self._refuse(
                f"there is no dialect {relay.dialect!r}; choose one of: {', '.join(dialects)}", relay.id, "dialect"
            )
        if values.get("auth", "bearer") != "bearer":
            self._refuse('auth has to be "bearer"', relay.id, "auth")
        for member in ("key_variable", "access_key_variable", "secret_key_variable"):
            if (name := getattr(relay, member)) and not _VARIABLE.fullmatch(name):
                self._refuse(f"{member} has to be the name of an environment variable, not a key", relay.id, member)
        if bool(relay.access_key_variable) != bool(relay.secret_key_variable):
            self._refuse("access_key_variable and secret_key_variable go together; write both", relay.id)
        if not _PREFIX.fullmatch(relay.path_prefix):
            self._refuse('path_prefix has to be empty, or like "/kling"', relay.id, "path_prefix")
        try:
            root_url(relay, None)
        except ConfigurationError:
            self._refuse('base_url has to be scheme and host alone, like "https://relay.example"', relay.id, "base_url")

    def _refuse(self, problem: str, relay: str | None = None, member: str | None = None) -> NoReturn:
        sentence = f"{self._path}, line {self._line_of(relay, member)}: {problem.rstrip('.')}."
        raise ConfigurationError(sentence, relay=relay)

    def _line_of(self, relay: str | None, member: str | None) -> int:
        """Return the line where a relay's table begins, or where a member of it, or of the top, is set."""
        header, inside = 0, relay is None
        wanted = re.compile(rf"[\"']?{re.escape(member)}[\"']?\s*[=.]") if member else None
        for number, line in enumerate(self._lines, 1):
            stripped = line.strip()
            if table := _TABLE.fullmatch(stripped):
                name = re.sub(r"[\"'\s]", "", table[1])
                inside = relay is not None and name == f"relay.{relay}"
                if inside or (relay is None and name.partition(".")[0] == member):
                    header = header or number
            elif inside and wanted and wanted.match(stripped):
                return number
        assigned = re.compile(rf"(?<![\w-]){re.escape(member or relay or '')}[\"']?\s*[=.]")
        mentioned = (at for at, line in enumerate(self._lines, 1) if assigned.search(line))
        return header or next(mentioned, 1)


def _unreadable(path: Path, error: Exception) -> ConfigurationError:
    why = getattr(error, "strerror", None) or str(error)
    return ConfigurationError(
        f"The configuration file {path} cannot be read: {why}. Mend that, or set {CONFIG_VARIABLE}."
    )
