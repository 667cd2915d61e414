"""The overlay from the one spec to any other document, and back again through the strict applier."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import klingkit_data
from klingkit_spec.cli import spec
from klingkit_spec.derive import DeriveError, derive
from klingkit_spec.equality import same
from klingkit_spec.errors import UnknownRelayError
from klingkit_spec.overlay import apply

if TYPE_CHECKING:
    from pathlib import Path

RELAYS = sorted(klingkit_data.load("relays.toml")["relay"])
ODD_KEYS = [
    "plain",
    "with space",
    "a'b",
    'a"b',
    "a\\b",
    "$ref",
    "x-kling",
    "/v1/{id}",
    "ä",
    "视频",
    "",
    "0",
    "a.b",
    "tab\t",
]
ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    1.0,
    "",
    "text",
    "it's",
    [],
    {},
    ["a"],
    [{"name": "n"}],
    {"k": {"l": 1}},
]


def one_spec() -> dict[str, Any]:
    return klingkit_data.load("resolved/kling.openapi.yaml")


def document(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "info": {"title": "One", "version": "1"},
        "tags": [{"name": "video"}, {"name": "image"}, {"name": "audio"}],
        "paths": {
            "/a": {"post": {"operationId": "a_create", "x-who": ["one"], "summary": "A"}},
            "/b": {"post": {"operationId": "b_create", "x-who": ["one"], "summary": "B"}},
        },
        "components": {
            "schemas": {
                "Mode": {"type": "string", "enum": ["std", "pro", "4k"]},
                "Request": {
                    "type": "object",
                    "properties": {
                        "prompt": {"type": "string", "maxLength": 2500},
                        "scene_image": {"type": "string"},
                        "style_image": {"type": "string"},
                    },
                    "allOf": [{"required": ["prompt"]}, {"required": ["scene_image"]}],
                },
            }
        },
    }
    return {**base, **changes}


def actions(new: dict[str, Any], old: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    derived = derive(document() if old is None else old, new, title="relay")
    return [{key: value for key, value in action.items() if key != "description"} for action in derived["actions"]]


def schemas(new: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = new["components"]["schemas"]
    return found


@pytest.mark.parametrize("relay", RELAYS)
def test_the_derived_overlay_gives_every_relays_document_back(relay: str) -> None:
    own = klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")

    changed, _ = apply(one_spec(), derive(one_spec(), own, title=relay), shown="derived")

    assert same(changed, own)
    assert yaml.safe_dump(changed, sort_keys=True) == yaml.safe_dump(own, sort_keys=True)


@pytest.mark.parametrize("seed", range(60))
def test_random_edits_are_derived_and_applied_to_the_same_document(seed: int) -> None:
    chance = random.Random(seed)
    start = one_spec() if seed % 20 == 0 else document()
    goal = copy.deepcopy(start)
    for _ in range(chance.randrange(1, 12)):
        edit_somewhere(goal, chance)
    if same(start, goal):
        goal["info"]["title"] = "another"

    derived = derive(start, goal, title="relay")
    changed, _ = apply(start, derived, shown="derived")

    assert same(changed, goal)
    assert derive(start, goal, title="relay") == derived
    assert all(action["description"] for action in derived["actions"])


def edit_somewhere(goal: dict[str, Any], chance: random.Random) -> None:
    """Change one thing below the root's members, which an overlay cannot always remove."""
    node: Any = goal[chance.choice(sorted(goal))]
    while not isinstance(node, dict | list):
        node = goal[chance.choice(sorted(goal))]
    while True:
        inner = [
            value for value in (node.values() if isinstance(node, dict) else node) if isinstance(value, dict | list)
        ]
        if not inner or chance.random() < 0.25:
            break
        node = chance.choice(inner)
    value = copy.deepcopy(chance.choice(ODD_VALUES))
    if isinstance(node, dict):
        key = chance.choice([*node, *ODD_KEYS])
        if chance.random() < 0.3:
            node.pop(key, None)
        else:
            node[key] = value
    elif node and chance.random() < 0.5:
        del node[chance.randrange(len(node))]
    else:
        node.insert(chance.randrange(len(node) + 1), value)


def test_fields_that_go_together_are_one_removal() -> None:
    new = document()
    for name in ("scene_image", "style_image"):
        del schemas(new)["Request"]["properties"][name]

    assert actions(new) == [
        {"target": "$.components.schemas.Request.properties['scene_image', 'style_image']", "remove": True}
    ]


def test_all_changes_of_one_component_are_one_update_at_their_common_holder() -> None:
    new = document()
    schemas(new)["Request"]["properties"]["prompt"] = {"type": "string", "maxLength": 500, "minLength": 1}

    assert actions(new) == [
        {"target": "$.components.schemas.Request.properties.prompt", "update": {"maxLength": 500, "minLength": 1}}
    ]


def test_a_list_that_loses_a_plain_value_is_removed_and_written_anew() -> None:
    new = document()
    schemas(new)["Mode"]["enum"] = ["std", "pro"]

    assert actions(new) == [
        {"target": "$.components.schemas.Mode.enum", "remove": True},
        {"target": "$.components.schemas.Mode", "update": {"enum": ["std", "pro"]}},
    ]


def test_a_value_at_the_end_of_a_list_is_appended() -> None:
    new = document()
    schemas(new)["Mode"]["enum"].append("8k")

    assert actions(new) == [{"target": "$.components.schemas.Mode.enum", "update": "8k"}]


def test_an_entry_is_removed_by_its_name_and_by_its_place_where_it_has_none() -> None:
    new = document(tags=[{"name": "video"}, {"name": "audio"}])
    del schemas(new)["Request"]["allOf"][0]

    assert [action["target"] for action in actions(new)] == [
        "$.tags[?@.name == 'image']",
        "$.components.schemas.Request.allOf[0]",
    ]


def test_a_key_that_every_operation_loses_is_one_removal() -> None:
    new = document()
    for item in new["paths"].values():
        del item["post"]["x-who"]

    assert actions(new) == [{"target": "$.paths.*.*['x-who']", "remove": True}]


def test_a_key_that_one_operation_keeps_is_not_removed_everywhere() -> None:
    old = document()
    old["paths"]["/c"] = copy.deepcopy(old["paths"]["/b"])
    new = copy.deepcopy(old)
    for path in ("/a", "/b"):
        del new["paths"][path]["post"]["x-who"]

    assert [action["target"] for action in actions(new, old)] == [
        "$.paths['/a'].post['x-who']",
        "$.paths['/b'].post['x-who']",
    ]


def test_a_plain_value_that_goes_takes_its_holder_with_it() -> None:
    new = document()
    del schemas(new)["Request"]["properties"]["prompt"]["maxLength"]

    assert actions(new) == [
        {"target": "$.components.schemas.Request.properties.prompt", "remove": True},
        {"target": "$.components.schemas.Request.properties", "update": {"prompt": {"type": "string"}}},
    ]


def test_a_plain_value_of_the_root_cannot_go() -> None:
    with pytest.raises(DeriveError, match="no overlay can remove a plain value from the root"):
        derive(document(openapi="3.1.0"), document(), title="relay")


def test_equal_documents_have_no_overlay() -> None:
    with pytest.raises(DeriveError, match="needs at least one action"):
        derive(document(), document(), title="relay")


def test_true_is_not_one() -> None:
    old, new = document(), document()
    old["info"]["x-flag"], new["info"]["x-flag"] = True, 1

    assert actions(new, old) == [{"target": "$.info", "update": {"x-flag": 1}}]


def test_descriptions_name_what_an_action_does() -> None:
    new = document()
    del new["paths"]["/b"]
    schemas(new)["Request"]["properties"]["prompt"]["maxLength"] = 500

    assert [action["description"] for action in derive(document(), new, title="relay")["actions"]] == [
        "Not offered: b_create.",
        "Changes maxLength from 2500 to 500.",
    ]


def test_the_command_writes_the_overlay_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "haoee.overlay.yaml"

    assert spec.main(["overlay", "--from", "haoee", "--output", str(file)]) == 0
    written = capsys.readouterr().out
    assert spec.main(["overlay", "--from", "haoee"]) == 0

    assert file.read_text(encoding="utf-8") == capsys.readouterr().out
    assert written.endswith(f"actions written to {file}.\n")
    changed, _ = apply(one_spec(), yaml.safe_load(file.read_text(encoding="utf-8")), shown=file.name)
    assert same(changed, klingkit_data.load("resolved/relays/haoee.openapi.yaml"))


def test_an_unknown_relay_is_one_sentence() -> None:
    with pytest.raises(UnknownRelayError) as caught:
        spec.main(["overlay", "--from", "nosuch"])

    assert caught.value.exit_status == 2
    assert str(caught.value).startswith("there is no relay 'nosuch'; choose one of: anyapi, ")
