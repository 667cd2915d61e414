"""A copy of this clone's openapi folder, and a terminal of 80 columns."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

import klingkit_data

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _in_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    home, copy = klingkit_data.path("relays.toml").parent, tmp_path / "clone" / "openapi"
    for folder in ("sources", "fixes", "overlays", "extracted", "resolved"):
        shutil.copytree(home / folder, copy / folder)
    for name in ("relays.toml", "dialects.toml", "verdicts.toml"):
        shutil.copy(home / name, copy / name)
    return copy
