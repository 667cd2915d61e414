from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from klingkit_contract.events import CellFinished, RunFinished, RunStarted, collect
from klingkit_contract.findings import Cell, Verdict
from klingkit_contract.report import table


def rendered(results, width=80, *, encoding="utf-8", **options):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    table.render(results, Console(file=stream, width=width, **options))
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [80, 100, 48])
def test_no_line_is_wider_than_the_terminal(results, width):
    assert max(cell_len(line) for line in rendered(results, width).splitlines()) <= width


@pytest.mark.parametrize("width", [80, 48])
def test_known_deviations_and_gone_ones_have_their_own_parts(known, width):
    lines = rendered(known, width).splitlines()
    text = " ".join(" ".join(lines).split())
    assert max(cell_len(line) for line in lines) <= width
    assert "1 finding, worst first" in text
    assert "2 known deviations, accepted by the baseline" in text
    assert "accepted 2026-03-01 until 2026-12-31: we live with it" in text
    assert "1 accepted deviation gone, to be taken out of the baseline" in text
    assert "✗ n findings ≈ n known – not tested" in text
    assert "1 high finding, 2 known deviations, 3 not tested;" in text


def test_the_sign_of_a_known_deviation_is_its_own(known):
    lines = rendered(known).splitlines()
    assert lines[1].split() == ["html-page", "✓", "✗", "1", "✓"]
    assert next(line for line in lines[4:] if "auth-missing" in line).split() == ["auth-missing", "✓", "≈", "1", "✓"]
    assert "~ n known" in rendered(known, encoding="ascii")


def test_an_operation_has_one_line_per_check_that_applies_somewhere(results):
    text = rendered(results)
    block = text[text.index("video_text2video_get") :].split("\n\n")[0]
    assert [line.split()[0] for line in block.splitlines()] == ["video_text2video_get", "html-page", "auth-missing"]
    assert "callback-shape" not in text


def test_every_verdict_has_its_sign_under_its_relay(results):
    lines = rendered(results).splitlines()
    assert lines[0].split() == ["video_text2video_create", "official", "anyapi", "openai-next"]
    assert lines[1].split() == ["html-page", "✓", "✗", "2", "✓"]
    assert "✓ passed   ✗ n findings   – not tested   · does not apply" in rendered(results)


def test_findings_come_worst_first_with_the_command_that_shows_them(results):
    text = rendered(results)
    assert text.index("CRITICAL  anyapi") < text.index("HIGH  anyapi") < text.index("LOW  anyapi")
    command = text[text.index("$ klingkit check") + 2 :].split("\n\n")[0]
    assert command.replace("\\\n", " ").split() == (
        ["klingkit", "check", "--relay", "anyapi", "--operation", "video_text2video_get", "--check", "auth-missing"]
    )


def test_the_summary_names_what_was_not_tested_and_why(results):
    text = rendered(results)
    assert "16 passed, 1 critical, 1 high and 1 low findings, 3 not tested;" in text
    assert "3,702 requests, 0 paid creates, 4.8 seconds." in " ".join(text.split())
    assert "3 cells: needs --budget 1" in text


def test_a_narrow_terminal_gets_letters_and_their_key(results):
    lines = rendered(results, 34).splitlines()
    assert lines[0].split() == ["A", "official", "B", "anyapi"]
    assert lines[1].split() == ["C", "openai-next"]
    assert any(line.split()[-3:] == ["A", "B", "C"] for line in lines[2:])


def test_nothing_a_relay_wrote_reaches_the_terminal_as_a_command(results):
    text = rendered(results)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]可灵[/bold]" in text


def test_colour_only_repeats_what_the_words_say(results, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = rendered(results, force_terminal=True, color_system="standard")
    assert "\x1b[31m" in coloured
    assert rendered(results, force_terminal=True, no_color=True).count("\x1b[31m") == 0


def test_a_terminal_without_unicode_gets_signs_it_can_show(results):
    text = rendered(results, encoding="ascii")
    assert "ok passed   X n findings   - not tested   . does not apply" in text
    assert "?" in text


def test_a_run_without_findings_has_no_section_for_them(clean):
    text = rendered(clean)
    assert "worst first" not in text
    assert "Not tested" not in text
    assert "no findings, 0 not tested" in text


def test_a_run_without_cells_still_ends_in_a_summary():
    empty = collect([RunStarted({}, (), (), 0, 0), RunFinished(0.0)])
    assert "0 passed, no findings" in rendered(empty)


def test_a_word_that_is_longer_than_a_line_stays_pasteable(results):
    stranger = next(cell for cell in results.cells.values() if cell.findings)
    url = "https://relay.example/" + "a" * 100
    long = type(stranger.findings[0])(
        "anyapi", "op", "c", stranger.findings[0].severity, "p", "", "s", f"curl -d 'two  words' {url} --fail"
    )
    cell = Cell("anyapi", "op", "c", Verdict.FINDING, findings=(long,))
    text = rendered(collect([RunStarted({"anyapi": ""}, ("op",), (), 0, 0), CellFinished(cell)]))
    assert f" {url} \\\n" in text
    assert "$ curl -d 'two  words' \\\n" in text
