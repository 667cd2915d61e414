"""docs/client.md: its examples run, and its table names every method."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import klingkit
from klingkit._methods.table import METHODS, ROWS
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "client.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with launch(["official"], speed=50_000) as running:
        yield running


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_run(
    emulator: Emulator, example: str, waits: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    here = functools.partial(klingkit.Kling, base_url=emulator.base_url("official"), api_key=emulator.api_key)
    monkeypatch.setattr(klingkit, "Kling", here)
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/client.md", "exec"), {})


def test_the_table_names_every_method() -> None:
    rows = {
        group: [re.findall(r"`(\w+)`", cell) for cell in (starts, answers)]
        for group, starts, answers in re.findall(r"^\| `kling\.(\w+)` \| (.*) \| (.*) \|$", TEXT, re.MULTILINE)
    }
    table: dict[str, list[list[str]]] = {}
    for operation, row in ROWS.items():
        table.setdefault(row.group, [[], []])[operation not in METHODS].append(row.method)
    assert rows == table
