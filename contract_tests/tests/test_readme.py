"""The README's Python examples do what they say, against the emulator."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import klingkit
import klingkit_api
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    import pytest

README = Path(__file__).resolve().parents[2] / "README.md"


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_wrapper_example_leaves_a_video(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with launch(["anyapi"], speed=500) as emulator:
        real = klingkit.Kling

        def here(relay: str, api_key: str) -> klingkit.Kling:
            assert api_key == "sk-..."
            return real(relay, api_key=emulator.api_key, base_url=emulator.base_url(relay))

        monkeypatch.setattr(klingkit, "Kling", here)
        exec(examples()[0], {})
        assert (tmp_path / "fox.mp4").read_bytes()[4:8] == b"ftyp"
        assert emulator.charges("anyapi") == 1


def test_the_generated_client_example_gets_a_task(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with launch(["anyapi"], speed=500) as emulator:
        real = klingkit_api.AuthenticatedClient

        def here(base_url: str, token: str) -> Any:
            assert base_url == "https://www.anyapi.vip/kling"
            assert token == "sk-..."
            return real(base_url=emulator.base_url("anyapi") + "/kling", token=emulator.api_key)

        monkeypatch.setattr(klingkit_api, "AuthenticatedClient", here)
        exec(examples()[1], {})
    # The example sends only what it must by the one spec; anyapi asks for more and says so, and nothing is raised.
    assert capsys.readouterr().out.startswith(("200 TaskEnvelope", "400 "))
