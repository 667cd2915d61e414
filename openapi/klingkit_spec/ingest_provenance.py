"""``provenance.toml``, edited in place: one ``[[file]]`` is written or replaced, the rest keeps every byte."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec import yamlio
from klingkit_spec.errors import SpecError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PROVENANCE", "Origin", "ProvenanceError", "entries", "with_origin"]

PROVENANCE = "provenance.toml"
_TABLE = "[[file]]"
_HEADER = "# Where each file of this folder comes from. The pages are re-worded: shape and facts are the vendor's.\n"
# What a new page makes untrue: the copy that the old one was re-worded from, and its sum.
_OUTDATED = {"seed", "seed_sha256", "sha256"}


class ProvenanceError(SpecError):
    """A provenance.toml that cannot be edited by a program."""


@dataclass(frozen=True)
class Origin:
    """Where a page comes from; `sha256` is of the vendor's page as it was given, before any re-wording."""

    name: str
    title: str
    address: str
    reviewed: str
    sha256: str


def entries(folder: Path, shown: str) -> dict[str, dict[str, Any]]:
    """Return what `folder` records of each file, by name; a folder without the table records nothing."""
    if not (folder / PROVENANCE).is_file():
        return {}
    tables = yamlio.load_toml(folder / PROVENANCE, shown=shown).get("file", [])
    return {str(table.get("name", "")): table for table in tables}


def with_origin(folder: Path, shown: str, origin: Origin) -> str:
    """Return the text of `folder`'s provenance.toml with the entry of `origin` written or replaced.

    An old entry keeps what it says beyond `origin`, its note for example.

    Raises:
        ProvenanceError: the file is laid out in a way that cannot be edited line by line.
    """
    file = folder / PROVENANCE
    text = file.read_text(encoding="utf-8") if file.is_file() else _HEADER
    old = entries(folder, shown)
    new = {key: value for key, value in old.get(origin.name, {}).items() if key not in _OUTDATED}
    kept = {key: value for key, value in new.items() if key not in {"name", "title", "address", "reviewed", "note"}}
    table = {"name": origin.name, "title": origin.title, "address": origin.address, "sha256": origin.sha256}
    table |= {"reviewed": origin.reviewed, **kept} | ({"note": new["note"]} if "note" in new else {})
    edited = _edited(text, origin.name, _rendered(table, shown))
    try:
        found = tomllib.loads(edited).get("file", [])
    except tomllib.TOMLDecodeError:
        found = []
    if found != list({**old, origin.name: table}.values()):
        raise ProvenanceError(f"{shown} cannot be edited line by line; write the entry of {origin.name!r} by hand.")
    return edited


def _edited(text: str, name: str, block: str) -> str:
    head, *blocks = _split(text)
    for index, old in enumerate(blocks):
        if _named(old) == name:
            body = old.rstrip("\n").splitlines()
            comments: list[str] = []  # what stands behind the entry belongs to the next one
            while body and (not body[-1].strip() or body[-1].startswith("#")):
                comments.insert(0, body.pop())
            blocks[index] = block + "".join(f"{line}\n" for line in comments) + old[len(old.rstrip("\n")) + 1 :]
            return head + "".join(blocks)
    return f"{text.rstrip()}\n\n{block}"


def _split(text: str) -> list[str]:
    """Return what stands before the first table, then each table with what follows it."""
    parts = [""]
    for line in text.splitlines(keepends=True):
        if line.strip() == _TABLE:
            parts.append("")
        parts[-1] += line
    return parts


def _named(block: str) -> str:
    try:
        return str(tomllib.loads(block)["file"][0].get("name", ""))
    except (tomllib.TOMLDecodeError, KeyError, IndexError):
        return ""


def _rendered(table: dict[str, Any], shown: str) -> str:
    return "".join([f"{_TABLE}\n", *(f"{key} = {_value(value, shown)}\n" for key, value in table.items())])


def _value(value: Any, shown: str) -> str:
    if isinstance(value, str | bool | int):  # JSON's escapes are TOML's; only DEL has to be escaped here as well
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list):
        return "[" + ", ".join(_value(item, shown) for item in value) + "]"
    raise ProvenanceError(f"{shown} holds {value!r}, which this command does not write; edit the entry by hand.")
