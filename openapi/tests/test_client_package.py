"""Comparing and replacing a generated package as a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from klingkit_spec.client_package import Difference, differences, replace


def folder(root: Path, **files: str) -> Path:
    for name, text in files.items():
        file = root / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".py").write_text(text, encoding="utf-8")
    return root


def test_missing_extra_and_different_files_are_named_in_order(tmp_path: Path) -> None:
    checked = folder(tmp_path / "checked", same="1", models__edited="2", stale="3")
    fresh = folder(tmp_path / "fresh", same="1", models__edited="!", api__new="4")
    assert differences(checked, fresh) == [
        Difference("api/new.py", "missing"),
        Difference("models/edited.py", "different"),
        Difference("stale.py", "extra"),
    ]


def test_bytecode_does_not_count(tmp_path: Path) -> None:
    checked, fresh = folder(tmp_path / "checked", a="1"), folder(tmp_path / "fresh", a="1")
    folder(checked / "__pycache__", a="bytecode")
    assert differences(checked, fresh) == []


def test_a_folder_that_does_not_exist_is_empty(tmp_path: Path) -> None:
    fresh = folder(tmp_path / "fresh", a="1")
    assert differences(tmp_path / "none", fresh) == [Difference("a.py", "missing")]


def test_replacing_leaves_nothing_stale_and_nothing_beside(tmp_path: Path) -> None:
    target = folder(tmp_path / "clone" / "package", a="old", stale="x")
    fresh = folder(tmp_path / "fresh", a="new")
    (tmp_path / "clone" / ".package.new").mkdir()
    replace(target, fresh)
    assert differences(target, fresh) == []
    assert [entry.name for entry in target.parent.iterdir()] == ["package"]


def test_a_failed_exchange_puts_the_old_package_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = folder(tmp_path / "clone" / "package", a="old")
    fresh = folder(tmp_path / "fresh", a="new")
    rename = Path.rename

    def failing(self: Path, to: Path) -> Path:
        if self.name == ".package.new":
            raise PermissionError(13, "denied", str(self))
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(PermissionError):
        replace(target, fresh)
    assert (target / "a.py").read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in target.parent.iterdir()] == ["package"]
