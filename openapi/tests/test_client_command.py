"""`klingkit spec client`: the committed package is what the one spec gives, and a difference is named."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import sysconfig
from pathlib import Path
from typing import Any

import pytest

import klingkit_data
from klingkit_spec import client_generator
from klingkit_spec.cli import spec
from klingkit_spec.cli.client import client
from klingkit_spec.client_generator import HEADER, ClientError

REPOSITORY = Path(__file__).resolve().parents[2]
INPUTS = (
    "openapi/client.yaml",
    "openapi/resolved/kling.openapi.yaml",
    "openapi/methods.toml",
    "openapi/resolved/surface.json",
    *(
        f"openapi/sources/official/{file.name}"
        for file in (REPOSITORY / "openapi/sources/official").glob("*.openapi.yaml")
    ),
)
OUTPUTS = ("generated_client/klingkit_api", "wrapper/klingkit/_methods")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The openapi folder of a copy of what the command reads and writes."""
    for name in INPUTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    for name in OUTPUTS:
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "openapi"


def texts(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def test_the_committed_package_is_up_to_date(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # ruff is found although this environment is not activated
    assert client(check=True, root=home) == 0
    assert capsys.readouterr().out.endswith("Everything is up to date.\n")


def test_check_names_each_difference_and_a_run_mends_them(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = home.parent / "generated_client/klingkit_api"
    (package / "errors.py").write_text("edited = True\n", encoding="utf-8")
    (package / "models/stale.py").write_text("", encoding="utf-8")
    (package / "py.typed").unlink()
    methods = home.parent / "wrapper/klingkit/_methods"
    (methods / "video.py").write_text("edited = True\n", encoding="utf-8")
    assert client(check=True, root=home) == 1
    told = capsys.readouterr().out
    assert told.splitlines()[:4] == [
        "different klingkit_api/errors.py",
        "extra     klingkit_api/models/stale.py",
        "missing   klingkit_api/py.typed",
        "different _methods/video.py",
    ]
    assert "Run: klingkit spec client" in told
    assert all(len(line) <= 80 for line in told.splitlines())
    assert (package / "errors.py").read_text(encoding="utf-8") == "edited = True\n"

    assert client(root=home) == 0
    assert "\n4 of " in capsys.readouterr().out
    for name in OUTPUTS:  # the committed ones are up to date: the test above
        assert texts(home.parent / name) == texts(REPOSITORY / name)


def test_every_generated_file_says_so_in_its_first_line() -> None:
    files = [file for file in (REPOSITORY / "generated_client/klingkit_api").rglob("*") if file.suffix != ".pyc"]
    texts = {file: file.read_text(encoding="utf-8") for file in files if file.is_file()}
    assert texts
    assert [file for file, text in texts.items() if not text.startswith(HEADER)] == []


def test_outside_a_clone_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(klingkit_data, "path", lambda name: tmp_path / name)
    with pytest.raises(ClientError, match="is not part of a clone of klingkit") as caught:
        spec.main(["client"])
    assert caught.value.exit_status == 2


def test_a_setting_the_generator_would_ignore_is_refused(home: Path) -> None:
    (home / "client.yaml").write_text("literal_enum: true\n", encoding="utf-8")
    with pytest.raises(ClientError, match=r"^client\.yaml: openapi-python-client has no setting literal_enum;"):
        spec.main(["client", "--root", str(home)])


def test_a_setting_the_patches_rely_on_is_required(home: Path) -> None:
    (home / "client.yaml").write_text("package_name_override: klingkit_api\n", encoding="utf-8")
    with pytest.raises(ClientError, match="literal_enums must be true"):
        client(root=home)


def test_a_missing_generator_is_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ClientError, match=r"openapi-python-client is not installed; .* uv sync") as caught:
        client(root=home)
    assert caught.value.exit_status == 2


def test_another_version_of_the_generator_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "0.30.0")
    with pytest.raises(ClientError, match=r"openapi-python-client 0\.30\.0 is installed, .* patched for 0\.29\.1"):
        client(root=home)


def test_a_missing_ruff_is_one_sentence(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    with pytest.raises(ClientError, match="ruff is not installed beside"):
        client(root=home)


def test_what_the_generator_cannot_express_is_refused_and_the_old_package_stays(home: Path) -> None:
    file = home.parent / INPUTS[1]
    text = file.read_text(encoding="utf-8")
    old = "        prompt:\n          type: string\n"
    assert old in text
    file.write_text(text.replace(old, "        prompt:\n          enum: [a, 1]\n", 1), encoding="utf-8")
    before = sorted((home.parent / "generated_client/klingkit_api").rglob("*"))
    with pytest.raises(ClientError, match="openapi-python-client refused the client profile: "):
        client(root=home)
    assert sorted((home.parent / "generated_client/klingkit_api").rglob("*")) == before


def test_a_schema_that_is_dropped_without_a_warning_is_noticed(tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (tmp_path / "api").mkdir()
    (models / "__init__.py").write_text('__all__ = ("Task",)\n', encoding="utf-8")
    kept: dict[str, Any] = {"paths": {}, "components": {"schemas": {"Task": {"properties": {}}}}}
    assert client_generator._check_complete(kept, tmp_path) == 1
    lost: dict[str, Any] = {"paths": {}, "components": {"schemas": {"TaskInfo": {"properties": {}}}}}
    with pytest.raises(ClientError, match="left out the schema TaskInfo"):
        client_generator._check_complete(lost, tmp_path)


def test_an_operation_that_is_dropped_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "api/video").mkdir(parents=True)
    profile = {"paths": {"/v1/x": {"get": {"operationId": "video_x_get"}}}, "components": {"schemas": {}}}
    with pytest.raises(ClientError, match="left out GET /v1/x"):
        client_generator._check_complete(profile, tmp_path)
