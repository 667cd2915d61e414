"""Keeps the runs of the command in the history, and lets no trouble with it cost a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console

from klingkit_contract.errors import HistoryError
from klingkit_contract.history.location import VARIABLE, locate
from klingkit_contract.history.records import EMULATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit_contract.events import Results
    from klingkit_contract.history.database import Database

__all__ = ["Keeper", "open_history"]


def open_history(named: str, environ: Mapping[str, str]) -> Database:
    """Return the history that `named`, the environment or the platform says.

    Raises:
        HistoryError: SQLAlchemy or a driver is not installed, or the address is none.
    """
    try:
        from klingkit_contract.history.database import Database  # loads SQLAlchemy, which few runs need
    except ModuleNotFoundError as error:
        raise HistoryError(
            f"the history needs {error.name}: pip install 'klingkit[contract]', or leave it out with --no-history."
        ) from error
    return Database(locate(named, environ))


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps one run in `database`, which began at `began`; `emulated` runs are told from those of the real relay."""

    database: Database
    began: datetime
    emulated: bool

    @classmethod
    def ready(cls, named: str, environ: Mapping[str, str], *, emulated: bool) -> Keeper | None:
        """Return a keeper whose history can be written, tried before anything is asked.

        Where nobody named a history, one that cannot be written is a remark on stderr and the answer is None.

        Raises:
            HistoryError: the history that was named cannot be written.
        """
        try:
            database = open_history(named, environ)
            with database.writing():
                pass
        except HistoryError as error:
            if named or environ.get(VARIABLE, "").strip():
                raise
            _remark(f"not kept: {error}")
            return None
        return cls(database, datetime.now(UTC), emulated)

    def keep(self, results: Results) -> Results:
        """Keep `results` and return them with their past; what cannot be kept any more is a remark on stderr."""
        from klingkit_contract.history.keeping import keep  # see open_history

        addresses = {relay: EMULATED if self.emulated else url for relay, url in results.started.relays.items()}
        try:
            return keep(self.database, results, addresses, self.began)
        except HistoryError as error:  # the run is over, and what it found is worth more than its place in a list
            _remark(f"not kept: {error}")
            return results


def _remark(words: str) -> None:
    Console(stderr=True).print(words, style="dim", highlight=False, soft_wrap=True)
