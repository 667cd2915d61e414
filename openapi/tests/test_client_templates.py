"""Patching the generator's templates, and the guard that stops when an upgrade changed them."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from klingkit_spec.client_templates import PATCHES, Patch, TemplateError, write_templates


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the installed generator's templates."""
    spec = importlib.util.find_spec("openapi_python_client")
    assert spec is not None
    assert spec.origin is not None
    return Path(shutil.copytree(Path(spec.origin).parent / "templates", tmp_path / "shipped"))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "patched"
    folder.mkdir()
    return folder


def test_only_the_patched_templates_are_written(shipped: Path, target: Path) -> None:
    write_templates(shipped, target)
    written = {file.relative_to(target).as_posix() for file in target.rglob("*") if file.is_file()}
    assert written == {patch.template for patch in PATCHES}
    assert "HTTPStatus" not in (target / "endpoint_module.py.jinja").read_text(encoding="utf-8")


@pytest.mark.parametrize("changed", PATCHES, ids=[f"{i}-{patch.template}" for i, patch in enumerate(PATCHES)])
def test_a_changed_anchor_stops_with_template_and_text(changed: Patch, shipped: Path, target: Path) -> None:
    file = shipped / changed.template
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(changed.anchor, ""), encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        write_templates(shipped, target)
    sentence = str(caught.value)
    assert sentence.startswith(f"{changed.template}: the text to patch was found 0 times instead of once: ")
    assert repr(changed.anchor.strip().partition("\n")[0]) in sentence
    assert caught.value.exit_status == 2


def test_an_anchor_that_occurs_twice_stops(shipped: Path, target: Path) -> None:
    file = shipped / "types.py.jinja"
    file.write_text(file.read_text(encoding="utf-8") + "    status_code: HTTPStatus\n", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"types\.py\.jinja: .* found 2 times .*'status_code: HTTPStatus'"):
        write_templates(shipped, target)


def test_a_template_that_is_gone_stops(shipped: Path, target: Path) -> None:
    (shipped / "literal_enum.py.jinja").unlink()
    with pytest.raises(TemplateError, match=r"^literal_enum\.py\.jinja: .* ships no such template"):
        write_templates(shipped, target)


def test_every_patch_says_why() -> None:
    assert all(patch.why for patch in PATCHES)
