"""Cut a rendered page into its parts: request tables, examples, cURL sample, answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader import curl
from klingkit_spec.reader.address import Address, base_url, is_address, operation_at
from klingkit_spec.reader.fields import Field, take
from klingkit_spec.reader.json_text import BrokenJsonError, decode, first_value
from klingkit_spec.reader.labels import heading, is_status_word, status_line
from klingkit_spec.reader.operations_found import Segment, is_bullet, segments
from klingkit_spec.reader.tables import Table, table_at

if TYPE_CHECKING:
    from klingkit_spec.reader.notes import Notes
    from klingkit_spec.reader.page import Page

__all__ = ["Answer", "Part", "Sections", "cut"]

_MEDIA_TYPE = re.compile(r"[a-z]+/[\w.+-]+")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_IGNORED = re.compile(r"```|-{3,}$|Array\s*(?:\[|\(\))$|[\]\[]$|AUTHORIZATIONS\s*:", re.IGNORECASE)
_SCHEMES = re.compile(r"AUTHORIZATIONS\s*:", re.IGNORECASE)
_BEFORE_SAMPLE = frozenset(
    {
        "```json",
        "```json5",
        "```jsonc",
        "```",
        "json",
        "application/json",
        "copy",
        "payload",
        "copyexpand allcollapse all",
    }
)
_WORDS_MEDIA = re.compile(r"(?P<words>.*?)\s*[-–·]?\s*(?P<media>[a-z]+/[\w.+-]+)")
_SENDS_BODY = {"POST", "PUT", "PATCH", None}
_ERROR = "default"


@dataclass
class Part:
    """One table or answer with its example."""

    where: str
    line: int
    media_type: str | None = None
    fields: list[Field] = field(default_factory=list)
    example: Any = None
    example_line: int = 0
    example_at: int = 0
    """Offset of the example's first character in the page's text."""
    has_example: bool = False


@dataclass
class Answer(Part):
    """One documented answer."""

    status: str = "200"
    words: str = ""


@dataclass
class Sections:
    """Everything of a rendered page's operation that means something."""

    title: str | None = None
    method: str | None = None
    address: str | None = None
    address_line: int = 0
    server: str | None = None
    intro: list[str] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    curl: curl.Curl | None = None
    curl_line: int = 0

    def is_bare(self) -> bool:
        """Say whether nothing but method and address is known."""
        return not (self.intro or self.parts or self.answers or self.curl)


def cut(page: Page, notes: Notes) -> list[Sections]:
    """Return the parts of every operation; navigation before the first and footers are left out."""
    lines = [_clean(line) for line in page.lines]
    found, server = segments(lines)
    seen: list[str] = []  # grows from operation to operation, so that none reads into the next one's lines
    operations = []
    for segment in found:
        seen.extend(lines[len(seen) : segment.end])
        operations.append(_Cutter(page, notes, seen, segment, server).run())
    return operations


class _Cutter:
    def __init__(self, page: Page, notes: Notes, lines: list[str], segment: Segment, server: str | None) -> None:
        self._page = page
        self._notes = notes
        self._lines = lines
        self._at = segment.opening
        self._found = Sections(segment.title, segment.method, segment.address, segment.address_line, server)
        self._part: Part | None = None
        self._mode = "intro"

    def run(self) -> Sections:
        index = self._at
        while index < len(self._lines):
            line = self._lines[index]
            index = self._line(index, line) if line else index + 1
        return self._found

    def _line(self, index: int, line: str) -> int:
        if curl.starts(line):
            return self._sample(index)
        table = table_at(self._page.lines, index, self._notes) if _may_be_table(self._page.lines[index]) else None
        if table is not None:
            self._table(table, index)
            return table.end
        if self._mode in {"fields", "example", "response"}:
            row = take(self._lines, index, in_answer=isinstance(self._part, Answer) or self._mode == "response")
            if row is not None:
                if self._mode == "response":
                    self._part = self._answer(index)
                if self._part is None:  # a table right under the request's heading
                    self._part = self._found.parts.setdefault("body", Part("body", index + 1))
                self._part.fields.append(row[0])
                self._mode = "fields"
                return row[1]
        name, extra = heading(line)
        if name != "none":
            self._open(name, extra, index)
            return index + 1
        if line[0] in "{[" and self._mode != "intro":
            return self._json(index)
        self._other(index, line)
        return index + 1

    def _table(self, table: Table, index: int) -> None:
        answering = self._mode == "response" or isinstance(self._part, Answer)
        for status, text, line in table.statuses:
            self._found.answers.append(Answer("response", line, status=status[:3], words=text))
        known = {row.name: row for part in [*self._found.parts.values(), *self._found.answers] for row in part.fields}
        for name, value, line in table.values:
            if name in known:
                known[name].enum_lines.append(value)
                known[name].enum_line = known[name].enum_line or line
        if not table.rows:
            return
        if answering:
            answer = self._answer(index)
            answer.fields.extend(row for row, _ in table.rows)
            self._mode, self._part = "fields", answer
            return
        here = self._part.where if self._part is not None else None
        for row, place in table.rows:
            where = place or here or self._usual_place(row.name)
            part = self._found.parts.setdefault(where, Part(where, row.line))
            part.fields.append(row)
            self._part = part
        self._mode = "fields"

    def _usual_place(self, name: str) -> str:
        if name in Address.parse(self._found.address or "").placeholders():
            return "path"
        if name.lower() in {"authorization", "content-type"}:
            return "header"
        return "body" if self._found.method in _SENDS_BODY else "query"

    def _answer(self, index: int, status: str = "200", words: str = "") -> Answer:
        if isinstance(self._part, Answer):
            return self._part
        known = next((answer for answer in self._found.answers if answer.status == status), None)
        if known is None:
            known = Answer("response", index + 1, status=status, words=words)
            self._found.answers.append(known)
        return known

    def _open(self, name: str, extra: str | None, index: int) -> None:
        if name == "response":
            kept = self._part if isinstance(self._part, Answer) and self._part.status == "200" else None
            self._mode, self._part = "response", None
            if extra is not None:
                self._part = kept or self._answer(index)
                self._part.media_type = extra
                self._mode = "fields"
        elif name == "error":
            self._part = None
            self._part = self._answer(index, extra or _ERROR, "")
            self._mode = "fields"
        elif name == "code":
            self._mode = "code"
            if isinstance(self._part, Answer):
                self._part = None
        elif name == "enums":
            self._mode = "code" if self._mode == "intro" else self._mode
        elif name == "example":
            self._mode = "example" if self._part is not None else self._mode
        elif name == "request":
            self._mode, self._part = "fields", None
        elif isinstance(self._part, Answer) and name in {"body", "header"}:
            self._mode = "fields" if name == "body" else "code"
            self._part.media_type = extra or self._part.media_type
        else:
            self._mode = "fields"
            self._part = self._found.parts.setdefault(name, Part(name, index + 1, extra))

    def _other(self, index: int, line: str) -> None:
        """Take a line that is neither row, heading, JSON nor sample."""
        if _IGNORED.match(line) or base_url(line) is not None or _SCHEMES.match(self._above(index)):
            return
        if self._mode == "intro":
            if not is_status_word(line) and not is_bullet(line) and not line.startswith("#"):
                self._found.intro.append(line)
            return
        if self._is_address(index, line):
            return
        if self._mode == "response" or isinstance(self._part, Answer):
            status = status_line(line.lstrip("#> ").replace("**", ""))
            if status is not None:
                self._status(index, *status)
                return
            if isinstance(self._part, Answer) and self._part.words in {"", line} and not self._part.fields:
                self._part.words = "" if _MEDIA_TYPE.fullmatch(line) else line
                self._part.media_type = line if _MEDIA_TYPE.fullmatch(line) else self._part.media_type
                return
        if self._part is not None and _MEDIA_TYPE.fullmatch(line):
            self._part.media_type = line
            return
        if self._mode == "fields" and self._part is not None and not is_status_word(line) and not line.startswith("#"):
            self._notes.warn(index + 1, f"this line of the {self._part.where} table was not understood: {line[:60]}")

    def _is_address(self, index: int, line: str) -> bool:
        """Say whether the line is the operation's own method or address, printed behind its tables or once more."""
        return operation_at(self._lines, index) is not None or is_address(line)

    def _status(self, index: int, status: str, words: str) -> None:
        printed = _WORDS_MEDIA.fullmatch(words)
        words = printed["words"] if printed else words
        known = next((each for each in self._found.answers if each.status == status and not each.fields), None)
        if known is None:
            known = Answer("response", index + 1, status=status)
            self._found.answers.append(known)
        known.words = known.words or words
        known.media_type = printed["media"] if printed else known.media_type
        self._part, self._mode = known, "fields"

    def _json(self, index: int) -> int:
        offset = self._page.start_of(index) + len(self._page.lines[index]) - len(self._page.lines[index].lstrip())
        try:
            value, end = first_value(self._page.text, offset)
        except BrokenJsonError:
            value, end = self._lenient(offset, index)
        part = self._example_home(index, value)
        if part is not None and not part.has_example and value is not None:
            part.example, part.has_example, part.example_line, part.example_at = value, True, index + 1, offset
        return max(self._page.line_at(max(end - 1, offset)), index + 1)

    def _example_home(self, index: int, value: Any) -> Part | None:
        """Return the part an example belongs to: the one it stands in, or the one its heading names."""
        if self._mode == "response":
            return self._answer(index)
        if self._mode != "code":
            return self._part
        sends = self._found.method in _SENDS_BODY and isinstance(value, dict)
        status = status_line(self._above(index))
        if status is not None and not status[1]:  # an answer shown beside the samples
            self._part = None
            return self._answer(index, status[0])
        if not sends or isinstance(self._part, Answer) or not self._fenced(index):
            return None
        return self._found.parts.setdefault("body", Part("body", index + 1))

    def _fenced(self, index: int) -> bool:
        """Say whether the line opens a sample that is marked as JSON."""
        return self._above(index).lower() in _BEFORE_SAMPLE

    def _above(self, index: int) -> str:
        return next((self._lines[at] for at in range(index - 1, -1, -1) if self._lines[at]), "")

    def _lenient(self, offset: int, index: int) -> tuple[Any, int]:
        end = offset
        for at in range(index, min(index + 400, len(self._lines))):
            line = self._lines[at]
            if at > index and line and (heading(line)[0] != "none" or curl.starts(line) or line.startswith("```")):
                break
            end = self._page.start_of(at) + len(self._page.lines[at])
        try:
            value, _ = decode(self._page.text[offset:end])
        except BrokenJsonError as fault:
            line_number = self._page.line_at(offset + fault.offset)
            self._notes.warn(line_number, f"this example is no JSON ({fault.problem}); it was left out")
            return None, end
        self._notes.info(
            index + 1,
            "this example is no strict JSON (comments, commas, quotes or bare names); it was read all the same",
        )
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


def _may_be_table(line: str) -> bool:
    return "|" in line or "\t" in line.strip()


def _clean(line: str) -> str:
    return line.translate(_INVISIBLE).replace("\u00a0", " ").strip()
