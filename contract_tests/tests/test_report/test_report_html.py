from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

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


def test_every_cell_has_an_address_of_its_own_and_a_link_to_it(page, results):
    cells = [e for e in page.all("td") if "data-cell" in e[1]]
    assert {attributes["id"] for _, attributes, _ in cells} == {"/".join(key) for key in results.cells}
    links = {attributes["href"] for _, attributes, _ in page.all("a") if "aria-label" in attributes}
    assert links == {f"#{attributes['id']}" for _, attributes, _ in cells}


def test_every_header_of_the_table_says_what_it_heads(page, results):
    assert {attributes.get("scope") for _, attributes, _ in page.all("th")} == {"col", "row", "rowgroup"}
    assert [text for _, _, text in page.all("th", scope="rowgroup")] == list(results.started.operations)
    heads = [text for _, attributes, text in page.all("th", scope="col") if "data-relay" in attributes]
    assert heads == list(results.started.relays)
    assert len(page.all("caption")) == 1


def test_every_cell_says_its_verdict_in_words_and_is_spoken_with_relay_and_check(page, results):
    texts = {attributes["id"]: text for _, attributes, text in page.all("td") if "data-cell" in attributes}
    labels = {
        attributes["href"]: attributes["aria-label"] for _, attributes, _ in page.all("a") if "aria-label" in attributes
    }
    assert texts["official/video_text2video_get/html-page"] == "✓ pass"
    assert texts["anyapi/video_text2video_create/html-page"] == "✗ high +1"
    assert texts["anyapi/video_text2video_create/external-id-unique"] == "– not tested"
    assert texts["anyapi/video_text2video_create/callback-shape"] == "· n/a"
    assert labels["#anyapi/video_text2video_create/html-page"] == "anyapi, No web page for an answer: finding, high +1"


def test_what_was_not_tested_never_looks_passed(stopped, tmp_path):
    html.write(stopped, tmp_path / "index.html")
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    green = {"badge pass", "grade all-promises-kept"}
    for _, attributes, text in page.elements:
        assert not (attributes.get("class") in green and ("not tested" in text or "unknown" in text))
    untested = [text for _, attributes, text in page.all("span", class_="badge not-tested")]
    assert len(untested) > len(stopped.cells) / 2
    sums = [text for _, _, text in page.all("td", class_="sum", data_relay="openai-next")]
    assert len(sums) == 3
    assert all("pass" not in text for text in sums)


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


def test_the_embedded_run_is_the_matrix_and_cannot_end_its_script(source, page, results, hostile):
    (data,) = page.all("script", type="application/json")
    assert "<" not in data[2]
    assert json.loads(data[2]) == json.loads(json.dumps(matrix.document(results)))
    numbers = {
        attributes["id"]: int(attributes["data-cell"])
        for _, attributes, _ in page.all("td")
        if "data-cell" in attributes
    }
    cells = json.loads(data[2])["cells"]
    for place, number in numbers.items():
        assert place == "/".join(cells[number][key] for key in ("relay", "operation", "check"))


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


def test_every_filter_offers_every_choice(page, results):
    relays = [attributes["value"] for _, attributes, _ in page.all("input", type="checkbox", name="relay")]
    verdicts = [attributes["value"] for _, attributes, _ in page.all("input", type="checkbox", name="verdict")]
    options = [attributes["value"] for _, attributes, _ in page.all("option")]
    assert relays == list(results.started.relays)
    assert sorted(verdicts) == ["finding", "not applicable", "not tested", "pass"]
    assert set(options) == {"", *results.started.operations, "critical", "high", "medium", "low"}


def test_an_id_that_is_no_plain_word_still_makes_a_working_address(results, tmp_path):
    results.started.relays['my relay/"#%'] = "https://relay.example"
    html.write(results, tmp_path / "index.html")
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    place = "my%20relay%2F%22%23%25/video_text2video_get/html-page"
    assert len(page.all("td", id=place)) == 1
    assert len(page.all("a", href=f"#{place}")) == 1


def test_a_run_without_findings_says_that_this_speaks_for_what_was_tested(clean, tmp_path):
    html.write(clean, tmp_path / "index.html")
    page = Page((tmp_path / "index.html").read_text("utf-8"))
    notes = [text for _, _, text in page.all("p", class_="note")]
    assert "None. That speaks for what was tested only." in notes
    assert "Every question that applies was asked." in notes
    assert [text for _, _, text in page.all("p", class_="grade all-promises-kept")] == ["✓ all promises kept"] * 3
