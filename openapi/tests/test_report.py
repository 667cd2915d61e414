from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from klingkit_spec.markdown import bullet, code, table

if TYPE_CHECKING:
    from klingkit_spec import pipeline


@pytest.fixture(scope="module")
def report(built: pipeline.Build) -> str:
    return built.outputs["resolved/report.md"]


def section(report: str, title: str) -> str:
    """Return the part under the heading `title`, up to the next heading of its level."""
    level = title.split(" ", 1)[0]
    below = report.split(f"\n{title}\n", 1)[1]
    return below.split(f"\n{level} ", 1)[0]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("## At a glance", "`model_name`: `model`; officially `model_name`"),
        ("## At a glance", "`duration`: `number`; officially `string`"),
        ("## At a glance", "`subject_image_list[]`: `string`; officially `object`"),
        ("## At a glance", "`scene_image`: `scence_image`; officially `scene_image`"),
        ("## At a glance", "**Required lists that differ**"),
        ("## At a glance", "also requires `model_name`, `mode`, `duration`"),
        ("## Fixes: the document is wrong", "The example's ratio is ' 2:3', with a blank in front."),
        ("## Fixes: the document is wrong", "The page is headed multi-image to video."),
        ("## Fixes: the document is wrong", "Every page documents its 200 response as an empty object."),
        (
            "## Fixes: the document is wrong",
            "Neither the parameters nor the cURL sample of the page show an Authorization",
        ),
        ("## Fixes: the document is wrong", "Every page but one lists the Authorization header with required: false"),
        ("## Conflicts and verdicts", "| `model_name` | name | `model_name` | `model` | **rename** |"),
        ("## Conflicts and verdicts", "| `model_name` | example | `kling-v2-1` | `kling-v2` | **widen** |"),
        ("## What the reader noted", "haoee/multi-image2image.txt:"),
    ],
)
def test_the_report_tells_of(report: str, title: str, words: str) -> None:
    assert words in " ".join(section(report, title).split())


def test_the_table_of_offers_shows_every_kind_of_evidence(report: str) -> None:
    offers = section(report, "## Who offers what")

    assert "| operation | official | anyapi | xiexus | openai-next | haoee |" in offers
    assert "| `video_text2video_create` | documented | documented | claimed | documented | claimed |" in offers
    assert "| `image_multi_image2image_get` | documented | documented | – | – | claimed |" in offers
    assert "| `video_multi_image2video_get` | documented | documented | – | assumed | – |" in offers


def test_claims_that_are_no_operation_of_the_one_spec_are_told(report: str) -> None:
    offers = section(report, "## Who offers what")

    assert "- 多图参考生图: `POST (path unknown)`" in offers
    assert "- Kling Proxy: neither method nor path is known" in offers


def test_every_fix_is_listed_with_its_evidence(built: pipeline.Build, report: str) -> None:
    assert built.fixes
    assert [fix.file for fix in built.fixes if f"(`{fix.file}`)" not in report] == []
    assert report.count("Evidence: ") == len(built.fixes)


def test_a_verdict_by_a_person_is_starred_and_explained(report: str) -> None:
    create = section(section(report, "### xiexus"), "#### `video_image2video_create`")

    assert "| `image` | required | sometimes | `false` | **overlay**\\* |" in create
    assert "a relay is held to what it promises" in " ".join(create.split())


def test_no_line_is_too_long_to_read(report: str) -> None:
    assert [line for line in report.splitlines() if len(line) > 300] == []


def test_code_shortens_long_values_and_keeps_blanks() -> None:
    assert code("x" * 200) == f"`{'x' * 71}…`"
    assert code(" 2:3") == "`  2:3 `"
    assert code({"b": 1, "a": "名"}) == '`{"a": "名", "b": 1}`'


def test_a_table_survives_a_bar_in_a_cell() -> None:
    assert table(["a"], [["x|y"]]) == ["| a |", "| --- |", "| x\\|y |"]


def test_a_bullet_is_wrapped_below_its_text() -> None:
    lines = bullet("word " * 40)

    assert lines[0].startswith("- word")
    assert lines[1].startswith("  word")
    assert max(map(len, lines)) <= 100
