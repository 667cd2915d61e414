"""Secrets are taken out by value, in every form they come back in."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from klingkit_contract.redaction import MASK, Redactor

SECRET = 'sk-"Zürich"/+1a2b3c4d5e6f'
REDACTOR = Redactor([SECRET, ""])


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        f"Bearer {SECRET}",
    ],
)
def test_a_secret_goes_in_every_spelling(form: str) -> None:
    assert REDACTOR.text(f"bad token {form}!").replace("Bearer ", "") == f"bad token {MASK}!"


@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "Bearer "])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_goes_wherever_it_stands_in_base64(before: str, encode) -> None:  # type: ignore[no-untyped-def]
    text = encode(f"{before}{SECRET} and more".encode()).decode()
    left = REDACTOR.text(text)
    assert MASK in left
    assert len(left) < len(text)


def test_the_query_of_an_address_goes() -> None:
    assert REDACTOR.text('{"url":"https://cdn.example/v.mp4?sign=abc&t=1"}') == (
        '{"url":"https://cdn.example/v.mp4?[query removed]"}'
    )


def test_credentials_and_cookies_go_whole() -> None:
    headers = (("Set-Cookie", "a=b"), ("authorization", "Bearer x"), ("x-note", f"for {SECRET}"), ("date", "today"))
    assert REDACTOR.headers(headers) == (
        ("Set-Cookie", MASK),
        ("authorization", MASK),
        ("x-note", f"for {MASK}"),
        ("date", "today"),
    )


def test_an_empty_or_tiny_secret_blots_nothing_out() -> None:
    assert Redactor(["", "ab"]).text("able to absorb") == "able to absorb"


def test_what_is_no_text_becomes_text() -> None:
    assert REDACTOR.text("a\ud800b").encode() == b"a?b"
