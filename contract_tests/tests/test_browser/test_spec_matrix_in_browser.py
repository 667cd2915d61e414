"""The page of `klingkit spec matrix --html` in a real browser: quiet, readable in both schemes and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from klingkit.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("matrix") / "matrix.html"
    assert main(["spec", "matrix", "--html", str(file)]) == 0
    return file.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(new_page: Callable[..., Any], address: str, scheme: str) -> None:
    page = new_page(address, prefers_color_scheme=scheme)
    dark = page.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] < 128")
    assert dark is (scheme == "dark")
    found = page.contrast()
    assert found["seen"] > 100
    assert found["faint"] == []


def test_a_phone_360_wide_does_not_scroll_the_page_sideways(new_page: Callable[..., Any], address: str) -> None:
    page = new_page(address, width=360, height=760)
    assert page.run("document.scrollingElement.scrollWidth") == 360


def test_every_link_leads_to_a_place_on_the_page(new_page: Callable[..., Any], address: str) -> None:
    page = new_page(address)
    links = "[...document.querySelectorAll('a[href]')].map((a) => a.getAttribute('href'))"
    assert page.run(f"{links}.filter((href) => !document.getElementById(href.slice(1)))") == []


def test_a_screen_reader_hears_names_for_tables_and_regions(new_page: Callable[..., Any], address: str) -> None:
    tree = new_page(address).tree()
    named = [node for node in tree if node["role"] in {"table", "region", "link", "columnheader"}]
    assert {"table", "link", "columnheader"} <= {node["role"] for node in named}
    assert [node for node in named if not node["name"]] == []
