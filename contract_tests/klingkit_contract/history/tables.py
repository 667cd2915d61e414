"""The tables of the history. A change of them changes `VERSION`: an older klingkit says so instead of guessing.

Days and times are UTC as text that sorts (2030-12-31T23:59:59Z), lists and exchanges are JSON as text, so that every
database holds the same. What is written here was redacted by value before it became an event.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

__all__ = ["CELLS", "EXCHANGES", "FIELDS", "FINDINGS", "META", "RUNS", "SEEN", "TABLES", "VERSION"]

VERSION = 2  # 1: without klingkit_seen; a history of an older version is brought up to date when it is written

TABLES = MetaData()

META = Table("klingkit_history", TABLES, Column("version", Integer, primary_key=True, autoincrement=False))

RUNS = Table(
    "klingkit_runs",  # one relay's part of one `klingkit check`
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("relay", String(64), nullable=False),
    Column("address", Text, nullable=False),  # "emulated" for all that were
    Column("began", String(20), nullable=False),
    Column("seconds", Float),  # null, like the next two, where the run was stopped before it was through
    Column("requests", Integer),
    Column("paid", Integer),
    Column("budget", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("operations", Text, nullable=False),
    Column("checks", Text, nullable=False),
    Column("previous", Integer),
    Column("cases", Integer, nullable=False),
    Column("found", Integer, nullable=False),  # findings that counted
    Column("known", Integer, nullable=False),  # findings that a baseline accepted
    Column("new", Integer, nullable=False),
    Column("gone", Integer, nullable=False),
    Index("klingkit_runs_of", "relay", "address"),
)


def _run() -> Column[int]:
    return Column("run", ForeignKey(RUNS.c.id, ondelete="CASCADE"), primary_key=True)


CELLS = Table(
    "klingkit_cells",  # those to which the check applies
    TABLES,
    _run(),
    Column("operation", String(120), primary_key=True),
    Column("check_id", String(64), primary_key=True),
    Column("verdict", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("requests", Integer, nullable=False),
)

FINDINGS = Table(
    "klingkit_findings",
    TABLES,
    _run(),
    Column("fingerprint", String(32), primary_key=True),
    Column("operation", String(120), nullable=False),
    Column("check_id", String(64), nullable=False),
    Column("signature", Text, nullable=False),
    Column("severity", String(10), nullable=False),
    Column("promised", Text, nullable=False),
    Column("pointer", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("accepted", Boolean, nullable=False),
    # True: an earlier run found it, and no run since has asked again. It is neither new when it is found again, nor
    # gone before somebody looked.
    Column("carried", Boolean, nullable=False),
    Index("klingkit_findings_of", "fingerprint"),
)

SEEN = Table(
    "klingkit_seen",  # when runs that were removed since had seen a finding
    TABLES,
    Column("relay", String(64), primary_key=True),
    Column("address", Text, primary_key=True),
    Column("fingerprint", String(32), primary_key=True),
    Column("first", String(20), nullable=False),
    Column("last", String(20), nullable=False),
    Column("runs", Integer, nullable=False),
)

EXCHANGES = Table(
    "klingkit_exchanges",
    TABLES,
    _run(),
    Column("fingerprint", String(32), primary_key=True),
    Column("content", Text, nullable=False),
)

FIELDS = Table(
    "klingkit_fields",  # what was observed of the answers
    TABLES,
    _run(),
    Column("operation", String(120), primary_key=True),
    Column("place", String(300), primary_key=True),
    Column("documented", Text),
    Column("observed", Text, nullable=False),
    Column("present", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("needed", String(40), nullable=False),
    Column("disagreement", String(40), nullable=False),
)
