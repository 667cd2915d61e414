"""What a baseline accepts is told apart in every report, and fails none of them."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from klingkit_contract.board import Board
from klingkit_contract.catalogue import select
from klingkit_contract.findings import Cell, Verdict
from klingkit_contract.report import brief, html, junit, matrix
from klingkit_contract.report.grid import Grid, not_offered
from klingkit_contract.report.scores import Grade, accepted_words, score, total

CREATE, GET = "video_text2video_create", "video_text2video_get"


def test_accepted_findings_are_not_counted_among_the_findings(known):
    grid = Grid(known)
    whole = total(score(known, grid, relay) for relay in grid.relays)
    assert [finding.severity for finding in grid.findings()] == ["high"]
    assert [finding.severity for finding in grid.known()] == ["critical", "low"]
    assert (sum(whole.findings.values()), whole.known, whole.verdicts[Verdict.KNOWN]) == (1, 2, 1)


def test_a_relay_with_known_deviations_alone_is_neither_broken_nor_keeps_everything(known):
    key = ("anyapi", CREATE, "html-page")
    known.cells[key] = Cell(*key, Verdict.PASS)
    found = score(known, Grid(known), "anyapi")
    assert found.grade is Grade.ACCEPTED
    assert found.sentence == "Nothing new: 5 promises kept, 1 known deviation; 1 question could not be asked."


def test_the_matrix_says_what_is_accepted_why_and_until_when(known):
    document = matrix.document(known)
    cells = {(cell["relay"], cell["operation"], cell["check"]): cell for cell in document["cells"]}
    assert cells["anyapi", GET, "auth-missing"]["verdict"] == "known deviation"
    mixed = cells["anyapi", CREATE, "html-page"]
    assert mixed["verdict"] == "finding"
    low, high = mixed["findings"]
    assert high["acceptance"] is None
    assert (low["acceptance"]["since"], low["acceptance"]["until"]) == ("2026-03-01", "2026-12-31")
    assert low["acceptance"]["reason"].startswith("we live with it")
    assert [gone["relay"] for gone in document["summary"]["gone"]] == ["official"]
    assert document["summary"]["known"] == document["relays"]["anyapi"]["known"] == 2


def test_junit_skips_a_known_deviation_with_its_reason_and_fails_for_the_rest_alone(known, tmp_path):
    junit.write(known, tmp_path / "junit.xml")
    root = ET.parse(tmp_path / "junit.xml").getroot()
    cases = {(case.get("classname"), case.get("name")): case for case in root.iter("testcase")}
    message = cases[f"anyapi.{GET}", "auth-missing"].find("skipped").get("message")
    assert message.startswith("known deviation: HTTP 200 without a key. (accepted 2026-03-01 until 2026-12-31: we live")
    failure = cases[f"anyapi.{CREATE}", "html-page"].find("failure")
    assert failure.get("type") == "high"
    assert "more)" not in failure.get("message")
    assert "A small thing." not in failure.text
    skipped = sum(case.find("skipped") is not None for case in root.iter("testcase"))
    assert (root.get("failures"), root.get("skipped")) == ("1", str(skipped))


def test_the_page_has_a_section_of_its_own_for_them(known, results, tmp_path):
    html.write(known, tmp_path / "known.html")
    html.write(results, tmp_path / "plain.html")
    page, plain = ((tmp_path / name).read_text("utf-8") for name in ("known.html", "plain.html"))
    listed, section = page.split('id="findings-title"')[1].split('id="known-title"')
    assert listed.count('<li class="found') == 1
    assert section.split("</section>")[0].count('<li class="found') == 3
    assert "Gone: accepted, and not seen any more." in section
    assert 'value="known deviation"' in page
    assert "besides 1 known deviation, " in page
    assert 'badge known-deviation"><span aria-hidden="true">≈</span> known</span>' in page
    for words in ('id="known-title"', 'value="known deviation"', "besides", "≈</span> known"):
        assert words not in plain


def test_the_page_says_not_offered_where_the_relay_lacks_the_operation(results, tmp_path):
    missing = "the relay's documents do not offer this operation"
    for key in [key for key in results.cells if key[:2] == ("official", GET)]:
        results.cells[key] = Cell(*key, Verdict.NOT_APPLICABLE, missing)
    for key in [key for key in results.cells if key[:2] == ("official", CREATE)]:
        results.cells[key] = Cell(*key, Verdict.NOT_APPLICABLE, "no callbacks here")
    html.write(results, tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text("utf-8")
    create, get, _ = (body.split('<td class="sum">')[1] for body in page.split("<tbody>")[1:4])
    assert create.startswith('<span class="rest">not applicable</span>')
    assert get.startswith('<span class="rest">not offered</span>')


def test_the_reasons_that_the_board_gives_tell_not_offered_from_without_meaning():
    board = Board("anyapi", select(("unknown-id",)), {}, (CREATE, GET))
    create, get, relay = board.cells(lambda *_: None, {})
    assert [not_offered(cell) for cell in (create, get, relay)] == [False, True, False]


def test_acceptance_in_words_is_empty_for_a_finding_that_counts(known):
    assert accepted_words(None) == ""
    assert accepted_words(Grid(known).known()[0].acceptance).startswith("accepted 2026-03-01 until 2026-12-31: we")


def test_the_brief_has_a_line_per_new_finding_and_per_gone_one(known, results):
    lines = brief.render(known).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["new high", "gone"]
    assert all(len(line) <= 300 for line in lines)
    assert len(brief.render(results).splitlines()) == 3


def test_the_brief_is_empty_when_there_is_nothing_new(clean):
    assert brief.render(clean) == ""


def test_the_brief_can_call_nobody_in_a_chat(results):
    key = ("anyapi", GET, "auth-missing")
    seen = "<!channel> @everyone <https://evil.example|click>\nsecond line"
    cell = results.cells[key]
    (found,) = cell.findings
    results.cells[key] = type(cell)(*key, Verdict.FINDING, findings=(type(found)(**{**as_dict(found), "seen": seen}),))
    text = brief.render(results)
    assert not set("<>@") & set(text)
    assert len(text.splitlines()) == 3


def as_dict(found):
    return {name: getattr(found, name) for name in found.__slots__}


def test_the_embedded_run_of_the_page_is_the_matrix_with_its_acceptances(known, unpack, tmp_path):
    html.write(known, tmp_path / "index.html")
    data = (tmp_path / "index.html").read_text("utf-8").split('id="data">')[1].split("</script>")[0]
    assert unpack(json.loads(data)) == json.loads(json.dumps(matrix.document(known)["cells"]))


def test_a_cell_of_two_findings_has_one_address_though_one_of_them_is_accepted(known, tmp_path):
    html.write(known, tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text("utf-8")
    assert page.count(f'id="anyapi/{CREATE}/html-page"') == 1
    assert page.count(f'id="anyapi/{GET}/auth-missing"') == 1
