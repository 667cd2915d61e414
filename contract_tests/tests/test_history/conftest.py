"""A history in a file of the test's own, and runs that are kept in it a day apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from klingkit_contract.history.database import Database
from klingkit_contract.history.keeping import keep

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from klingkit_contract.events import Results

BEGAN = datetime(2026, 3, 1, 4, 17, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'folder' / 'history.sqlite3'}")


@pytest.fixture
def kept(database: Database) -> Callable[..., Results]:
    """Keep runs, each a day after the one before it, and return the results with their past."""
    days = iter(range(1000))

    def keep_one(results: Results, address: str = "https://relay.example") -> Results:
        began = BEGAN + timedelta(days=next(days))
        return keep(database, results, dict.fromkeys(results.started.relays, address), began)

    return keep_one
