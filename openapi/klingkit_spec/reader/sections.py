"""Cut a rendered page into its parts: request tables, examples, cURL sample, answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader import curl
from klingkit_spec.reader.address import is_address, operation_at
from klingkit_spec.reader.fields import Field, take
from klingkit_spec.reader.json_text import BrokenJsonError, decode, first_value
from klingkit_spec.reader.labels import heading, is_furniture, is_status_word, status_line

if TYPE_CHECKING:
    from klingkit_spec.reader.notes import Notes
    from klingkit_spec.reader.page import Page

__all__ = ["Answer", "Part", "Sections", "cut"]

_MEDIA_TYPE = re.compile(r"[a-z]+/[\w.+-]+")
_BULLET = re.compile(r"(?:[-•*·◦▪]|\d+\.)\s")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


@dataclass
class Part:
    """One table or answer with its example."""

    where: str
    line: int
    media_type: str | None = None
    fields: list[Field] = field(default_factory=list)
    example: Any = None
    example_line: int = 0
    has_example: bool = False


@dataclass
class Answer(Part):
    """One documented answer."""

    status: str = "200"
    words: str = ""


@dataclass
class Sections:
    """Everything of a rendered page that means something."""

    title: str | None = None
    method: str | None = None
    address: str | None = None
    address_line: int = 0
    intro: list[str] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    curl: curl.Curl | None = None
    curl_line: int = 0


def cut(page: Page, notes: Notes) -> Sections:
    """Return the page's parts; navigation before the operation and after it is left out."""
    return _Cutter(page, notes).run()


class _Cutter:
    def __init__(self, page: Page, notes: Notes) -> None:
        self._page = page
        self._notes = notes
        self._lines = [_clean(line) for line in page.lines]
        self._found = Sections()
        self._part: Part | None = None
        self._mode = "intro"

    def run(self) -> Sections:
        index = self._opening()
        while index < len(self._lines):
            line = self._lines[index]
            if not line:
                index += 1
            elif is_furniture(line) or self._second_operation(index, line):
                break
            else:
                index = self._line(index, line)
        return self._found

    def _opening(self) -> int:
        """Find method and address; return the index of the first line behind them."""
        for index in range(len(self._lines)):
            pair = operation_at(self._lines, index)
            if pair is not None:
                self._found.method, self._found.address, self._found.address_line = pair
                self._found.title = self._title_before(index)
                return pair[2]
        opening = {"request", "body", "code"}
        start = next((at for at, line in enumerate(self._lines) if heading(line)[0] in opening), len(self._lines))
        sample = next((at for at, line in enumerate(self._lines) if curl.starts(line)), len(self._lines))
        if sample < start:  # text around a sample: its first line is the title, the rest introduces the sample
            self._found.title = next((line for line in self._lines[:sample] if self._is_title(line)), None)
            return sample
        self._found.title = self._title_before(start) if start < len(self._lines) else None
        return start

    def _second_operation(self, index: int, line: str) -> bool:
        pair = operation_at(self._lines, index)
        if pair is None or pair[:2] == (self._found.method, self._found.address):
            return False
        self._notes.warn(
            index + 1, f"a second operation starts here and was not read; save it as a page of its own: {line}"
        )
        return True

    def _title_before(self, index: int) -> str | None:
        for at in range(index - 1, -1, -1):
            line = self._lines[at]
            if _BULLET.match(line):
                return None
            if self._is_title(line):
                return line.lstrip("#").strip()
        return None

    def _is_title(self, line: str) -> bool:
        text = line.lstrip("#").strip()
        noise = not text or is_address(text) or is_status_word(text) or heading(text)[0] != "none"
        return not noise and not _BULLET.match(text)

    def _line(self, index: int, line: str) -> int:
        if curl.starts(line):
            return self._sample(index)
        if self._mode in {"fields", "example"}:
            row = take(self._lines, index, in_answer=isinstance(self._part, Answer))
            if row is not None:
                if self._part is None:  # a table right under the request's heading
                    self._part = self._found.parts.setdefault("body", Part("body", index + 1))
                self._part.fields.append(row[0])
                self._mode = "fields"
                return row[1]
        name, media = heading(line)
        if name != "none":
            self._open(name, media, index)
            return index + 1
        if line[0] in "{[" and self._mode in {"fields", "example", "code"}:
            return self._json(index)
        self._other(index, line)
        return index + 1

    def _open(self, name: str, media: str | None, index: int) -> None:
        if name == "response":
            self._mode, self._part = "response", None
        elif name == "code":
            self._mode = "code"
        elif name == "example":
            self._mode = "example" if self._part is not None else self._mode
        elif name == "request":
            self._mode, self._part = "fields", None
        elif isinstance(self._part, Answer) and name in {"body", "header"}:
            self._mode = "fields" if name == "body" else "code"
            self._part.media_type = media or self._part.media_type
        else:
            self._mode = "fields"
            self._part = self._found.parts.setdefault(name, Part(name, index + 1, media))

    def _other(self, index: int, line: str) -> None:
        """Take a line that is neither row, heading, JSON nor sample."""
        if self._mode == "intro":
            if not is_status_word(line) and not _BULLET.match(line):
                self._found.intro.append(line)
            return
        if self._mode == "response" or isinstance(self._part, Answer):
            status = status_line(line)
            if status is not None:
                self._part = Answer("response", index + 1, status=status[0], words=status[1])
                self._found.answers.append(self._part)
                self._mode = "fields"
                return
        if self._part is not None and _MEDIA_TYPE.fullmatch(line):
            self._part.media_type = line
            return
        if self._mode == "fields" and self._part is not None and not is_status_word(line):
            self._notes.warn(index + 1, f"this line of the {self._part.where} table was not understood: {line[:60]}")

    def _json(self, index: int) -> int:
        offset = self._page.start_of(index) + len(self._page.lines[index]) - len(self._page.lines[index].lstrip())
        try:
            value, end = first_value(self._page.text, offset)
        except BrokenJsonError:
            value, end = self._lenient(offset, index)
        part = self._part
        if part is not None and not part.has_example and value is not None and self._mode != "code":
            part.example, part.has_example, part.example_line = value, True, index + 1
        return max(self._page.line_at(max(end - 1, offset)), index + 1)

    def _lenient(self, offset: int, index: int) -> tuple[Any, int]:
        end = offset
        for at in range(index, min(index + 400, len(self._lines))):
            if at > index and (heading(self._lines[at])[0] != "none" or curl.starts(self._lines[at])):
                break
            end = self._page.start_of(at) + len(self._page.lines[at])
        try:
            value, _ = decode(self._page.text[offset:end])
        except BrokenJsonError as fault:
            line = self._page.line_at(offset + fault.offset)
            self._notes.warn(line, f"this example is no JSON ({fault.problem}); it was left out")
            return None, end
        self._notes.info(index + 1, "this example has comments or trailing commas; they were left out")
        return value, end

    def _sample(self, index: int) -> int:
        offset = self._page.start_of(index)
        command = curl.parse(
            self._page.text, offset + len(self._page.lines[index]) - len(self._page.lines[index].lstrip())
        )
        if self._found.curl is None and command.url:
            self._found.curl, self._found.curl_line = command, index + 1
        self._mode = "code"
        return max(self._page.line_at(max(command.end - 1, offset)), index + 1)


def _clean(line: str) -> str:
    return line.translate(_INVISIBLE).replace("\u00a0", " ").strip()
