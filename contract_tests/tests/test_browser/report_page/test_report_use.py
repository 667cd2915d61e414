"""The report page is used: filtered, walked through by keys, linked to, copied from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Shown = Callable[[Any], set[str]]
    Expected = Callable[..., set[str]]
    Choose = Callable[[Any, str, str], None]

CONTROL, SHIFT = 2, 8
FOUND = "anyapi/video_text2video_get/auth-place"


def focused(page: Any) -> str:
    """What has the focus, in a word that tells one kind of stop from another."""
    return str(
        page.run(
            "(() => { const node = document.activeElement; return node.closest('.check td') ? node.hash.slice(1)"
            " : node.name ? `${node.name} ${node.value}`.trim() : node.textContent.trim(); })()"
        )
    )


def escape(page: Any) -> None:
    page.press("Escape")
    page.until("!panel.open && shown === null")


def is_focus_visible(page: Any) -> bool:
    return bool(
        page.run(
            "(() => { const node = document.activeElement; const box = node.matches('.chip input')"
            " ? node.nextElementSibling : node; const { outlineStyle, outlineWidth } = getComputedStyle(box);"
            " return outlineStyle === 'solid' && parseFloat(outlineWidth) >= 2; })()"
        )
    )


def test_the_run_has_what_these_tests_look_at(document: dict[str, Any]) -> None:
    findings = [(cell["relay"], cell["check"]) for cell in document["cells"] if cell["verdict"] == "finding"]
    assert {("haoee", "auth-missing"), ("haoee", "wrong-method"), ("anyapi", "wrong-method")} <= set(findings)
    assert findings.count(("anyapi", "auth-place")) == 1
    verdicts = {cell["verdict"] for cell in document["cells"]}
    assert verdicts == {"pass", "finding", "not tested", "not applicable"}


def test_every_cell_that_the_script_reads_is_that_of_the_matrix(page: Any, document: dict[str, Any]) -> None:
    assert page.run("Array.from(states, (_, number) => cellOf(number))") == document["cells"]
    assert (
        page.run("Array.from(states, (_, number) => addressed(addressOf(number)) === number).includes(false)") is False
    )


def test_cells_that_do_not_apply_are_left_out_until_they_are_asked_for(
    page: Any, document: dict[str, Any], shown: Shown, expected: Expected
) -> None:
    assert shown(page) == expected()
    page.click("document.querySelector('[value=\"not applicable\"]')")
    assert len(shown(page)) == len(document["cells"])


def test_a_relay_is_filtered_out_and_in_again(page: Any, shown: Shown, expected: Expected) -> None:
    page.click("document.querySelector('[name=relay][value=haoee]')")
    assert shown(page) == expected(lambda cell: cell["relay"] == "anyapi")
    heads = "[...table.tHead.rows[0].cells].filter((cell) => cell.checkVisibility()).map((cell) => cell.textContent)"
    assert page.run(heads) == ["Operation and check", "anyapi"]
    assert page.run(
        "[...document.querySelectorAll('#findings .where')].every((node) => !node.checkVisibility() "
        "|| node.textContent.startsWith('anyapi'))"
    )
    page.click("document.querySelector('[name=relay][value=haoee]')")
    assert shown(page) == expected()


def test_severity_filters_cells_and_findings(
    page: Any, document: dict[str, Any], shown: Shown, expected: Expected, choose: Choose
) -> None:
    bad = [cell for cell in document["cells"] for found in cell["findings"] if found["severity"] == "critical"]
    choose(page, "severity", "critical")
    assert shown(page) == expected(lambda cell: cell in bad)
    assert page.run("document.getElementById('findings-title').textContent").startswith(f"{len(bad)} of ")
    assert page.run("document.getElementById('count').textContent").endswith(f"{len(bad)} findings")
    assert page.run("location.hash") == "#?severity=critical"
    page.reload()
    assert shown(page) == expected(lambda cell: cell in bad)


def test_an_operation_is_filtered_and_its_findings_are_told_as_its_own(
    page: Any, shown: Shown, expected: Expected, choose: Choose
) -> None:
    choose(page, "operation", "video_text2video_get")
    assert shown(page) == expected(lambda cell: cell["operation"] == "video_text2video_get")
    places = page.run(
        "[...document.querySelectorAll('#findings .where')].filter((node) => node.checkVisibility())"
        ".map((node) => node.textContent)"
    )
    assert places
    assert {place.split(" · ")[1] for place in places} == {"video_text2video_get"}


def test_a_search_finds_every_word_wherever_it_stands(
    page: Any, document: dict[str, Any], shown: Shown, expected: Expected
) -> None:
    page.click("document.querySelector('[name=text]')")
    page.type("ANYAPI unknown")
    words = {check["id"]: json.dumps([check["id"], check["title"], check["promise"]]) for check in document["checks"]}

    def fits(cell: dict[str, Any]) -> bool:
        said = [[found["seen"], found["promised"], found["pointer"]] for found in cell["findings"]]
        return (
            cell["relay"] == "anyapi"
            and "unknown" in (words[cell["check"]] + json.dumps(said)).lower() + cell["reason"]
        )

    assert shown(page) == expected(fits) != set()
    page.type(" no such thing")
    assert shown(page) == set()
    assert page.run("document.getElementById('empty').checkVisibility()")
    assert page.until("location.hash === '#?text=ANYAPI+unknown+no+such+thing'")
    page.click("document.getElementById('all')")
    assert shown(page) == expected()


def test_the_tab_key_reaches_everything_in_order_and_the_matrix_is_one_stop(page: Any) -> None:
    stops = []
    while not stops or not stops[-1].startswith("video_"):
        page.press("Tab")
        stops.append(focused(page))
        assert is_focus_visible(page), stops[-1]
        assert len(stops) < 40
    first = stops.index("text")
    assert stops[0] == "Skip to the matrix"
    assert stops[first : first + 5] == ["text", "operation", "severity", "relay haoee", "relay anyapi"]
    assert stops[-3:] == ["Fold all", "Reset", "video_text2video_create"]
    page.press("Tab")
    assert page.run("Boolean(document.activeElement.closest('#findings'))")
    page.press("Tab", modifiers=SHIFT)
    assert focused(page) == "video_text2video_create"


def test_the_skip_link_leads_into_the_matrix(page: Any) -> None:
    page.press("Tab", "Enter")
    assert focused(page).startswith("video_")


def test_arrow_keys_move_in_the_grid_enter_opens_escape_closes_and_the_focus_returns(page: Any) -> None:
    page.press("Tab", "Enter", "ArrowDown", "ArrowDown", "ArrowRight")
    here = focused(page)
    assert here.startswith("anyapi/video_text2video_create/")
    assert is_focus_visible(page)
    page.press("Enter")
    assert page.run("panel.open && panel.contains(document.activeElement)")
    assert page.run("document.activeElement.id") == "panel-title"
    for _ in range(30):
        page.press("Tab")
        assert page.run("panel.contains(document.activeElement) || document.activeElement === document.body")
    escape(page)
    assert page.run("!panel.open")
    assert focused(page) == here
    assert page.run("location.hash") == ""


def test_the_edges_of_the_grid_are_a_key_away_and_operations_fold(page: Any) -> None:
    page.run("dispatchEvent(new Event('beforeprint'))")  # rows out of view are not made before they are needed
    page.press("Tab", "Enter")
    first = focused(page)
    rows = "[...table.querySelectorAll('tbody:not([hidden]) tr')].filter((row) => row.checkVisibility()).length"
    before = page.run(rows)
    page.press("ArrowLeft")
    assert page.run("document.activeElement.getAttribute('aria-expanded')") == "false"
    assert page.run(rows) < before
    page.press("ArrowRight")
    assert page.run(rows) == before
    page.press("End", modifiers=CONTROL)
    assert page.run("document.activeElement.closest('tr') === groups.at(-1).body.lastElementChild")
    page.press("End")
    assert focused(page).startswith("anyapi/")
    page.press("Home")
    assert focused(page).startswith("haoee/")
    page.press("ArrowUp")
    page.press("Home", modifiers=CONTROL)
    assert focused(page) == first


def test_the_focus_returns_to_the_list_where_the_panel_was_opened_there(page: Any) -> None:
    page.run("document.querySelector('#findings .what a').focus()")
    page.press("Enter")
    assert page.run("panel.open")
    escape(page)
    assert page.run("document.activeElement.matches('#findings .what a')")


def test_steps_lead_from_finding_to_finding_and_the_focus_ends_at_the_last(page: Any, expected: Expected) -> None:
    page.run("go(stations[0])")
    seen = [page.run("location.hash.slice(1)")]
    while page.run("!panel.querySelectorAll('.tools button')[1].disabled"):
        page.click("panel.querySelectorAll('.tools button')[1]")
        seen.append(page.run("location.hash.slice(1)"))
    assert set(seen) == expected(lambda cell: bool(cell["findings"]))
    assert len(seen) == len(set(seen))
    escape(page)
    assert focused(page) == seen[-1]


def test_a_link_brings_cell_and_filters_back_after_a_reload_and_in_another_tab(
    page: Any, new_page: Callable[..., Any], shown: Shown, choose: Choose
) -> None:
    choose(page, "severity", "medium")
    page.click("document.querySelector('[name=relay][value=haoee]')")
    shown(page)
    page.click(f"table.querySelector('a[href=\"#{FOUND}\"]')")
    link = page.run("location.href")
    assert link.endswith(f"#{FOUND}?severity=medium&relay=anyapi")
    state = (
        "[panel.open, document.getElementById('panel-title').textContent, form.elements.severity.value, document.title]"
    )
    before, cells = page.run(state), shown(page)
    page.reload()
    other = new_page(link)
    for tab in (page, other):
        assert tab.run(state) == before
        assert shown(tab) == cells
    page.call("Page.bringToFront")
    escape(page)
    assert page.run("location.hash") == "#?severity=medium&relay=anyapi"
    page.reload()
    assert page.run("[panel.open, form.elements.severity.value]") == [False, "medium"]
    assert shown(page) == cells


def test_the_back_button_goes_from_cell_to_cell_and_out_of_the_panel(page: Any) -> None:
    page.run("go(stations[0])")
    page.run("go(stations[1])")
    page.back()
    assert page.until("shown === stations[0] && panel.open")
    page.back()
    assert page.until("!panel.open && shown === null")


def test_a_cell_that_the_filters_hide_can_still_be_linked_to(new_page: Callable[..., Any], address: str) -> None:
    page = new_page(f"{address}#{FOUND}?relay=haoee&verdict=pass")
    assert page.run("panel.open")
    escape(page)
    assert focused(page).startswith("video_")


def test_an_address_that_is_none_does_no_harm(new_page: Callable[..., Any], address: str) -> None:
    page = new_page(f"{address}#%E0%A4%A/__proto__/rules?severity=worst&relay=nobody&operation=%00")
    assert page.run("[panel.open, form.elements.severity.value, form.elements.operation.value]") == [False, "", ""]


def test_a_finding_shows_promise_evidence_and_how_to_see_it_again(page: Any, document: dict[str, Any]) -> None:
    page.run(f"go(addressed({json.dumps(FOUND)}))")
    (cell,) = (c for c in document["cells"] if "/".join([c["relay"], c["operation"], c["check"]]) == FOUND)
    finding = cell["findings"][0]
    text = page.run("panel.innerText")
    (check,) = (check for check in document["checks"] if check["id"] == "auth-place")
    for words in (check["promise"], finding["promised"], finding["seen"], finding["pointer"], finding["curl"]):
        assert words in text
    assert finding["reproduce"] in text
    assert finding["reproduce"].startswith("klingkit check --all-emulated")
    assert f"GET {finding['exchange']['url']}" in text
    assert f"HTTP {finding['exchange']['status']}" in text
    assert "[key]" in dict(finding["exchange"]["request_headers"]).values()
    assert "[key]" in text


def test_copy_buttons_copy_what_stands_beside_them(page: Any) -> None:
    page.run("addEventListener('paste', (event) => { globalThis.pasted = event.clipboardData.getData('text/plain'); })")

    def clipboard() -> str:
        page.until("document.activeElement.textContent === 'Copied'")
        page.run("globalThis.pasted = null")
        page.press("v", modifiers=CONTROL, commands=("paste",))
        return str(page.until("globalThis.pasted"))

    page.run("document.querySelector('#findings .copy').focus()")
    page.press("Enter")
    assert clipboard() == page.run("document.activeElement.previousElementSibling.textContent")
    page.run(f"go(addressed({json.dumps(FOUND)}))")
    names = page.run("[...panel.querySelectorAll('.copy')].map((button) => button.getAttribute('aria-label'))")
    assert names[:3] == ["Copy the pointer", "Copy: Reproduce", "Copy: The same with cURL"]
    assert names[3:] == ["Copy: Body of the answer"]
    finding = page.run(f"cellOf(addressed({json.dumps(FOUND)})).findings[0]")
    for number, words in enumerate((finding["pointer"], finding["reproduce"], finding["curl"])):
        page.click(f"panel.querySelectorAll('.copy')[{number}]")
        assert clipboard() == words
