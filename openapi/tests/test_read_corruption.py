"""A damaged page never makes the reader fail in any way but its own, and never makes it hang."""

from __future__ import annotations

import html
import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from klingkit_spec.errors import PageError
from klingkit_spec.reader import Reading, read_page
from klingkit_spec.reader.output import to_json, to_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

GOLDENS = Path(__file__).parent / "goldens"
PAGES = sorted(GOLDENS.glob("*/page.txt"))
TRIES = 7


def _cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


def _without_middle(text: str, chance: random.Random) -> str:
    start, end = sorted(chance.sample(range(len(text)), 2))
    return text[:start] + text[end:]


def _doubled_lines(text: str, chance: random.Random) -> str:
    return "\n".join(line for line in text.split("\n") for _ in range(1 + (chance.random() < 0.15)))


def _shuffled_lines(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    start = chance.randrange(len(lines))
    window = lines[start : start + 12]
    chance.shuffle(window)
    return "\n".join([*lines[:start], *window, *lines[start + 12 :]])


def _dropped_lines(text: str, chance: random.Random) -> str:
    return "\n".join(line for line in text.split("\n") if chance.random() > 0.08)


def _changed_letters(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(8):
        letters[chance.randrange(len(letters))] = chance.choice("{}[]\"':-|>#&*!%\\\n\t 0\u3000：，")
    return "".join(letters)


def _mojibake_lines(text: str, chance: random.Random) -> str:
    return "\n".join(line.encode().decode("latin-1") if chance.random() < 0.3 else line for line in text.split("\n"))


DAMAGES = (
    *(_cut, _without_middle, _doubled_lines, _shuffled_lines, _dropped_lines, _changed_letters, _mojibake_lines),
)


def _names(value: Any, key: str = "") -> Iterator[str]:
    """Yield every name that a document gives to a field or a parameter."""
    if isinstance(value, list):
        for item in value:
            yield from _names(item)
    if not isinstance(value, dict) or key in {"example", "default", "examples"}:
        return
    for name, member in value.items():
        if key == "properties":
            yield str(name)
        yield from _names(member, "member" if key == "properties" else str(name))
    if isinstance(value.get("in"), str) and isinstance(value.get("name"), str):
        yield value["name"]


def _unwritten(document: dict[str, Any], page: str) -> list[str]:
    """Return the names that stand nowhere on the page."""
    shown = html.unescape(page).replace('\\"', '"')
    return sorted({name for name in _names(document) if name not in shown and json.dumps(name)[1:-1] not in shown})


def _read_or_refused(text: str) -> Reading | None:
    try:
        return read_page(text, name="page")
    except PageError as error:
        refusal = str(error)
    assert refusal.startswith("page")
    return None


def test_there_are_more_than_two_hundred_damaged_pages() -> None:
    assert len(PAGES) * TRIES > 200


def test_a_made_up_field_would_be_noticed() -> None:
    made_up = {"schema": {"properties": {"prompt": {}, "ghost": {}}}}
    assert _unwritten(made_up, "POST /v1/x\nprompt\nstring") == ["ghost"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_damaged_page_is_read_or_refused(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for number in range(TRIES):
        chance = random.Random(f"{page.parent.name} {number}")
        damaged = DAMAGES[number % len(DAMAGES)](text, chance)
        reading = _read_or_refused(damaged)
        if reading is None:
            continue
        lines = damaged.count("\n") + 1
        assert all(1 <= note.line <= lines for note in reading.notes)
        assert _unwritten(reading.document, damaged) == []
        assert to_yaml(reading.document)
        assert to_json(reading.document)


@pytest.mark.parametrize(
    "text",
    [
        "openapi: 3.1.0\npaths:\n" + "a:\n" * 400,
        "openapi: 3.1.0\npaths:\n" + "- " * 400 + "x\n",
        "openapi: 3.1.0\npaths:\n  x: " + "[" * 3000,
        '{"openapi": "3.1.0", "paths": ' + "[" * 100_000,
        '{"openapi": "3.1.0"' * 300,
        "curl https://relay.example/v1/x -d '" + "{" * 50_000,
        "POST\nhttps://relay.example/v1/x\nBody\na\nenum<string>\n枚举值:\n" + "12" * 300,
        "POST\nhttps://[relay.example/v1/x\nBody\na\nstring\n",
        "POST\nhttps://relay.example/v1/x\nBody\n" + "a\nobject {9}\n" * 500,
        '{"openapi": "3.1.0", "paths": {"/x": {"get": {"responses": ' + '{"a":' * 500 + "1" + "}" * 504,
        "openapi: 3.1.0\ninfo:\ntitle: " + "'" * 2000 + "\n" + "'\n" * 300,
        "请求示例" * 5000,
    ],
    ids=range(12),
)
def test_hostile_page_is_read_or_refused(text: str) -> None:
    reading = _read_or_refused(text)
    assert reading is None or to_yaml(reading.document)
