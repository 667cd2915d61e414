"""What code uses, read from files that a test writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from klingkit_contract.switch.judgement import Judgement, judge
from klingkit_contract.switch.paths import Paths
from klingkit_contract.switch.python_code import read_python
from klingkit_contract.switch.surface import surface_of
from klingkit_contract.switch.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.switch.usage import Use


@pytest.fixture(scope="session")
def paths() -> Paths:
    return Paths()


@pytest.fixture
def read(paths: Paths) -> Callable[[str], list[Use]]:
    """Read Python code."""
    return lambda code: read_python(code, "app.py", paths)[0]


@pytest.fixture
def move(paths: Paths) -> Callable[..., Judgement]:
    """Judge a move of Python code from one relay to another by documents, or of all that the first documents."""

    def judged(old: str, new: str, code: str = "") -> Judgement:
        usage = Usage(everything=True)
        if code:
            uses, remarks = read_python(code, "app.py", paths)
            usage = Usage(tuple(uses), remarks=tuple(remarks))
        return judge(usage, surface_of(old), surface_of(new), None)

    return judged
