"""A copy of this clone's openapi folder, and pages and documents that are read and validated once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

import klingkit_data
from klingkit_spec import lint, sources
from klingkit_spec.reader import Reading, read_file

if TYPE_CHECKING:
    from pathlib import Path

_READ: dict[tuple[bytes, str | None, bool], Reading] = {}


_VALID: dict[str, list[str]] = {}


@pytest.fixture(autouse=True)
def _each_page_is_read_and_each_document_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """That takes four fifths of a build, and nearly every test has the same committed pages and documents."""
    validate = lint._invalid

    def remembered(path: Path, *, name: str | None = None, relay: str | None = None, sources: bool = False) -> Reading:
        key = (path.read_bytes(), name, sources)
        if key not in _READ:
            _READ[key] = read_file(path, name=name, relay=relay, sources=sources)
        return _READ[key]

    def validated(document: dict[str, Any]) -> list[str]:
        key = repr(document)
        if key not in _VALID:
            _VALID[key] = validate(document)
        return _VALID[key]

    monkeypatch.setattr(sources, "read_file", remembered)
    monkeypatch.setattr(lint, "_invalid", validated)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    home, copy = klingkit_data.path("relays.toml").parent, tmp_path / "clone" / "openapi"
    for folder in ("sources", "fixes", "overlays", "extracted", "resolved"):
        shutil.copytree(home / folder, copy / folder)
    for name in ("relays.toml", "dialects.toml", "verdicts.toml"):
        shutil.copy(home / name, copy / name)
    return copy
