"""The resolved documents and tables, as package data.

The only place that knows where the data lies: beside this module in a wheel, one folder up in a clone.
Everyone may import it; it imports nobody.
"""

from __future__ import annotations

import json
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["load", "path"]

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE, _PACKAGE.parent)


def path(name: str) -> Path:
    """Return where the data file `name` lies, for example ``resolved/kling.openapi.yaml``.

    Raises:
        FileNotFoundError: there is no such data file in this installation.
    """
    for root in _ROOTS:
        candidate = root / name
        if candidate.is_file():
            return candidate
    raise FileNotFoundError(f"klingkit's data file {name!r} is missing from this installation; reinstall klingkit.")


@lru_cache(maxsize=64)
def load(name: str) -> dict[str, Any]:
    """Return the parsed data file `name` (.toml, .json or .yaml). The answer is shared: do not change it.

    Raises:
        FileNotFoundError: there is no such data file in this installation.
    """
    file = path(name)
    if file.suffix == ".toml":
        return tomllib.loads(file.read_text(encoding="utf-8"))
    if file.suffix == ".json":
        return _mapping(name, json.loads(file.read_bytes()))
    import yaml  # only the extras that read whole documents install it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return _mapping(name, yaml.load(file.read_bytes(), Loader=loader))  # noqa: S506 - a safe loader either way


def _mapping(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"klingkit's data file {name!r} does not hold a mapping.")
    return value
