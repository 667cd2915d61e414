"""The cURL sample of a page: method, address, headers and body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from klingkit_spec.reader.words import words

__all__ = ["Curl", "parse", "starts"]

_START = re.compile(
    r"^\s*(?:\$\s*)?curl(?:\.exe)?\s+['\"-]|^\s*(?:\$\s*)?curl(?:\.exe)?\s+(?:https?://|\{\{|[\w-]+\.\w)"
)
_TAKES_VALUE = frozenset(
    words(
        "-X --request -H --header -d --data --data-raw --data-binary --data-ascii --data-urlencode -F"
        " --form --form-string -o --output -u --user -A --user-agent --url -m --max-time --connect-timeout"
    )
)
_DATA = {"-d", "--data", "--data-raw", "--data-binary", "--data-ascii"}
_HEADER = re.compile(r"[\w-]+", re.ASCII)
_LONGEST = 200_000


@dataclass
class Curl:
    """One parsed command; `end` is the offset behind it, `data_at` where its body starts."""

    url: str = ""
    method: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    data: str | None = None
    data_at: int = 0
    form: list[str] = field(default_factory=list)
    end: int = 0


def starts(line: str) -> bool:
    """Say whether a cURL command starts on this line."""
    return _START.match(line) is not None


def parse(text: str, at: int) -> Curl:
    """Parse the command that starts at offset `at`; it ends at the first unescaped line end outside quotes."""
    command = Curl()
    pieces, command.end = _pieces(text, at)
    option = ""
    for word, offset in pieces[1:]:
        if option:
            _apply(command, option, word, offset)
            option = ""
        elif word.startswith("-") and len(word) > 1:
            name, joined, value = word.partition("=")
            if joined and name in _TAKES_VALUE and name.startswith("--"):
                _apply(command, name, value, offset)
            elif word in _TAKES_VALUE:
                option = word
            elif word[:2] in {"-X", "-H", "-d"} and len(word) > 2:
                _apply(command, word[:2], word[2:], offset)
        elif not command.url:
            command.url = word
    if command.method is None:
        command.method = "POST" if command.data is not None or command.form else "GET"
    return command


def _apply(command: Curl, option: str, word: str, offset: int) -> None:
    if option in {"-X", "--request"}:
        command.method = word.upper()
    elif option in {"-H", "--header"}:
        name, colon, value = word.partition(":")
        if not colon:
            name = name.rstrip(";")  # `Name;` is cURL's way to send a header without a value
        if _HEADER.fullmatch(name.strip()):
            command.headers[name.strip()] = value.strip()
    elif option in _DATA and command.data is None:
        command.data, command.data_at = word, offset
    elif option in {"-F", "--form", "--form-string"}:
        command.form.append(word)
    elif option == "--url":
        command.url = word


def _pieces(text: str, at: int) -> tuple[list[tuple[str, int]], int]:
    """Split like a POSIX shell; each word comes with the offset of its first character."""
    pieces: list[tuple[str, int]] = []
    letters: list[str] = []
    start = -1
    end = min(len(text), at + _LONGEST)
    while at < end and text[at] != "\n":
        letter = text[at]
        breaks = letter.isspace() or text.startswith("\\\n", at)
        if breaks and start >= 0:
            pieces.append(("".join(letters), start))
            letters, start = [], -1
        if breaks:
            at += 1 if letter.isspace() else 2
            continue
        if start < 0:
            start = at + 1 if letter in "\"'" else at
        at = _piece(text, at, letters)
    if start >= 0:
        pieces.append(("".join(letters), start))
    return pieces, at


def _piece(text: str, at: int, letters: list[str]) -> int:
    """Take one letter, or one quoted piece, of a word; return the offset behind it."""
    quote = text[at]
    if quote == "\\":
        letters.append(text[at + 1 : at + 2])
        return at + 2
    closing = _closing(text, at) if quote in "\"'" else -1
    if closing < 0:  # a plain letter, or a quote that nothing closes
        letters.append(quote)
        return at + 1
    inside = text[at + 1 : closing]
    if quote == '"':
        inside = re.sub(r"\\([\"\\$`])|\\\n", r"\1", inside)
    letters.append(inside)
    return closing + 1


def _closing(text: str, at: int) -> int:
    quote = text[at]
    end = min(len(text), at + _LONGEST)
    if quote == "'":
        return text.find("'", at + 1, end)
    at += 1
    while at < end and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    return at if at < end else -1
