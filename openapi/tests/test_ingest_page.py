"""What a page must not bring along: signed links, and the navigation around its text."""

from __future__ import annotations

import pytest

from klingkit_spec.ingest_page import noise, signed_links, stripped


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("token=abc123", "token"),
        ("a=1&X-Amz-Signature=abc", "X-Amz-Signature"),
        ("OSSAccessKeyId=abc&Expires=1", "OSSAccessKeyId"),
        ("Expires=1&amp;Signature=abc%3D", "Signature"),
        ("cacheKey=abc", "cacheKey"),
        ("x=1&pkey=abc", "pkey"),
        ("q-sign-algorithm=sha1&q-signature=abc", "q-signature"),
        ("a=1\\u0026access_token=abc", "access_token"),
        ("auth_key=170-0-0-abc", "auth_key"),
    ],
)
def test_a_link_that_carries_access_is_found_and_stripped(query: str, parameter: str) -> None:
    page = f'first\n{{"image": "https://cdn.example.com/a.png?{query}", "n": 1}}\n'

    (link,) = signed_links(page)

    assert (link.line, link.address, link.parameter) == (2, "https://cdn.example.com/a.png", parameter)
    assert stripped(page) == 'first\n{"image": "https://cdn.example.com/a.png", "n": 1}\n'


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/a.png",
        "https://example.com/v1/videos?pageNum=1&pageSize=30",
        "https://example.com/v1/videos?token={{TOKEN}}&key=1",
        "https://example.com/v1/videos?token=YOUR_TOKEN",
        "https://example.com/v1/videos?access_token=<token>",
        "the signature is sent as token=abc123 in the body",
        "https://example.com/design?designer=abc123",
    ],
)
def test_other_links_and_placeholders_are_left_alone(text: str) -> None:
    assert signed_links(text) == []
    assert stripped(text) == text


def test_a_link_in_chinese_prose_ends_at_its_punctuation() -> None:
    page = "例如（https://cdn.example.com/a.png?sign=abc）。其他"

    assert stripped(page) == "例如（https://cdn.example.com/a.png）。其他"


def test_escaped_slashes_and_several_links_on_a_line() -> None:
    page = r'["https:\/\/a.example.com\/x?sig=1a", "https://b.example.com/y?p=1", "https://c.example.com/z?sig=2b"]'

    assert [link.parameter for link in signed_links(page)] == ["sig", "sig"]
    assert stripped(page) == r'["https:\/\/a.example.com\/x", "https://b.example.com/y?p=1", "https://c.example.com/z"]'


def test_lines_of_the_site_are_noise_and_lines_of_the_documentation_are_not() -> None:
    page = "下一页\nprompt\nNext\n  Copy   page \n<nav class='x'>\nThe next field is required.\n登录后可用\n<div>\n"

    assert [(each.line, each.text) for each in noise(page)] == [
        (1, "下一页"),
        (3, "Next"),
        (4, "Copy page"),
        (5, "<nav>"),
    ]
