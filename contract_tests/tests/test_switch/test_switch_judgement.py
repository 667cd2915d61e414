"""Whether code can move, by documents: each reason, and none where klingkit words a request as the relay wants it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from klingkit_contract.contract import Contract
from klingkit_contract.switch.judgement import Judgement, judge
from klingkit_contract.switch.python_code import read_python
from klingkit_contract.switch.reasons import Kind, Rating
from klingkit_contract.switch.recorded import read_json
from klingkit_contract.switch.surface import Surface, surface_of
from klingkit_contract.switch.usage import Usage
from klingkit_contract.targets import known_relays

if TYPE_CHECKING:
    from collections.abc import Callable

    from klingkit_contract.switch.paths import Paths

    Move = Callable[..., Judgement]

TEXT = 'kling.video.text_to_video("x", model_name="kling-v3", duration=5)'


def kinds(judgement: Judgement, rating: Rating | None = None) -> set[tuple[Kind, str]]:
    wanted = [reason for reason in judgement.reasons if rating is None or reason.rating is rating]
    return {(reason.kind, reason.place) for reason in wanted}


def test_code_that_stays_within_what_both_document_can_move(move: Move) -> None:
    judgement = move("anyapi", "official", TEXT)
    assert judgement.can
    assert judgement.reasons == ()


def test_an_operation_that_is_not_documented_blocks(move: Move) -> None:
    judgement = move("anyapi", "xiexus", 'kling.video.extend("1")')
    assert not judgement.can
    assert (Kind.OPERATION, "") in kinds(judgement, Rating.BLOCKS)
    assert {reason.operation for reason in judgement.reasons} == {"video_extend_create", "video_extend_get"}


def test_an_operation_that_pages_only_name_is_claimed(move: Move) -> None:
    assert (Kind.CLAIMED, "") in kinds(move("anyapi", "haoee", TEXT), Rating.COSTS)


def test_a_model_that_is_not_there_blocks_and_what_is_there_is_said(move: Move) -> None:
    judgement = move("official", "anyapi", 'k.video.text_to_video("x", model_name="kling-v2-6")')
    [reason] = [reason for reason in judgement.reasons if reason.kind is Kind.MODEL]
    assert reason.rating is Rating.BLOCKS
    assert 'no model "kling-v2-6"; it has "kling-v1", ' in reason.words
    assert reason.where == ("app.py:1",)


def test_a_value_that_cannot_be_read_is_a_cost_where_fewer_values_are_taken(move: Move) -> None:
    judgement = move("official", "anyapi", 'k.video.text_to_video("x", model_name="kling-v3", mode=chosen)')
    assert (Kind.ENUM, "mode") in kinds(judgement, Rating.COSTS)
    assert judgement.can


def test_a_value_that_is_not_taken_blocks(move: Move) -> None:
    judgement = move("official", "anyapi", 'k.video.text_to_video("x", model_name="kling-v3", mode="4k")')
    assert kinds(judgement, Rating.BLOCKS) == {(Kind.ENUM, "mode")}


def test_a_field_that_is_not_documented_blocks_only_who_uses_it(move: Move) -> None:
    code = 'k.image.multi_image_to_image(["a.png"], model_name="kling-v2-1"{})'
    with_style = move("official", "haoee", code.format(', style_image="s.png"'))
    assert kinds(with_style, Rating.BLOCKS) == {(Kind.FIELD, "style_image")}
    assert move("official", "haoee", code.format("")).can


def test_an_id_of_ones_own_that_is_not_taken_is_a_cost(move: Move) -> None:
    judgement = move("official", "haoee", 'k.image.multi_image_to_image(["a.png"], model_name="kling-v2-1")')
    assert (Kind.EXTERNAL_ID, "external_task_id") in kinds(judgement, Rating.COSTS)


def test_a_list_that_is_not_there_is_a_cost_to_who_creates_and_blocks_who_lists(move: Move) -> None:
    code = 'k.video.image_to_video("a.png", model_name="kling-v2-6")'
    assert (Kind.LIST, "") in kinds(move("official", "xiexus", code), Rating.COSTS)
    listing = move("official", "xiexus", 'k.tasks.list("image_to_video")')
    assert kinds(listing, Rating.BLOCKS) == {(Kind.OPERATION, "")}


def test_what_klingkit_words_for_each_relay_is_no_reason_but_stops_raw_requests(move: Move) -> None:
    code = 'k.video.image_to_video("a.png", model_name="kling-v2-6", prompt="x", duration=5)'
    assert not kinds(move("official", "xiexus", code), Rating.BLOCKS)
    body = '{"image": "https://example.com/a.png", "model_name": "kling-v2-6", "prompt": "x", "duration": "5"}'
    raw = move("official", "xiexus", f'httpx.post("https://o.example/v1/videos/image2video", json={body})')
    blocking = kinds(raw, Rating.BLOCKS)
    assert {(Kind.WORDING, "model_name"), (Kind.TYPE, "duration"), (Kind.ANSWER, "data.task_id")} <= blocking


def test_a_field_that_may_travel_along_unread_is_a_cost(move: Move) -> None:
    code = 'k.video.image_to_video("a.png", model_name="kling-v2-6", negative_prompt="x")'
    assert (Kind.FIELD, "negative_prompt") in kinds(move("official", "xiexus", code), Rating.COSTS)


def test_a_header_that_is_wanted_stops_raw_requests(move: Move) -> None:
    judgement = move("anyapi", "haoee", 'httpx.post("https://r.example/v1/images/multi-image2image", json={"a": 1})')
    words = [reason.words for reason in judgement.reasons if reason.kind is Kind.REQUIRED]
    assert "haoee wants the header ModelName." in words


@pytest.mark.parametrize(
    ("place", "value", "code", "kind", "rating"),
    [
        (("mode", "default"), "pro", TEXT, Kind.DEFAULT, Rating.COSTS),
        (("mode", "default"), "pro", TEXT[:-1] + ', mode="std")', None, None),
        (("cfg_scale", "maximum"), 0.5, TEXT[:-1] + ", cfg_scale=0.7)", Kind.LIMIT, Rating.BLOCKS),
        (("cfg_scale", "maximum"), 0.5, TEXT[:-1] + ", cfg_scale=0.3)", None, None),
        (("cfg_scale", "maximum"), 0.5, TEXT[:-1] + ", cfg_scale=x)", Kind.LIMIT, Rating.NOTE),
        (("cfg_scale", "type"), "integer", TEXT[:-1] + ", cfg_scale=x)", Kind.TYPE, Rating.NOTE),
        (("cfg_scale", "type"), "string", TEXT[:-1] + ", cfg_scale=x)", Kind.TYPE, Rating.BLOCKS),
        (("prompt",), None, TEXT, Kind.FIELD, Rating.BLOCKS),
    ],
)
def test_one_change_of_a_document_is_one_reason(
    paths: Paths, place: tuple[str, ...], value: object, code: str, kind: Kind | None, rating: Rating | None
) -> None:
    official = surface_of("official")
    document = copy.deepcopy(dict(official.contract.document))
    schema = document["components"]["schemas"]["Text2VideoRequest"]
    schema.pop("allOf", None)
    node = schema["properties"]
    for key in place[:-1]:
        node = node[key]
    if value is None:
        del node[place[-1]]
    else:
        node[place[-1]] = value
    changed = Surface("changed", Contract(document), official.dialect, frozenset())
    uses, _ = read_python(code, "app.py", paths)
    judgement = judge(Usage(tuple(uses)), official, changed, None)
    found = {(reason.kind, reason.place, reason.rating) for reason in judgement.reasons}
    assert found == ({(kind, place[0], rating)} if kind else set())


@pytest.mark.parametrize(
    ("code", "place", "words"),
    [
        (TEXT[:-1] + ', sound="on")', "sound", "takes it and never passes it on"),
        (TEXT[:-1] + ", cfg_scale=0)", "cfg_scale", "drops a 0 there"),
        (TEXT[:-1] + ", cfg_scale=0.5)", "", ""),
        ('httpx.post("/v1/videos/text2video", json={"model_name": "kling-v3", "mode": "std"})', "mode", "only inside"),
    ],
)
def test_what_a_gateway_is_known_to_drop_blocks_who_uses_it(paths: Paths, code: str, place: str, words: str) -> None:
    official = surface_of("official")
    request = {"forwards": ["model_name", "prompt", "duration", "cfg_scale", "mode"], "zeros_lost": ["cfg_scale"]}
    dialect = {**official.dialect, "request": {**request, "rest": "metadata"}, "gateway": {"honours": ["model_name"]}}
    gateway = Surface("gateway", official.contract, dialect, frozenset())
    uses, _ = read_python(code, "app.py", paths)
    found = judge(Usage(tuple(uses)), official, gateway, None).reasons
    dropped = [(reason.place, reason.words) for reason in found if reason.kind is Kind.DROPPED]
    assert [each for each, _ in dropped] == ([place] if place else [])
    assert all(words in said for _, said in dropped)
    at_home = judge(Usage(tuple(uses)), gateway, gateway, None).reasons
    assert [reason for reason in at_home if reason.kind is Kind.DROPPED] == []


def test_a_recorded_body_is_held_against_the_whole_document(paths: Paths) -> None:
    body = {"model_name": "kling-v3", "prompt": "x", "mode": "std", "duration": "5", "multi_shot": True}
    uses, _ = read_json(json.dumps(body).encode(), Path("text2video.json"), paths, surface_of("official"))
    judgement = judge(Usage(tuple(uses)), surface_of("official"), surface_of("anyapi"), None)
    refused = [reason.words for reason in judgement.reasons if reason.kind is Kind.REFUSED]
    assert refused
    assert all(words.startswith("anyapi refuses it: ") for words in refused)


def test_a_limit_that_is_tighter_blocks_what_is_longer(move: Move) -> None:
    long = "k.video.text_to_video({!r}, model_name='kling-v3')".format("x" * 2501)
    judgement = move("anyapi", "official", long)
    [reason] = [reason for reason in judgement.reasons if reason.kind is Kind.LIMIT]
    assert reason.words == "official takes at most 2,500 characters; the code sends 2,501."


@pytest.mark.parametrize("old", known_relays())
def test_every_pair_of_relays_can_be_judged_and_a_subset_fits_the_whole(move: Move, old: str) -> None:
    for new in known_relays():
        if new != old:
            judgement = move(old, new)
            assert judgement.can is not bool(kinds(judgement, Rating.BLOCKS))
            assert all(reason.words.endswith(".") for reason in judgement.reasons)
    same = judge(Usage(everything=True), surface_of(old), surface_of(old), None)
    assert not kinds(same, Rating.BLOCKS) | kinds(same, Rating.COSTS)
