"""Write `klingkit._methods`: the one spec, the table of relays and methods.toml in, a complete folder out."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.client_generator import SPEC, ruff_folder
from klingkit_spec.methods.docstrings import Facts
from klingkit_spec.methods.modules import module_texts
from klingkit_spec.methods.plan import plan_methods
from klingkit_spec.methods.table import TABLE, MethodsError, read_table
from klingkit_spec.relay_document import operations
from klingkit_spec.yamlio import load_toml, load_yaml

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FOLDER", "Written", "write_methods"]

FOLDER = "_methods"
_SURFACE = "resolved/surface.json"
_TIMEOUT = 120.0


@dataclass(frozen=True)
class Written:
    """What one run wrote: how many files, and methods of one client."""

    files: int
    methods: int


def write_methods(home: Path, target: Path) -> Written:
    """Write the modules for the inputs in `home`, the openapi folder of a clone, into the new folder `target`.

    Raises:
        MethodsError: methods.toml and the one spec do not fit together, or ruff refuses what was written.
        ClientError: ruff is not installed.
    """
    spec = load_yaml(home / SPEC, shown=SPEC)
    table = read_table(load_toml(home / TABLE, shown=TABLE), {node["operationId"] for _, _, node in operations(spec)})
    methods = plan_methods(spec, table)
    surface = json.loads((home / _SURFACE).read_text(encoding="utf-8"))
    texts = module_texts(spec, table, methods, Facts(spec, surface, _sources(home), table.texts))
    target.mkdir()
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")
    _format(target)
    return Written(files=len(texts), methods=len(methods))


def _sources(home: Path) -> dict[str, str]:
    """Return the official document that each operation is written in."""
    found: dict[str, str] = {}
    for file in sorted((home / "sources" / "official").glob("*.openapi.yaml")):
        shown = f"openapi/sources/official/{file.name}"
        document: dict[str, Any] = load_yaml(file, shown=shown)
        for _, _, node in operations(document):
            found.setdefault(node["operationId"], shown)
    return found


def _format(folder: Path) -> None:
    ruff = f"{ruff_folder()}/ruff"
    common = ["--isolated", "--no-cache", "--quiet", "--line-length", "120", "--target-version", "py311", str(folder)]
    for command in (["check", "--fix-only", "--select", "F,I,UP,RUF022"], ["format"]):
        done = subprocess.run(  # noqa: S603 - this environment's own ruff
            [ruff, *command, *common], capture_output=True, text=True, check=False, timeout=_TIMEOUT
        )
        if done.returncode != 0:
            raise MethodsError(f"ruff refuses what was written: {' '.join(done.stderr.split())[:600]}")
