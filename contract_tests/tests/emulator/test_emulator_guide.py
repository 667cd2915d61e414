"""What docs/emulator.md shows is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from klingkit_emulator.defects import DEFECTS
from klingkit_emulator.launch import KINDS

if TYPE_CHECKING:
    import pytest

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "emulator.md"


def test_the_example_makes_a_task_and_pays_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    exec(example, {})
    assert capsys.readouterr().out == "succeeded 1\n"


def test_faults_and_defects_that_are_named_exist() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    faults = text.partition("## Faults")[2].partition("## Defects")[0]
    assert set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", faults)) <= set(KINDS)
    assert {name.rpartition(":")[2] for name in re.findall(r"--defect ([a-z:-]+)", text)} <= set(DEFECTS)
