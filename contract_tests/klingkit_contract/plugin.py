"""A plugin of pytest: ``pytest --klingkit-relay anyapi`` makes every check of every operation a test of its own.

pytest loads this module wherever klingkit is installed, so it imports pytest alone until the option is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from klingkit_contract.plugin_items import Plan

__all__: list[str] = []

_MARK = "klingkit_relay"
_PLAN: pytest.StashKey[Plan] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("klingkit", "checks of relays of the Kling API (klingkit)")
    group.addoption(
        "--klingkit-relay",
        action="append",
        default=[],
        metavar="ID",
        help="Hold this relay against its documents: each check of each operation is a test. May be repeated.",
    )
    group.addoption("--klingkit-base-url", default="", metavar="URL", help="Where that relay is instead.")
    group.addoption(
        "--klingkit-budget", type=int, default=None, metavar="N", help="Creates each relay may charge. Default: 0."
    )
    group.addoption(
        "--klingkit-max-cost", default="", metavar="AMOUNT", help="What the creates of each relay may cost together."
    )
    group.addoption("--klingkit-baseline", default="", metavar="FILE", help="Findings that are accepted: xfail.")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse, before anything is collected, what cannot run."""
    config.addinivalue_line("markers", f"{_MARK}: a check of a relay, made by --klingkit-relay")
    if not config.getoption("--klingkit-relay"):
        return
    if getattr(config.option, "numprocesses", None) or hasattr(config, "workerinput"):
        raise pytest.UsageError("--klingkit-relay asks a relay once, not once in every process; add -n 0.")
    from klingkit_contract.plugin_items import prepare

    config.stash[_PLAN] = prepare(config)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the tests before -k and -m choose among all."""
    plan = config.stash.get(_PLAN, None)
    if plan is not None:
        for item in plan.items(session):
            item.add_marker(_MARK)
            items.append(item)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Ask the relays before the first test: no time limit of a single test fits a whole run."""
    plan = session.config.stash.get(_PLAN, None)
    if plan is not None and not session.config.option.collectonly:
        plan.run(session.items)
