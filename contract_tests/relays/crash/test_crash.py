"""Two hundred creates under faults, by a program that is killed (-9) between intent and answer, and started again:
what was charged is what the caller knows of, or was told is unknown; and never is one call charged twice.

`nox -s crash` repeats it with more seeds.
"""

from __future__ import annotations

import collections
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klingkit import Kling
from klingkit_emulator.launch import Emulator, launch

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLER = Path(__file__).with_name("caller.py")
CREATES = 200
SEEDS = int(os.environ.get("KLINGKIT_CRASH_SEEDS", "0"))
WAYS = [(kind, transport) for kind in ("sync", "async") for transport in ("builtin", "httpx")]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed by a signal on Windows")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with launch(["official", "newapi-b"], speed=50_000) as running:
        yield running


def run_until_done(emulator: Emulator, journal: Path, *wanted: str, relay: str, seed: int) -> int:
    """Start the caller until it ends by itself; return how often it was killed."""
    kind, transport = wanted
    command = [sys.executable, str(CALLER), kind, transport, relay, emulator.url, emulator.api_key, str(journal)]
    journal.touch()
    for killed in range(CREATES):
        ended = subprocess.run([*command, str(CREATES), str(seed)], capture_output=True, text=True, timeout=100)
        emulator.clear_faults()  # of what it was killed over; the machine that comes back is a sound one
        if ended.returncode == 0:
            return killed
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    raise AssertionError("it never ended")


def fates_of(journal: Path) -> dict[str, list[str]]:
    fates: dict[str, list[str]] = collections.defaultdict(list)
    for line in journal.read_text().splitlines():
        verb, mine = line.split()
        fates[verb].append(mine)
    return fates


@pytest.mark.parametrize("seed", range(SEEDS or 1))
@pytest.mark.parametrize(("kind", "transport"), WAYS if SEEDS else WAYS[:1])
def test_each_charge_is_known_or_said_to_be_unknown_and_no_call_is_charged_twice(
    emulator: Emulator, tmp_path: Path, kind: str, transport: str, seed: int
) -> None:
    journal = tmp_path / "journal"
    killed = run_until_done(emulator, journal, kind, transport, relay="official", seed=seed)
    fates = fates_of(journal)
    with Kling("official", api_key=emulator.api_key, base_url=emulator.base_url("official")) as kling:
        made = [task.external_task_id for task in kling.tasks.iter("text_to_video")]
    assert killed > 2
    assert len(made) == len(set(made)) == emulator.charges("official")
    assert set(fates["known"]) <= set(made) <= {*fates["known"], *fates["unknown"]}
    assert "lost" not in fates
    assert len(fates["intent"]) == len(set(fates["intent"])) == CREATES
    assert sum(len(fates[verb]) for verb in ("known", "unknown", "refused")) == CREATES
    assert len(fates["known"]) > CREATES / 2


@pytest.mark.parametrize("seed", range(SEEDS or 1))
@pytest.mark.parametrize(("kind", "transport"), WAYS if SEEDS else WAYS[2:3])
def test_where_tasks_cannot_be_looked_up_no_create_is_sent_twice_and_each_charge_is_accounted_for(
    emulator: Emulator, tmp_path: Path, kind: str, transport: str, seed: int
) -> None:
    journal = tmp_path / "journal"
    killed = run_until_done(emulator, journal, kind, transport, relay="newapi-b", seed=seed)
    fates = fates_of(journal)
    posted = emulator.state()["relays"]["newapi-b"]["requests_by_operation"]
    known, unknown = len(fates["known"]), len(fates["unknown"])
    assert killed > 2
    assert known <= emulator.charges("newapi-b") <= known + unknown
    assert known + unknown + len(fates["refused"]) == len(set(fates["intent"])) == CREATES
    assert sum(count for name, count in posted.items() if name.endswith("_create")) <= CREATES
