from __future__ import annotations

import copy
from typing import Any

import pytest

from klingkit_spec.overlay import OverlayError, apply

DOCUMENT: dict[str, Any] = {
    "info": {"title": "Kling", "version": "1"},
    "components": {
        "schemas": {
            "Mode": {"type": "string", "enum": ["std", "pro", "4k"]},
            "Request": {"type": "object", "required": ["prompt"], "properties": {"prompt": {"type": "string"}}},
        }
    },
    "rules": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
}


def overlay(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"overlay": "1.0.0", "info": {"title": "relay", "version": "1"}, "actions": list(actions)}


def run(*actions: dict[str, Any]) -> dict[str, Any]:
    changed, _ = apply(DOCUMENT, overlay(*actions), shown="relay.overlay.yaml")
    return changed


def refused(*actions: dict[str, Any]) -> str:
    with pytest.raises(OverlayError) as caught:
        run(*actions)
    assert caught.value.exit_status == 2
    return str(caught.value)


def test_an_update_merges_into_an_object_and_leaves_the_original_alone() -> None:
    before = copy.deepcopy(DOCUMENT)

    changed = run({"target": "$.info", "update": {"title": "Relay", "contact": {"name": "x"}}})

    assert changed["info"] == {"title": "Relay", "version": "1", "contact": {"name": "x"}}
    assert before == DOCUMENT


def test_an_update_of_a_list_appends_one_entry_even_if_it_is_a_list() -> None:
    changed = run({"target": "$.components.schemas.Mode.enum", "update": ["x", "y"]})

    assert changed["components"]["schemas"]["Mode"]["enum"] == ["std", "pro", "4k", ["x", "y"]]


def test_a_list_is_replaced_by_removing_it_and_updating_its_parent() -> None:
    changed = run(
        {"target": "$.components.schemas.Mode.enum", "x-expect": ["std", "pro", "4k"], "remove": True},
        {"target": "$.components.schemas.Mode", "update": {"enum": ["std"]}},
    )

    assert changed["components"]["schemas"]["Mode"] == {"type": "string", "enum": ["std"]}


def test_a_filter_removes_several_entries_of_one_list() -> None:
    assert run({"target": "$.rules[?@.id != 'b']", "remove": True})["rules"] == [{"id": "b"}]


def test_the_log_says_what_was_touched_and_why() -> None:
    action = {"target": "$.components.schemas.*", "description": "mark them", "update": {"x-seen": True}}

    _, log = apply(DOCUMENT, overlay(action), shown="relay.overlay.yaml")

    assert [(entry.index, entry.kind, entry.description) for entry in log] == [(0, "update", "mark them")]
    assert log[0].pointers == ("/components/schemas/Mode/x-seen", "/components/schemas/Request/x-seen")


def test_a_target_that_matches_nothing_is_refused_with_file_and_action() -> None:
    fine = {"target": "$.info", "update": {"x": 1}}

    assert refused(fine, {"target": "$.nowhere", "update": {"x": 1}}) == (
        "relay.overlay.yaml, actions[1]: $.nowhere matches nothing; the one spec has changed, so correct or delete "
        "the action."
    )


def test_a_stale_expectation_is_refused() -> None:
    sentence = refused({"target": "$.components.schemas.Mode.enum", "x-expect": ["std", "pro"], "remove": True})

    assert sentence.startswith("relay.overlay.yaml, actions[0]: /components/schemas/Mode/enum no longer holds what")


def test_two_actions_that_write_the_same_key_are_refused() -> None:
    sentence = refused(
        {"target": "$.info", "update": {"title": "A"}},
        {"target": "$.info", "update": {"title": "B"}},
    )

    assert sentence == "relay.overlay.yaml, actions[1]: actions[0] wrote /info/title before; join the two."


@pytest.mark.parametrize("target", ["$.info.contact", "$.info"])
def test_removing_what_an_earlier_action_wrote_is_refused(target: str) -> None:
    sentence = refused(
        {"target": "$.info", "update": {"contact": {"name": "x"}}},
        {"target": target, "remove": True},
    )

    assert "which actions[0] wrote; join the two." in sentence


def test_an_action_may_use_what_an_earlier_one_added() -> None:
    changed = run(
        {"target": "$.components.schemas", "update": {"New": {"type": "string"}}},
        {"target": "$.components.schemas.New", "update": {"maxLength": 5}},
    )

    assert changed["components"]["schemas"]["New"] == {"type": "string", "maxLength": 5}


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"target": "$.info.title", "update": {}}, "/info/title is neither object nor list"),
        ({"target": "$.info", "update": "x"}, "/info is an object, so update must be one too"),
        ({"target": "$.info", "update": {"title": "Kling"}}, "/info/title is 'Kling' already"),
        ({"target": "$.components.schemas.Mode", "update": {"enum": ["x"]}}, "/components/schemas/Mode/enum is there"),
        ({"target": "$.info", "update": {"title": {"a": 1}}}, "/info/title is there already"),
        ({"target": "$.info"}, "give either an update or 'remove: true'"),
        ({"target": "$.info", "update": {}, "remove": True}, "give either an update or 'remove: true'"),
        ({"target": "$.info", "remove": "yes"}, "remove is true or false"),
        ({"update": {}}, "it has no target"),
        ({"target": "$.info", "update": {}, "copy": "$.x"}, "unknown key 'copy'"),
        ({"target": "info", "update": {}}, "'info' is no JSONPath"),
        ({"target": "$", "remove": True}, "the whole document cannot be removed"),
    ],
)
def test_an_action_that_does_not_fit_is_refused(action: dict[str, Any], words: str) -> None:
    assert refused(action).startswith(f"relay.overlay.yaml, actions[0]: {words}")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"overlay": "2.0.0"}, "must say 'overlay: 1.0.0'"),
        ({"info": {"title": "x"}}, "needs an info with title and version"),
        ({"actions": []}, "needs a list of at least one action"),
        ({"actons": []}, "has the unknown key 'actons'"),
    ],
)
def test_a_malformed_overlay_is_refused(change: dict[str, Any], words: str) -> None:
    whole = {**overlay({"target": "$.info", "update": {"x": 1}}), **change}

    with pytest.raises(OverlayError, match=words):
        apply(DOCUMENT, whole, shown="relay.overlay.yaml")
