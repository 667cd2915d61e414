from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from klingkit_contract.report import github

LINE = re.compile(r"::(error|warning|notice) title=([^:,]*)::(.*)")


def commands(results):
    """Each line as GitHub reads it: level, title, message."""
    found = [LINE.fullmatch(line) for line in github.render(results).splitlines()]
    assert all(found)
    return [(each[1], unquote(each[2]), unquote(each[3])) for each in found]


def test_there_is_one_annotation_per_finding_worst_first_and_one_that_sums_up(results):
    levels = [level for level, _, _ in commands(results)]
    assert levels == ["error", "error", "notice", "notice"]
    assert commands(results)[-1][1] == "klingkit check"


def test_title_and_message_say_where_what_and_how_to_see_it_again(results):
    _, title, message = commands(results)[0]
    assert title == "anyapi, video_text2video_get: No answer without a key"
    assert message.splitlines() == [
        "HTTP 200 without a key.",
        "Promised: What was promised.",
        "klingkit check --relay anyapi --operation video_text2video_get --check auth-missing",
    ]


def test_the_last_line_counts_what_was_not_tested(stopped):
    _, _, message = commands(stopped)[-1]
    assert "cells not tested: the run stopped before this was asked" in message


def test_a_relay_cannot_smuggle_in_a_command(results):
    key = ("anyapi", "video_text2video_get", "auth-missing")
    cell = results.cells[key]
    evil = "one\n::error title=x::y\r\n::add-mask::z %0A 100%"
    results.cells[key] = replace(cell, findings=(replace(cell.findings[0], seen=evil, reproduce=evil),))
    assert len(github.render(results).splitlines()) == len(commands(results)) == 4
    assert "::error title=x::y ::add-mask::z %0A 100%" in commands(results)[0][2]


def test_accepted_findings_are_no_annotations_and_gone_ones_are_a_notice(known):
    told = [(level, title) for level, title, _ in commands(known)]
    assert told == [
        ("error", "anyapi, video_text2video_create: No web page for an answer"),
        ("notice", "accepted deviation gone"),
        ("notice", "klingkit check"),
    ]
