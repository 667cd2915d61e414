from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from klingkit_spec import fixes
from klingkit_spec.fixes import FixError

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENT: dict[str, Any] = {"paths": {"/a/b": {"post": {"summary": "wrong", "tags": ["x", "y"]}}}, "components": {}}
SUMMARY = "/paths/~1a~1b/post/summary"
REPLACE: dict[str, Any] = {
    "target": SUMMARY,
    "expect": "wrong",
    "change": {"replace": "right"},
    "why": "The heading names another operation.",
    "evidence": ["page.txt, heading"],
    "reviewed": "2026-11-22",
}


def write(folder: Path, name: str = "010-title.yaml", **changes: Any) -> None:
    form = {key: value for key, value in {**REPLACE, **changes}.items() if value is not None}
    home = folder / "relay"
    home.mkdir(exist_ok=True)
    (home / name).write_text(yaml.safe_dump(form), encoding="utf-8")


def apply(folder: Path) -> dict[str, Any]:
    return fixes.apply(DOCUMENT, fixes.load(folder, "relay"))


def refused(folder: Path) -> str:
    with pytest.raises(FixError) as caught:
        apply(folder)
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_a_fix_replaces_what_it_expects_and_leaves_the_original_alone(tmp_path: Path) -> None:
    write(tmp_path)

    assert apply(tmp_path)["paths"]["/a/b"]["post"]["summary"] == "right"
    assert DOCUMENT["paths"]["/a/b"]["post"]["summary"] == "wrong"


def test_a_fix_is_named_after_its_file_unless_it_has_an_id(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "020-other.yaml", id="better-name", target="/components", expect={}, change={"remove": True})

    assert [fix.id for fix in fixes.load(tmp_path, "relay")] == ["title", "better-name"]


def test_a_fix_removes_and_another_adds(tmp_path: Path) -> None:
    write(tmp_path, "010-tags.yaml", target="/paths/~1a~1b/post/tags/0", expect="x", change={"remove": True})
    write(tmp_path, "020-new.yaml", target="/security", expect=None, absent=True, change={"add": [{"bearer": []}]})

    fixed = apply(tmp_path)

    assert fixed["paths"]["/a/b"]["post"]["tags"] == ["y"]
    assert fixed["security"] == [{"bearer": []}]


def test_one_fix_corrects_one_mistake_in_several_places(tmp_path: Path) -> None:
    targets = ["/components/x", "/components/y"]
    write(tmp_path, "010-x.yaml", target=targets, expect=None, absent=True, change={"add": {"a": 1}})

    assert apply(tmp_path)["components"] == {"x": {"a": 1}, "y": {"a": 1}}


def test_every_place_of_a_fix_must_fit(tmp_path: Path) -> None:
    targets = ["/components/x", "/paths/~1a~1b/post/tags/0"]
    write(tmp_path, "010-x.yaml", target=targets, expect=None, absent=True, change={"add": "x"})

    assert "/paths/~1a~1b/post/tags/0 is there already" in refused(tmp_path)


def test_a_relay_without_a_folder_has_no_fixes(tmp_path: Path) -> None:
    assert fixes.load(tmp_path, "relay") == []


def test_a_missing_target_stops_the_build_naming_the_file(tmp_path: Path) -> None:
    write(tmp_path, target="/paths/~1gone/post/summary")

    assert refused(tmp_path) == (
        "fixes/relay/010-title.yaml: /paths/~1gone/post/summary is no longer there; correct the target or delete "
        "the fix."
    )


def test_a_stale_value_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path, expect="an older mistake")

    assert refused(tmp_path) == (
        "fixes/relay/010-title.yaml: /paths/~1a~1b/post/summary no longer holds 'an older mistake' but 'wrong'; "
        "look at the page, then correct 'expect' or delete the fix."
    )


def test_false_and_zero_are_not_the_same_value(tmp_path: Path) -> None:
    write(tmp_path, target="/components/x", expect=0, change={"replace": 1})
    document = {"components": {"x": False}}

    with pytest.raises(FixError, match="no longer holds 0 but False"):
        fixes.apply(document, fixes.load(tmp_path, "relay"))


def test_adding_what_is_there_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path, expect=None, absent=True, change={"add": "right"})

    assert "is there already, so there is nothing to add; delete the fix." in refused(tmp_path)


def test_adding_below_nothing_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path, target="/nothing/here", expect=None, absent=True, change={"add": "right"})

    assert "there is no place for /nothing/here" in refused(tmp_path)


@pytest.mark.parametrize(
    ("second", "what"),
    [
        ({"id": "other"}, f"target as fixes/relay/010-title.yaml ({SUMMARY})"),
        ({"id": "title", "target": "/components"}, "id as fixes/relay/010-title.yaml (title)"),
    ],
)
def test_two_fixes_for_one_thing_stop_the_build(tmp_path: Path, second: dict[str, Any], what: str) -> None:
    write(tmp_path)
    write(tmp_path, "020-again.yaml", **second)

    assert refused(tmp_path) == f"fixes/relay/020-again.yaml has the same {what}; join the two or change one."


def test_two_fixes_with_one_number_stop_the_build(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "010-zzz.yaml", target="/components", expect={})

    assert "has the same number as" in refused(tmp_path)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "x"}, "unknown key 'reason'"),
        ({"why": None}, "'why' must be a text"),
        ({"why": "  "}, "'why' must be a text"),
        ({"evidence": []}, "'evidence' must be a list of at least one text"),
        ({"reviewed": "soon"}, "'reviewed' must be a day in quotes"),
        ({"target": "paths"}, "'target' must be a JSON pointer"),
        ({"target": [SUMMARY, SUMMARY]}, "a target stands twice"),
        ({"change": {"replace": "x", "remove": True}}, "'change' must be one of"),
        ({"change": {"swap": "x"}}, "'change' must be one of"),
        ({"change": {"remove": False}}, "'remove' takes true and nothing else"),
        ({"expect": None}, "say what stands there now"),
        ({"absent": True}, "say what stands there now"),
        ({"change": {"add": "x"}}, "'absent: true' goes with {add: …}"),
        ({"change": {"replace": "wrong"}}, "it replaces a value by itself"),
    ],
)
def test_a_malformed_fix_stops_the_build(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    write(tmp_path, **changes)

    assert refused(tmp_path).startswith(f"fixes/relay/010-title.yaml: {words}")


def test_a_file_with_another_name_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path, "title.yaml")

    assert "is not named <three digits>-<slug>.yaml" in refused(tmp_path)


def test_a_key_that_stands_twice_stops_the_build(tmp_path: Path) -> None:
    write(tmp_path)
    file = tmp_path / "relay" / "010-title.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "why: another reason\n", encoding="utf-8")

    with pytest.raises(Exception, match="the key 'why' stands twice") as caught:
        apply(tmp_path)
    assert caught.value.exit_status == 2  # type: ignore[attr-defined]
