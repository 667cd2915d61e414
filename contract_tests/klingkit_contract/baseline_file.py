"""The file that a baseline is kept in: TOML that people read, edit and review, one table per accepted finding.

::

    version = 1

    [[accepted]]
    relay = "anyapi"
    operation = "video_text2video_get"
    check = "status-known"
    signature = "data.task_status enum"
    seen = "HTTP 200, data.task_status: \"done\" is not one of …"
    reason = "the client maps it; reported to the relay"
    accepted = 2026-11-22
    until = 2027-03-31

`seen` is for people and compared with nothing. `until` is the last day of the acceptance and may be left out.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from klingkit_contract.errors import BaselineError
from klingkit_contract.findings import Acceptance, Deviation
from klingkit_contract.report import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["VERSION", "dump", "parse", "read", "try_folder", "write"]

VERSION = 1

_HEAD = f"""\
# Findings that are accepted: `klingkit check --baseline` reports them as known deviations and does not fail on them.
# Give each a reason, and `until = 2030-12-31` where it should count again after that day. `--write-baseline` keeps
# reasons and dates, adds what is new and drops what is gone; it does not keep comments.

version = {VERSION}
"""
_WORDS = ("relay", "operation", "check", "signature", "reason")
_MAY = {"seen", "until"}
_KEYS = {*_WORDS, *_MAY, "accepted"}
_MOST_SEEN = 300  # characters of what was seen that are kept for people


def read(path: Path) -> tuple[Deviation, ...]:
    """Return the deviations that the file `path` accepts.

    Raises:
        BaselineError: the file cannot be read or is no baseline.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BaselineError(f"there is no baseline {path}; --write-baseline {path} makes one.") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise BaselineError(
            f"the baseline {path} cannot be read ({reason}); name a file of --write-baseline."
        ) from error
    return parse(content, str(path))


def parse(content: str, name: str) -> tuple[Deviation, ...]:
    """Return the deviations in `content`; `name` is how errors call the file.

    Raises:
        BaselineError: it is no TOML, of another version, or an entry lacks something or says it wrongly.
    """
    try:
        document = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"{name} is no TOML: {error}.") from error
    if document.get("version") != VERSION:
        raise BaselineError(f"{name} is no baseline that this klingkit reads: it wants `version = {VERSION}`.")
    entries = document.get("accepted", [])
    unknown = sorted(set(document) - {"version", "accepted"})
    if unknown or not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        what = f"{unknown[0]!r} means nothing there" if unknown else "`accepted` is no list of tables"
        raise BaselineError(f"{name}: {what}; each accepted finding is a table under [[accepted]].")
    deviations = tuple(_deviation(entry, f"{name}, entry {number}") for number, entry in enumerate(entries, 1))
    met: set[tuple[str, ...]] = set()
    for number, found in enumerate(deviations, 1):
        key = (found.relay, found.operation, found.check, found.signature)
        if key in met:
            raise BaselineError(f"{name}, entry {number}: an entry before it accepts the same finding; leave one out.")
        met.add(key)
    return deviations


def dump(deviations: Sequence[Deviation]) -> str:
    """Return the file that `parse` reads back as `deviations`."""
    return _HEAD + "".join(_entry(deviation) for deviation in deviations)


def try_folder(path: Path) -> None:
    """Make the folder of `path` and a file in it: what cannot be written is better known before a run than after it.

    Raises:
        BaselineError: the file could not be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise _unwritable(path, error) from error


def write(deviations: Sequence[Deviation], path: Path) -> None:
    """Write `deviations` to `path`, whole or not at all.

    Raises:
        BaselineError: the file cannot be written.
    """
    try:
        text.write(path, dump(deviations))
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> BaselineError:
    reason = error.strerror or str(error)
    return BaselineError(f"the baseline cannot be written to {path} ({reason}); choose another file.")


def _deviation(entry: dict[str, Any], where: str) -> Deviation:
    if unknown := sorted(set(entry) - _KEYS):
        raise BaselineError(f"{where}: {unknown[0]!r} means nothing there; it may have {', '.join(sorted(_KEYS))}.")
    if missing := [key for key in (*_WORDS, "accepted") if key not in entry]:
        raise BaselineError(f"{where}: {missing[0]!r} is missing.")
    for key in (*_WORDS, "seen"):
        if not isinstance(entry.get(key, ""), str):
            raise BaselineError(f"{where}: {key!r} is a text; write it in quotes.")
    if not entry["reason"].strip():
        raise BaselineError(f"{where}: the reason is empty; say why this is put up with.")
    for key in ("accepted", "until"):
        if key in entry and (not isinstance(entry[key], date) or isinstance(entry[key], datetime)):
            raise BaselineError(f"{where}: {key!r} is a day; write it as 2030-12-31, without quotes.")
    place = (entry["relay"], entry["operation"], entry["check"], entry["signature"])
    return Deviation(*place, entry.get("seen", ""), Acceptance(entry["reason"], entry["accepted"], entry.get("until")))


def _entry(deviation: Deviation) -> str:
    words = {
        "relay": deviation.relay,
        "operation": deviation.operation,
        "check": deviation.check,
        "signature": deviation.signature,
        "seen": text.one_line(deviation.seen)[:_MOST_SEEN],
        "reason": deviation.acceptance.reason,
    }
    lines = [f"{key} = {_quoted(value)}" for key, value in words.items()]
    lines.append(f"accepted = {deviation.acceptance.since.isoformat()}")
    if deviation.acceptance.until is not None:
        lines.append(f"until = {deviation.acceptance.until.isoformat()}")
    return "\n[[accepted]]\n" + "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """Return `value` as a TOML string, with what cannot be seen escaped. JSON's escapes are TOML's too."""
    sound = value.encode("utf-8", "replace").decode("utf-8")
    quoted = json.dumps(sound, ensure_ascii=False)
    return "".join(character if character.isprintable() else f"\\U{ord(character):08x}" for character in quoted)
