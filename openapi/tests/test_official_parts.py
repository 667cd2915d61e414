"""The official document out of its parts, and whether it is whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import klingkit_data
from klingkit_spec.official_parts import MAIN_FILE, PartError, join

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[..., dict[str, Any]]

HOME = klingkit_data.path("relays.toml").parent
FACTS = HOME.parent.parent / "shared" / "facts" / "kling-official.yaml"
MAIN = {
    "openapi": "3.1.0",
    "info": {"title": "Kling", "version": "1"},
    "tags": [{"name": "video"}],
    "paths": {"/a": {"get": {"operationId": "video_a_list"}}},
    "components": {"schemas": {"A": {"type": "object"}}},
    "x-kling-errors": [],
}


@pytest.fixture
def joined(tmp_path: Path) -> Write:
    """Write parts as files and join them: the main one first, then ``b.openapi.yaml`` and so on."""

    def write(*parts: dict[str, Any]) -> dict[str, Any]:
        names = [MAIN_FILE, *(f"{letter}.openapi.yaml" for letter in "bcd")][: len(parts)]
        for name, part in zip(names, parts, strict=True):
            (tmp_path / name).write_text(yaml.safe_dump(part), encoding="utf-8")
        return join(tmp_path, names[::-1], shown="sources/official")

    return write


def test_parts_add_operations_components_tags_and_tables(joined: Write) -> None:
    part = {
        "tags": [{"name": "audio"}],
        "paths": {"/a": {"post": {"operationId": "video_a_create"}}, "/b": {"get": {}}},
        "components": {"schemas": {"B": {}}, "parameters": {"P": {}}},
        "x-kling-voices": ["v"],
    }
    document = joined(MAIN, part)
    assert document["info"] == MAIN["info"]
    assert [tag["name"] for tag in document["tags"]] == ["video", "audio"]
    assert {path: set(item) for path, item in document["paths"].items()} == {"/a": {"get", "post"}, "/b": {"get"}}
    assert set(document["components"]["schemas"]) == {"A", "B"}
    assert document["x-kling-voices"] == ["v"]
    assert list(document)[-2:] == ["x-kling-errors", "x-kling-voices"]


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ({"paths": {"/a": {"get": {}}}}, "paths /a get"),
        ({"components": {"schemas": {"A": {}}}}, "components schemas A"),
        ({"tags": [{"name": "video"}]}, "tags video"),
        ({"x-kling-errors": []}, "x-kling-errors"),
    ],
)
def test_what_two_parts_define_is_refused_naming_both(joined: Write, part: dict[str, Any], what: str) -> None:
    with pytest.raises(PartError, match=rf"{re.escape(what)} stands in kling\.openapi\.yaml and in b\.openapi\.yaml"):
        joined(MAIN, part)


def test_a_part_says_nothing_of_the_api_as_a_whole(joined: Write) -> None:
    with pytest.raises(PartError, match=r"b\.openapi\.yaml has a key 'servers'"):
        joined(MAIN, {"servers": []})


def test_a_path_holds_operations_only(joined: Write) -> None:
    with pytest.raises(PartError, match="/b has a key 'parameters'"):
        joined(MAIN, {"paths": {"/b": {"parameters": []}}})


def test_a_section_that_is_no_mapping_is_refused(joined: Write) -> None:
    with pytest.raises(PartError, match="paths is no mapping"):
        joined(MAIN, {"paths": ["/b"]})


def test_without_the_main_file_there_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(PartError, match=r"kling\.openapi\.yaml is missing"):
        join(tmp_path, ["b.openapi.yaml"], shown="sources/official")


def test_tables_of_the_parts_stand_in_the_one_spec_and_not_in_what_relays_are_held_to() -> None:
    spec = klingkit_data.load("resolved/kling.openapi.yaml")
    relay = klingkit_data.load("resolved/relays/anyapi.openapi.yaml")
    written: set[str] = set()
    for file in (HOME / "sources" / "official").glob("*.openapi.yaml"):
        written |= {key for key in yaml.safe_load(file.read_text(encoding="utf-8")) if key.startswith("x-kling-")}
    assert written <= spec.keys()
    assert {key for key in relay if key.startswith("x-kling-")} == {"x-kling-errors"}


@pytest.mark.skipif(
    not FACTS.is_file(), reason="the facts the official document is held against are not beside this clone"
)
def test_every_call_that_is_known_of_is_in_the_one_spec() -> None:
    known = {row["call"] for row in yaml.safe_load(FACTS.read_text(encoding="utf-8"))["operations_index"]}
    spec = klingkit_data.load("resolved/kling.openapi.yaml")
    there = {f"{method.upper()} {path}" for path, item in spec["paths"].items() for method in item}
    assert known - there == set()
