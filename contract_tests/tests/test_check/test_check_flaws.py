"""What is wrong with a request, and how many of a relay's checks would have to fail for it to be accepted."""

from __future__ import annotations

from dataclasses import replace

import pytest

import klingkit_data
from klingkit_contract.contract import Contract
from klingkit_contract.exchanges import Auth, Request
from klingkit_contract.flaws import find_flaws, independent
from klingkit_contract.samples import Samples

CONTRACT = Contract(klingkit_data.load("resolved/relays/official.openapi.yaml"))
CREATE = CONTRACT.operations["video_text2video_create"]
VALID = Samples(CONTRACT).body(CREATE)


def asked(body: object) -> Request:
    return Samples(CONTRACT).request(CREATE, body)


def count(request: Request) -> int:
    return independent(find_flaws(CONTRACT, CREATE, request))


def raw(body: bytes) -> Request:
    return replace(asked(VALID), body=body)


def test_the_documented_example_has_no_flaw() -> None:
    assert find_flaws(CONTRACT, CREATE, asked(VALID)) == ()


def test_a_long_prompt_is_one_flaw_of_the_limits() -> None:
    [flaw] = find_flaws(CONTRACT, CREATE, asked({**VALID, "prompt": "a" * 2501}))
    assert (flaw.check, flaw.place, flaw.kind) == ("limits", "prompt", "maxLength")


def test_two_long_texts_are_one_flaw_for_a_relay_that_never_counts_characters() -> None:
    assert count(asked({**VALID, "prompt": "a" * 2501, "negative_prompt": "a" * 2501})) == 1


def test_two_flaws_in_one_field_are_one_for_a_relay_that_ignores_the_field() -> None:
    shots = [{"index": 0, "prompt": "a" * 513, "duration": "5"}]
    assert count(asked({**VALID, "multi_prompt": shots})) == 1


def test_flaws_of_two_kinds_in_two_fields_are_independent() -> None:
    assert count(asked({**VALID, "prompt": "a" * 2501, "mode": {}})) == 2


def test_a_wrong_type_is_not_also_a_word_outside_the_list() -> None:
    assert [flaw.check for flaw in find_flaws(CONTRACT, CREATE, asked({**VALID, "mode": {}}))] == ["wrong-type"]


def test_a_request_without_a_key_has_a_flaw_more() -> None:
    keyless = replace(asked({**VALID, "prompt": "a" * 2501}), auth=Auth.NONE)
    assert count(keyless) == 2


@pytest.mark.parametrize("body", [b"{", b"\x00\x01", b"no JSON at all", b"[]", b'"text"'])
def test_a_body_that_cannot_be_read_lacks_every_field_as_well(body: bytes) -> None:
    assert count(raw(body)) == 2


@pytest.mark.parametrize(
    "body",
    [
        b'{"prompt": "a fox"} and more',
        b'{"prompt": "a fox \xff"}',
        b'{"prompt": "a fox", "other": NaN}',
        b'\xef\xbb\xbf{"prompt": "a fox"}',
    ],
)
def test_what_a_forgiving_decoder_can_read_is_one_flaw_at_most(body: bytes) -> None:
    assert count(raw(body)) <= 1


def test_a_missing_body_is_a_valid_one_where_the_document_does_not_ask_for_any() -> None:
    document = {
        "paths": {
            "/v1/x": {
                "post": {
                    "operationId": "video_x_create",
                    "x-klingkit-billable": True,
                    "requestBody": {
                        "required": False,
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    },
                    "responses": {},
                }
            }
        }
    }
    contract = Contract(document)
    request = Request("POST", "/v1/x", headers=(("content-type", "application/json"),))
    assert find_flaws(contract, contract.operations["video_x_create"], request) == ()


def test_a_wrong_query_parameter_is_a_flaw() -> None:
    listing = CONTRACT.operations["video_text2video_list"]
    [flaw] = find_flaws(CONTRACT, listing, Request("GET", listing.path, query="pageSize=501"))
    assert (flaw.check, flaw.place) == ("limits", "pageSize")


def test_fields_that_exclude_each_other_are_a_flaw_of_the_conditions() -> None:
    create = CONTRACT.operations["video_image2video_create"]
    body = {**Samples(CONTRACT).body(create), "image_tail": "https://example.com/x", "static_mask": "x"}
    [flaw] = find_flaws(CONTRACT, create, Samples(CONTRACT).request(create, body))
    assert flaw.check == "conditions"


def test_one_of_several_required_fields_is_a_required_field() -> None:
    create = CONTRACT.operations["video_image2video_create"]
    body = {key: value for key, value in Samples(CONTRACT).body(create).items() if not key.startswith("image")}
    [flaw] = find_flaws(CONTRACT, create, Samples(CONTRACT).request(create, body))
    assert flaw.check == "missing-required"
