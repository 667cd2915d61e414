from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product

import pytest

from klingkit_contract.events import CellFinished, RunFinished, RunStarted, collect
from klingkit_contract.findings import Cell, Check, Cost, Exchange, Finding, Severity, Verdict
from klingkit_contract.report import html, matrix

VOID = {"br", "meta", "link", "input", "wbr"}


class Page(HTMLParser):
    """The elements of a page, with what is wrong about how they nest."""

    def __init__(self, source):
        super().__init__()
        self.elements = []  # [name, attributes, text]
        self.open = []
        self.faults = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append([tag, dict(attrs), ""])
        if tag not in VOID:
            self.open.append(self.elements[-1])

    def handle_endtag(self, tag):
        if not self.open or self.open.pop()[0] != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        for element in self.open:
            element[2] += data

    def all(self, tag, **attributes):
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        return [e for e in self.elements if e[0] == tag and wanted.items() <= e[1].items()]


@pytest.fixture
def source(results, tmp_path):
    html.write(results, tmp_path / "index.html")
    return (tmp_path / "index.html").read_text("utf-8")


@pytest.fixture
def page(source):
    return Page(source)


def test_the_page_is_well_formed_and_its_ids_are_unique(page):
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert page.faults == []
    assert page.open == []
    assert len(ids) == len(set(ids))


def test_every_finding_has_an_address_of_its_own_and_links_that_lead_there(page, results):
    addresses = {attributes["id"] for _, attributes, _ in page.all("li") if "id" in attributes}
    assert addresses == {"/".join(key) for key, cell in results.cells.items() if cell.findings}
    links = {attributes["href"] for _, attributes, _ in page.all("a") if "/" in attributes["href"]}
    assert links == {f"#{address}" for address in addresses}


def test_every_header_of_the_table_says_what_it_heads(page, results):
    assert {attributes.get("scope") for _, attributes, _ in page.all("th")} == {"col", "rowgroup"}
    assert [text for _, _, text in page.all("th", scope="rowgroup")] == list(results.started.operations)
    heads = [text for _, _, text in page.all("th", scope="col")]
    assert heads[1 : len(results.started.relays) + 1] == list(results.started.relays)
    assert len(page.all("caption")) == 1


def test_every_operation_is_summed_up_in_words_for_every_relay(page, results):
    sums = [text for _, _, text in page.all("td", class_="sum")]
    width = len(results.started.relays)
    assert len(sums) == width * len(results.started.operations)
    assert sums[:width] == ["2 passed, 1 not tested", "✗ 1 high✗ 1 low1 passed, 1 not tested", "2 passed, 1 not tested"]
    assert sums[width : 2 * width] == ["✓ all 2 passed", "✗ 1 critical1 passed", "✓ all 2 passed"]


def test_what_was_not_tested_never_looks_passed(stopped, tmp_path):
    html.write(stopped, tmp_path / "index.html")
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    green = {"badge pass", "grade all-promises-kept"}
    for _, attributes, text in page.elements:
        assert not (attributes.get("class") in green and ("not tested" in text or "unknown" in text))
    sums = [text for _, _, text in page.all("td", class_="sum")]
    assert [text for text in sums[2::3] if "pass" not in text and "4 not tested" in text] == sums[2::3]


def test_each_relay_has_a_card_with_its_verdict_and_its_numbers(page, results):
    cards = {attributes["data-relay"]: text for _, attributes, text in page.all("article")}
    assert list(cards) == list(results.started.relays)
    assert (
        "Do not send money yet: 1 critical, 1 high and 1 low findings; 1 question could not be asked."
        in cards["anyapi"]
    )
    assert "Kept all 6 promises that could be tested, but 1 could not." in cards["official"]
    for text in cards.values():
        assert "requests1,234" in text
        assert "paid creates0" in text


def test_the_embedded_run_is_the_matrix_and_cannot_end_its_script(page, results, unpack):
    (data,) = page.all("script", type="application/json")
    assert "<" not in data[2]
    cells = json.loads(json.dumps(matrix.document(results)["cells"]))
    assert unpack(json.loads(data[2])) == cells
    for _, attributes, _ in page.all("li"):
        cell = cells[int(attributes["data-cell"])]
        if "id" in attributes:
            assert attributes["id"].split("/") == [cell["relay"], cell["operation"], cell["check"]]
        assert attributes["data-severity"] == cell["findings"][int(attributes["data-finding"])]["severity"]


def test_no_text_is_on_the_page_data_twice(page):
    (data,) = page.all("script", type="application/json")
    texts = json.loads(data[2])["texts"]
    assert len(texts) == len(set(texts))


def test_the_page_of_the_widest_run_is_small(tmp_path):
    """Nine relays, 96 operations, 45 checks, and 600 findings whose exchanges are all different."""
    relays, operations = [f"relay-{n}" for n in range(9)], [f"video_number{n}_create" for n in range(96)]
    checks = [Check(f"check-{n}", f"Check {n}", "It is kept. " * 10, Cost.FREE, Severity.HIGH) for n in range(45)]
    stream = [RunStarted(dict.fromkeys(relays, "https://relay.example"), operations, checks, budget=0, seed=0)]
    for number, (relay, operation, check) in enumerate(product(relays, operations, checks)):
        key = (relay, operation, check.id)
        if number % 12:
            cell = Cell(*key, Verdict.NOT_APPLICABLE, "the check has no meaning for this operation")
        elif number % 60:
            cell = Cell(*key, Verdict.PASS, requests=number % 7)
        else:
            heads = (("content-type", "application/json"), ("date", f"{number}"))
            exchange = Exchange(
                "POST", f"https://relay.example/{operation}", heads, "{}" * 50, 200, heads, f"{number}" * 40
            )
            found = Finding(
                *key, Severity.LOW, "It is kept.", "/paths", f"seen {number}", "again", "curl", exchange, "broken"
            )
            cell = Cell(*key, Verdict.FINDING, findings=(found,), requests=1)
        stream.append(CellFinished(cell))
    html.write(collect([*stream, RunFinished(1.0)]), tmp_path / "index.html")
    assert (tmp_path / "index.html").stat().st_size < 1_000_000


def test_nothing_a_relay_wrote_is_markup(source, page):
    assert page.all("img") == []
    assert "<img" not in source
    assert not any(name.startswith("on") for _, attributes, _ in page.elements for name in attributes)
    (seen,) = [text for tag, _, text in page.elements if tag == "dd" and text.startswith("A page came")]
    assert '</script><img src=x onerror="alert(1)">]]>&amp; ��[31m��' in seen


def test_the_page_needs_nothing_from_elsewhere(source, page):
    for _, attributes, _ in page.elements:
        assert "style" not in attributes
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith(("#", "data:"))
    assert "@import" not in source
    assert re.findall(r"url\(([^)]*)\)", source) == ["#hatch"]


def test_the_policy_admits_exactly_this_style_and_this_script(page):
    (policy,) = [a["content"] for _, a, _ in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    (style,) = page.all("style")
    (script,) = [e for e in page.all("script") if "type" not in e[1]]
    for directive, element in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(element[2].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}';" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_findings_are_listed_worst_first_with_a_link_to_their_evidence(page):
    items = page.all("li")
    assert [attributes["data-severity"] for _, attributes, _ in items] == ["critical", "high", "low"]
    assert "klingkit check --relay anyapi --operation video_text2video_get --check auth-missing" in items[0][2]
    hrefs = [attributes["href"] for _, attributes, text in page.all("a") if text == "No answer without a key"]
    assert "#anyapi/video_text2video_get/auth-missing" in hrefs


def test_findings_of_one_kind_on_one_relay_are_told_once_with_all_their_operations(results, tmp_path):
    (found,) = results.cells["anyapi", "video_text2video_get", "auth-missing"].findings
    for operation, seen in (("video_text2video_create", found.seen), ("video_multi_image2video_list", "HTTP 201.")):
        key = ("anyapi", operation, "auth-missing")
        other = replace(found, operation=operation, seen=seen)
        results.cells[key] = replace(results.cells[key], verdict=Verdict.FINDING, findings=(other,))
    html.write(results, tmp_path / "index.html")
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    first, *alike = page.all("li")[:4]
    assert "and 2 more like it" in first[2]
    assert [text for _, _, text in page.all("summary")] == ["All 3 findings of this kind"]
    assert [text for _, _, text in alike] == [
        "video_text2video_create",
        "video_text2video_get",
        "video_multi_image2video_list HTTP 201.",
    ]
    assert len([attributes for _, attributes, _ in page.all("li") if "data-cell" in attributes]) == 5


def test_every_filter_offers_every_choice(page, results):
    relays = [attributes["value"] for _, attributes, _ in page.all("input", type="checkbox", name="relay")]
    verdicts = [attributes["value"] for _, attributes, _ in page.all("input", type="checkbox", name="verdict")]
    options = [attributes["value"] for _, attributes, _ in page.all("option")]
    assert relays == list(results.started.relays)
    assert sorted(verdicts) == ["finding", "not applicable", "not tested", "pass"]
    assert set(options) == {"", *results.started.operations, "critical", "high", "medium", "low"}


def test_an_id_that_is_no_plain_word_still_makes_a_working_address(results, tmp_path):
    relay = 'my relay/"#%'
    results.started.relays[relay] = "https://relay.example"
    key = ("anyapi", "video_text2video_get", "auth-missing")
    found = replace(results.cells[key].findings[0], relay=relay)
    results.cells[relay, *key[1:]] = replace(results.cells[key], relay=relay, findings=(found,))
    html.write(results, tmp_path / "index.html")
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    place = "my%20relay%2F%22%23%25/video_text2video_get/auth-missing"
    assert len(page.all("li", id=place)) == 1
    assert len(page.all("a", href=f"#{place}")) == 2  # in its card, and in the list


def test_a_run_without_findings_says_that_this_speaks_for_what_was_tested(clean, tmp_path):
    html.write(clean, tmp_path / "index.html")
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    notes = [text for _, _, text in page.all("p", class_="note")]
    assert "None. That speaks for what was tested only." in notes
    assert "Every question that applies was asked." in notes
    assert [text for _, _, text in page.all("p", class_="grade all-promises-kept")] == ["✓ all promises kept"] * 3
