"""The report page is seen: in both schemes, on a phone, on paper, by a screen reader, without scripts, and wide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from klingkit_contract import events
from klingkit_contract.findings import Acceptance, Cell, Check, Cost, Exchange, Finding, Severity, Sightings, Verdict
from klingkit_contract.report import html

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Shown = Callable[[Any], set[str]]
    Expected = Callable[..., set[str]]
    Choose = Callable[[Any, str, str], None]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(
    new_page: Callable[..., Any], address: str, scheme: str, shown: Shown, choose: Choose
) -> None:
    page = new_page(address, prefers_color_scheme=scheme)
    dark = page.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] < 128")
    assert dark is (scheme == "dark")
    page.click("document.querySelector('[value=\"not applicable\"]')")
    page.run("for (const node of document.querySelectorAll('details')) node.open = true")
    assert len(shown(page)) > 20
    closed = page.contrast()
    choose(page, "severity", "critical")  # cells beside those that fit are told apart without getting faint
    shown(page)
    narrow = page.contrast()
    page.run("go(stations[0])")
    opened = page.contrast()
    assert closed["faint"] + narrow["faint"] + opened["faint"] == []
    assert opened["seen"] > narrow["seen"] > 50


def test_nothing_moves_for_who_wants_no_motion(new_page: Callable[..., Any], address: str) -> None:
    animation = "(go(stations[0]), getComputedStyle(panel).animationName)"
    assert new_page(address, prefers_reduced_motion="no-preference").run(animation) == "arrive"
    assert new_page(address, prefers_reduced_motion="reduce").run(animation) == "none"


def test_a_phone_360_wide_scrolls_neither_page_nor_panel_sideways(
    new_page: Callable[..., Any], address: str, shown: Shown
) -> None:
    page = new_page(address, width=360, height=760)
    shown(page)
    assert page.run("document.scrollingElement.scrollWidth") == 360
    assert page.run("box.scrollWidth > box.clientWidth")  # the matrix does, within its box
    page.run("go(stations[0])")
    assert page.run("[panel.getBoundingClientRect().width <= 360, panel.scrollWidth <= panel.clientWidth]") == [
        True,
        True,
    ]


def test_a_screen_reader_is_told_what_everything_is(page: Any, document: dict[str, Any], shown: Shown) -> None:
    cells = shown(page)
    tree = page.tree()

    def names(role: str) -> list[str]:
        return [node["name"] for node in tree if node["role"] == role]

    assert names("grid") == ["Verdict of every check of every operation, one column per relay"]
    assert {"Operation and check", "haoee", "anyapi"} <= set(names("columnheader"))
    assert names("searchbox") == ["Search"]
    assert names("combobox") == ["Operation", "Severity"]
    assert {"haoee", "anyapi"} <= set(names("checkbox"))
    assert names("status")
    assert "Filter" in names("form")
    for role in ("button", "link", "checkbox", "combobox", "searchbox", "gridcell", "rowheader", "heading", "image"):
        assert "" not in names(role), role
    titles = {check["id"]: check["title"] for check in document["checks"]}
    spoken = {name for name in names("link") if ": " in name}
    for relay, _, check in (cell.split("/") for cell in cells):
        assert any(name.startswith(f"{relay}, {titles[check]}: ") for name in spoken)
    assert "anyapi, A key counts in its own place only: finding, medium" in spoken
    page.run("go(stations[0])")
    dialog = next(node for node in page.tree() if node["role"] == "dialog")
    assert dialog["name"] == page.run("document.getElementById('panel-title').textContent")
    assert dialog["modal"] is True


def test_on_paper_there_is_the_matrix_without_its_controls_or_the_panel_alone(page: Any) -> None:
    page.look(media="print")
    page.run("dispatchEvent(new Event('beforeprint'))")
    visible = "(selector) => Boolean(document.querySelector(selector)?.checkVisibility())"
    assert page.run(f"['.filters', '.hint', '.copy', 'dialog'].map({visible})") == [False] * 4
    assert page.run(f"['.cards', '.check td', '.found'].map({visible})") == [True] * 3
    assert page.run("getComputedStyle(box).overflow") == "visible"
    page.run("go(stations[0])")
    page.run("dispatchEvent(new Event('beforeprint'))")
    assert page.run(f"['main', 'dialog', '.paper h2', '.paper button'].map({visible})") == [False, False, True, False]
    page.run("dispatchEvent(new Event('afterprint'))")
    assert page.run("document.querySelector('.paper')") is None


def test_without_scripts_the_matrix_by_operation_and_the_findings_can_be_read(
    new_page: Callable[..., Any], address: str, document: dict[str, Any]
) -> None:
    tree = new_page(address, scripts=False).tree()
    said = " ".join(node["name"] for node in tree if node["role"] in {"StaticText", "LineBreak"})
    assert "Without JavaScript this page sums the checks" in said
    for cell in document["cells"]:
        for finding in cell["findings"]:
            assert finding["promised"] in said
            assert finding["seen"] in said
    assert not {"searchbox", "checkbox", "button"} & {node["role"] for node in tree}


def test_rows_of_a_wide_report_are_made_when_they_come_into_view(new_page: Callable[..., Any], tmp_path: Path) -> None:
    relays, operations = [f"relay-{n}" for n in range(9)], [f"video_number{n}_create" for n in range(95)]
    checks = [Check(f"check-{n}", f"Check {n}", "It is kept.", Cost.FREE, Severity.HIGH) for n in range(46)]
    stream: list[Any] = [events.RunStarted(dict.fromkeys(relays, "https://x.example"), operations, checks, 0, 0)]
    cells = [(r, o, c.id) for r in relays for o in operations for c in checks]
    stream += [events.CellFinished(Cell(*place, Verdict.PASS)) for place in cells]
    html.write(events.collect([*stream, events.RunFinished(1.0)]), tmp_path / "index.html")
    page = new_page((tmp_path / "index.html").as_uri())
    size = "document.getElementsByTagName('*').length"
    assert page.run("document.getElementById('count').textContent") == "39,330 of 39,330 cells, 0 findings"
    assert page.run("document.querySelectorAll('.check').length") == 0
    folded = page.run(size)
    page.click("unfold")
    page.until("document.querySelectorAll('.check').length > 0")
    assert page.run(size) - folded < 10_000
    rows = str(1 + 95 + 95 * 46)  # the relays, the operations, their checks
    assert page.run("table.ariaRowCount") == rows
    page.run("box.scrollTo(0, box.scrollHeight)")
    page.until("document.querySelectorAll('td[data-cell=\"39329\"]').length")
    assert page.run("document.querySelector('td[data-cell=\"39329\"]').parentElement.ariaRowIndex") == rows
    assert page.run(size) - folded < 20_000
    page.run("focusOn(groups[40].fold)")
    page.press("ArrowUp")
    assert page.run("document.activeElement.hash") == "#relay-0/video_number39_create/check-45"


def test_nothing_that_a_relay_wrote_becomes_markup(new_page: Callable[..., Any], tmp_path: Path) -> None:
    evil = "</script><img src=x onerror=\"document.title='caught'\">\u202e\x00 ]]>&amp;<b>可灵</b>"
    heads = (("x-evil", evil), (evil, "x"))
    exchange = Exchange("POST", f"https://relay.example/{evil}", heads, evil, 200, heads, f'{{"a": "{evil}"}}', evil)
    why = Acceptance(evil, date(2026, 3, 1), date(2026, 4, 1))
    since = Sightings(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), 3)
    place = ("relay", "operation", "check")
    fresh = Finding(*place, Severity.HIGH, evil, f"/{evil}", evil, evil, evil, exchange, evil, None, since)
    cell = Cell(*place, Verdict.FINDING, evil, (fresh, replace(fresh, acceptance=why)), 1, {evil: evil})
    check = Check("check", evil, evil, Cost.FREE, Severity.HIGH)
    started = events.RunStarted({"relay": f"https://{evil}"}, ["operation"], [check], 0, 0)
    html.write(events.collect([started, events.CellFinished(cell), events.RunFinished(1.0)]), tmp_path / "index.html")
    page = new_page((tmp_path / "index.html").as_uri() + "#relay/operation/check")
    assert page.run("document.querySelectorAll('img, b').length") == 0
    text = page.run("panel.innerText")
    assert text.count("onerror=") > 12
    assert "\u202e" not in text
    assert "\0" not in text
    assert "Finding 2 of 2" in text
    assert "First seen 2026-03-01, last 2026-03-02, in 3 runs." in text
    assert "(since 2026-03-01, until 2026-04-01)" in text
    assert "caught" not in page.run("document.title").split("<")[0]
