"""What is compared: OpenAPI documents in files, in git revisions, or as the build last wrote them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from klingkit_spec.errors import SpecError

__all__ = ["DiffInputError", "Given", "committed", "from_file", "given", "part_from_file", "resolved_name"]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TIMEOUT = 60.0
_ADVICE = (
    "A vendor's page is held against what was read before with `--relay ID PAGE`; "
    "`klingkit spec read` turns one into OpenAPI."
)


class DiffInputError(SpecError):
    """Something that cannot be compared; the sentence says why and what to give instead."""


@dataclass(frozen=True)
class Given:
    """A document, what to call it, and the text it was read from; `file` is where that lies in the work tree."""

    document: dict[str, Any]
    shown: str
    text: str = ""
    file: Path | None = None


def resolved_name(relay: str | None) -> str:
    """Return the name of the one spec, or of a relay's document, below the openapi folder."""
    return "resolved/kling.openapi.yaml" if relay is None else f"resolved/relays/{relay}.openapi.yaml"


def given(argument: str, home: Path, relay: str | None) -> Given:
    """Return the document that `argument` names: a file, ``REV:path``, or ``REV``.

    A revision is looked up in the clone around `home`, its openapi folder; without a path it means the one spec, or
    the document of `relay`.

    Raises:
        DiffInputError: there is no such file or revision, or no OpenAPI 3 document in it.
    """
    file = Path(argument)
    if file.exists():
        return from_file(file)
    prefix = _git(home, "rev-parse", "--show-prefix")
    if prefix is None:
        raise DiffInputError(
            f"{argument!r} is no file, and no git revision either, since {home} is not in a git clone; "
            "give two files, or the openapi folder of a clone with --root."
        )
    revision, colon, path = argument.partition(":")
    if _git(home, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}") is None:
        raise DiffInputError(f"{argument!r} is neither a file nor a git revision; check the spelling.")
    path = path if colon else f"{prefix.strip()}{resolved_name(relay)}"
    text = _git(home, "show", f"{revision}:{path}")
    if text is None:
        raise DiffInputError(f"the revision {revision} has no file {path}; give another one as REV:path.")
    shown = f"{revision}:{path}"
    return Given(_parsed(text, shown), shown, text)


def committed(home: Path, relay: str | None) -> Given:
    """Return the one spec, or the document of `relay`, as it lies in the openapi folder `home` now.

    Raises:
        DiffInputError: it is not there.
    """
    name = resolved_name(relay)
    return replace(from_file(home / name), shown=name)


def from_file(file: Path) -> Given:
    """Return the OpenAPI document in `file`.

    Raises:
        DiffInputError: it is missing, a folder, no text, or holds no OpenAPI 3 document.
    """
    text = _text(file)
    return Given(_parsed(text, str(file)), str(file), text, file)


def part_from_file(file: Path) -> Given:
    """Return the OpenAPI document in `file`, or the part of one: paths or components alone.

    Raises:
        DiffInputError: it is missing, a folder, no text, or holds neither.
    """
    text = _text(file)
    loaded = _loaded(text, str(file))
    parts = [loaded.get(key) for key in ("paths", "components")] if isinstance(loaded, dict) else []
    if "openapi" not in (loaded or {}) and any(isinstance(part, dict) for part in parts):
        return Given(loaded, str(file), text, file)
    return Given(_parsed(text, str(file)), str(file), text, file)


def _text(file: Path) -> str:
    if file.is_dir():
        raise DiffInputError(f"{file} is a folder; name a file in it.")
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DiffInputError(f"{file} is missing; check the path.") from error
    except UnicodeDecodeError as error:
        raise DiffInputError(f"{file} is no UTF-8 text; give an OpenAPI document in YAML or JSON.") from error


def _loaded(text: str, shown: str) -> Any:
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else None
    except ValueError:
        document = None  # YAML may begin with a brace as well
    try:
        return document or yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader either way
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = shown if mark is None else f"{shown}:{mark.line + 1}"
        raise DiffInputError(f"{where}: this is neither YAML nor JSON. {_ADVICE}") from error


def _parsed(text: str, shown: str) -> dict[str, Any]:
    document = _loaded(text, shown)
    version = str(document.get("openapi", "")) if isinstance(document, dict) else ""
    if not version.startswith("3.") or not isinstance(document.get("paths", {}), dict):
        raise DiffInputError(f"{shown} holds no OpenAPI 3 document. {_ADVICE}")
    result: dict[str, Any] = document
    return result


def _git(home: Path, *arguments: str) -> str | None:
    """Return what git prints in `home`, or None if it refuses."""
    try:
        done = subprocess.run(  # noqa: S603 - git with our own arguments; revisions stand behind --end-of-options
            ["git", "-C", str(home), *arguments],  # noqa: S607 - the git of the person who calls
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError as error:
        raise DiffInputError("git is not installed, so revisions cannot be compared; give two files.") from error
    except subprocess.TimeoutExpired as error:
        raise DiffInputError(f"git did not answer within {_TIMEOUT:.0f} s; try again, or give two files.") from error
    return done.stdout.decode("utf-8", errors="replace") if done.returncode == 0 else None
