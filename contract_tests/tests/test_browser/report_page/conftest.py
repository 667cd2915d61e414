"""One real run against emulated relays with planted defects, its report, and what tests ask of the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from klingkit_contract import catalogue, events
from klingkit_contract.emulated import emulated_targets
from klingkit_contract.planted import narrowed
from klingkit_contract.report import html, matrix
from klingkit_contract.runner import Options, run

if TYPE_CHECKING:
    from collections.abc import Callable

RELAYS = ("haoee", "anyapi")
OPERATIONS = frozenset({"video_text2video_create", "video_text2video_get", "video_image2video_create"})
DEFECTS = ("haoee:missing-auth-accepted", "anyapi:key-in-header-accepted", "wrong-method-served")
CHECKS = ("auth-missing", "auth-place", "wrong-method", "unknown-path", "rules")


@pytest.fixture(scope="session")
def results() -> Any:
    with emulated_targets(RELAYS, DEFECTS) as targets:
        narrow = [narrowed(target, OPERATIONS) for target in targets]
        return events.collect(run(narrow, Options(catalogue.select(CHECKS), 10, 0, None, 8.0)))


@pytest.fixture(scope="session")
def document(results: Any) -> dict[str, Any]:
    return dict(json.loads(matrix.render(results)))


@pytest.fixture(scope="session")
def address(results: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("report") / "index.html"
    html.write(results, file)
    return file.as_uri()


@pytest.fixture
def page(new_page: Callable[..., Any], address: str) -> Any:
    return new_page(address)


@pytest.fixture
def shown() -> Callable[[Any], set[str]]:
    """Tell the addresses of the cells that the filters of a page leave."""
    return cells_shown


@pytest.fixture
def expected(document: dict[str, Any]) -> Callable[..., set[str]]:
    """Tell the addresses of the cells that apply and fit."""

    def addresses(fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> set[str]:
        cells = [cell for cell in document["cells"] if cell["verdict"] != "not applicable" and fits(cell)]
        return {f"{cell['relay']}/{cell['operation']}/{cell['check']}" for cell in cells}

    return addresses


@pytest.fixture
def choose() -> Callable[[Any, str, str], None]:
    """Choose from a list of a page."""
    return chosen


def cells_shown(page: Any) -> set[str]:
    """The addresses of the cells that the filters leave."""
    page.run("dispatchEvent(new Event('beforeprint'))")  # rows out of view are not made before they are needed
    links = page.run("[...document.querySelectorAll('#matrix td:not(.other-match) > a')].map((a) => a.hash.slice(1))")
    return {link.split("?")[0] for link in links}


def chosen(page: Any, name: str, value: str) -> None:
    page.run(
        f"(() => {{ const list = document.querySelector('[name={name}]'); list.value = {json.dumps(value)};"
        "for (const kind of ['input', 'change']) list.dispatchEvent(new Event(kind, { bubbles: true })); })()"
    )
