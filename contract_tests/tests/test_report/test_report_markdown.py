from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from klingkit_contract.report import markdown

EVIL = "`` @octocat #1 [x](https://evil.example) ![i](https://evil.example/i.png) </details><img src=x> | ```\n# head"


def rendered(results):
    return MarkdownIt("commonmark").enable("table").render(markdown.render(results))


@pytest.fixture
def evil(results):
    """The sample with a relay that writes Markdown wherever it can."""
    for key, cell in results.cells.items():
        exchange = {"request_body": EVIL, "response_body": EVIL, "url": EVIL}
        found = (
            replace(each, seen=EVIL, promised=EVIL, exchange=replace(each.exchange, **exchange))
            for each in cell.findings
        )
        results.cells[key] = replace(cell, findings=tuple(found), reason=cell.reason and EVIL)
    return results


def test_the_first_line_is_the_mark_and_the_title_says_what_it_comes_to(results, known, clean):
    titles = [markdown.render(each).splitlines() for each in (results, known, clean)]
    assert {lines[0] for lines in titles} == {markdown.MARK}
    assert [lines[2] for lines in titles] == [
        "## klingkit check: 1 critical, 1 high and 1 low findings",
        "## klingkit check: 1 high finding",
        "## klingkit check: no findings",
    ]


def test_the_table_has_a_row_per_relay_with_its_counts(results):
    rows = [line for line in markdown.render(results).splitlines() if line.startswith("| `")]
    assert rows == [
        "| ` official ` | no findings, not all tested | 6 | 0 | 1 | 0 |",
        "| ` anyapi ` | unsafe | 4 | 3 | 1 | 0 |",
        "| ` openai-next ` | no findings, not all tested | 6 | 0 | 1 | 0 |",
    ]


def test_known_deviations_get_a_column_and_a_list_and_gone_ones_a_heading(known):
    text = markdown.render(known)
    assert "| Known | Not tested |" in text
    assert "Known deviations, accepted by the baseline (2)" in text
    assert "### Accepted and gone, to be taken out of the baseline" in text
    assert text.count("<details><summary><b>") == 1


def test_a_finding_shows_promise_and_what_was_seen_and_folds_the_rest_away(results):
    text = markdown.render(results)
    block = text.split("<details>")[1]
    assert block.startswith("<summary><b>critical</b> <code>anyapi</code> <code>video_text2video_get</code>")
    assert "- promised: ` What was promised. `\n- seen: ` HTTP 200 without a key. `" in block
    assert "```sh\nklingkit check --relay anyapi" in block
    assert text.count("<details>") == text.count("</details>") == 4


def test_nothing_a_relay_wrote_comes_to_life(evil):
    page = rendered(evil)
    inert = re.sub(r"<(code|pre)\b.*?</\1>", "", page, flags=re.DOTALL)
    for word in ("octocat", "evil.example", "<img", "<a ", "<h1", "# head"):
        assert word not in inert, word
    assert inert.count("<details>") == inert.count("</details>") == 4
    assert page.count("octocat") > 10


def test_the_sample_is_inert_too(results, known):
    for each in (results, known):
        inert = re.sub(r"<(code|pre)\b.*?</\1>", "", rendered(each), flags=re.DOTALL)
        assert "onerror" not in inert
        assert "\x1b" not in inert


def test_a_comment_that_would_be_too_long_says_how_many_findings_it_leaves_out(results):
    key = ("anyapi", "video_text2video_get", "auth-missing")
    cell = results.cells[key]
    results.cells[key] = replace(cell, findings=cell.findings * 200)
    text = markdown.render(results)
    assert len(text) <= 65_536
    left_out = int(re.search(r"\*\*(\d+) more findings\*\* did not fit", text)[1])
    assert text.count("<details><summary><b>") + left_out == 202


def test_the_list_of_what_was_not_tested_does_not_crowd_out_the_findings(results):
    for number, (key, cell) in enumerate(results.cells.items()):
        if not cell.findings:
            results.cells[key] = replace(cell, verdict="not tested", reason=f"{number} " + "because " * 400)
    text = markdown.render(results)
    assert text.count("<details><summary><b>") == 3
    assert len(text) <= 65_536
