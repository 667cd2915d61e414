"""Valid requests, and requests that are wrong in one way, made from every relay's document."""

from __future__ import annotations

import struct

import pytest

import klingkit_data
from klingkit_contract.catalogue import Role
from klingkit_contract.contract import Contract
from klingkit_contract.exchanges import Request
from klingkit_contract.flaws import find_flaws
from klingkit_contract.mutations import body_mutations, query_mutations
from klingkit_contract.samples import Samples, flat_png
from klingkit_contract.targets import known_relays

CONTRACTS = {relay: Contract(klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml")) for relay in known_relays()}
CREATES = [(relay, create) for relay in CONTRACTS for create in CONTRACTS[relay].of_role(Role.CREATE)]
EVERY_CREATE = pytest.mark.parametrize(
    ("relay", "create"), CREATES, ids=[f"{relay}-{create.id}" for relay, create in CREATES]
)


@EVERY_CREATE
def test_every_create_has_a_valid_sample(relay: str, create) -> None:  # type: ignore[no-untyped-def]
    contract = CONTRACTS[relay]
    samples = Samples(contract)
    assert find_flaws(contract, create, samples.request(create, samples.body(create))) == ()


@EVERY_CREATE
def test_every_mutation_has_a_flaw_in_the_field_it_names(relay: str, create) -> None:  # type: ignore[no-untyped-def]
    contract = CONTRACTS[relay]
    samples = Samples(contract)
    mutations = body_mutations(contract, samples, create)
    assert mutations
    for mutation in mutations:
        flaws = find_flaws(contract, create, samples.request(create, mutation.body))
        assert flaws, f"{mutation.field}: {mutation.words}"


def test_every_limit_of_a_prompt_is_stepped_over_by_one() -> None:
    contract = CONTRACTS["official"]
    create = contract.operations["video_text2video_create"]
    by_words = {(m.field, m.words): m.body for m in body_mutations(contract, Samples(contract), create)}
    assert len(by_words["prompt", "2501 characters where 2500 are allowed"]["prompt"]) == 2501
    assert by_words["cfg_scale", "more than 1"]["cfg_scale"] > 1
    assert "prompt" not in by_words["prompt", "left out"]


def test_a_storyboard_is_switched_on_before_it_is_broken() -> None:
    contract = CONTRACTS["official"]
    create = contract.operations["video_text2video_create"]
    [body] = [m.body for m in body_mutations(contract, Samples(contract), create) if m.words.startswith("7 entries")]
    assert (body["multi_shot"], body["shot_type"], len(body["multi_prompt"])) == (True, "customize", 7)


def test_pages_are_asked_for_outside_their_range() -> None:
    contract = CONTRACTS["official"]
    listing = contract.operations["video_text2video_list"]
    found = query_mutations(contract, listing)
    assert {("pageSize", "0"), ("pageSize", "501"), ("pageNum", "1001")} <= {row[:2] for row in found}
    for name, value, _ in found:
        assert find_flaws(contract, listing, Request("GET", listing.path, query=f"{name}={value}"))


def test_a_header_that_repeats_a_field_is_filled_from_it() -> None:
    contract = CONTRACTS["haoee"]
    samples = Samples(contract, {"ModelName": "model_name"}, {"ModelName": {"kling-v2-1": "as-billed"}})
    create = contract.operations["image_multi_image2image_create"]
    assert ("ModelName", "as-billed") in samples.request(create, {"model_name": "kling-v2-1"}).headers
    assert ("ModelName", "kling-v2") in samples.request(create, {"model_name": "kling-v2"}).headers


def test_the_picture_that_travels_along_is_large_enough_for_every_limit() -> None:
    png = flat_png()
    assert struct.unpack(">II", png[16:24]) == (320, 320)
    assert len(png) < 2000
