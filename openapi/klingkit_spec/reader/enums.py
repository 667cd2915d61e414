"""Lists of allowed values: written into prose, or printed with nothing between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Split", "from_prose", "split", "typed"]

_WORDS = words(
    "std pro 4k on off true false auto 1k 2k 480p 720p 1080p 540p url b64_json customize intelligence"
    " simple down_back forward_up right_turn_forward left_turn_forward subject face feature base"
    " reference first_frame end_frame submitted processing succeed failed queued in_progress completed"
    " yes no mp4 mp3 wav gif webm jpg jpeg png"
)
_RATIOS = words("16:9 9:16 1:1 4:3 3:4 3:2 2:3 21:9 9:21 4:5 5:4 2:1 1:2")
_MODEL = re.compile(r"kling(?:-(?:(?!kling)[a-z0-9.])+)+(?=kling|$)")
_WHOLE_MODEL = re.compile(r"kling(?:-[a-z0-9.]+)+$")
_NUMBER = re.compile(r"(?:0|[1-9]\d{0,2})")
_MOST_CANDIDATES = 40
_LONGEST_RUN = 400

_LABEL = re.compile(
    r"(?:枚举值|枚举|可选值|可选项|可取值|取值|允许值|支持的值|[Ee]num(?:eration)?(?: values?)?|[Aa]llowed values?"
    r"|[Pp]ossible values?|[Oo]ne of)\s*(?:[:：]|为(?!空)|是(?!否)|有)\s*[\[【(（{]?\s*"
)
_TOKEN = re.compile(r"""[`'"“”‘’]*(\d+:\d+|[A-Za-z0-9][A-Za-z0-9_.\-]*)[`'"“”‘’]*(?:[ \t]*[(（][^)）\n]*[)）])?""")
_SEPARATOR = re.compile(r"\s*[,，、|;；/]\s*|\s*(?:或者?|和|以及)\s*|\s+or\s+")
_BLANKS = re.compile(r"[ \t\u3000]+|\n")


@dataclass(frozen=True)
class Split:
    """The values of a run-together list, or the candidates when it reads in several ways."""

    values: tuple[str, ...] | None
    candidates: tuple[tuple[str, ...], ...] = ()


def typed(text: str, type_name: str | None) -> Any:
    """Return `text` as a value of the JSON type, or the text itself where it is none."""
    text = text.strip()
    if type_name == "integer" and re.fullmatch(r"[-+]?\d{1,18}", text):
        return int(text)
    if type_name == "number" and re.fullmatch(r"[-+]?\d{1,18}", text):
        return int(text)
    if type_name == "number" and re.fullmatch(r"[-+]?\d*\.\d+", text):
        return float(text)
    if type_name == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    return text


def from_prose(text: str) -> list[str]:
    """Return the values listed after a label such as ``枚举值:``, or an empty list."""
    for label in _LABEL.finditer(text):
        values = _listed(text, label.end())
        if values:
            return values
    return []


def _listed(text: str, at: int) -> list[str]:
    values: list[str] = []
    while True:
        match = _TOKEN.match(text, at)
        if match is None:
            break
        if text[match.end() : match.end() + 1] in {"~", "～", "至", "到"}:
            return []
        values.append(match[1].rstrip(".-"))
        separator = _SEPARATOR.match(text, match.end())
        if separator is not None:
            at = separator.end()
            continue
        blanks = _BLANKS.match(text, match.end())
        following = _TOKEN.match(text, blanks.end()) if blanks else None
        if blanks is None or following is None or not (_known(values[-1]) and _known(following[1])):
            break
        at = blanks.end()
    return list(dict.fromkeys(values))


def _known(word: str) -> bool:
    return word in _WORDS or word in _RATIOS or bool(_WHOLE_MODEL.match(word)) or bool(re.fullmatch(r"\d{1,4}", word))


def split(text: str, *, default: str | None = None, seen: Sequence[str] = ()) -> Split:
    """Split a list printed without separators; `default` and the `seen` values must be whole members.

    One reading is returned as the values; several (or none that holds) as candidates, for the caller to report.
    """
    text = text.strip()
    separated = [part for part in re.split(r"\s*[,，、|;；/]\s*|\s+", text) if part]
    if len(separated) > 1:
        return Split(tuple(separated))
    anchors = [value for value in (default, *seen) if value]
    if len(text) > _LONGEST_RUN:
        return Split(None)
    readings = [reading for reading in _readings(text) if _holds(reading, anchors)]
    if len(readings) == 1:
        return Split(readings[0])
    if readings:
        return Split(None, tuple(readings[:6]))
    if text in anchors or _WHOLE_MODEL.match(text):
        return Split((text,))
    even = _even(text, anchors)
    if even is not None:
        return Split(even)
    around = _around(text, anchors)
    return Split(None, ((text,), *((around,) if around else ())))


def _readings(text: str) -> list[tuple[str, ...]]:
    """Return the ways to cut `text` into known words, ratios, model names and small numbers, best first."""
    dead: set[int] = set()
    found: list[tuple[str, ...]] = []

    def walk(at: int, taken: tuple[str, ...]) -> bool:
        if len(found) >= _MOST_CANDIDATES:
            return True
        if at == len(text):
            found.append(taken)
            return True
        if at in dead:
            return False
        reached = False
        for token in _tokens_at(text, at):
            reached = walk(at + len(token), (*taken, token)) or reached
        if not reached:
            dead.add(at)
        return reached

    walk(0, ())
    return found


def _tokens_at(text: str, at: int) -> Iterator[str]:
    for word in (*_WORDS, *_RATIOS):
        if text.startswith(word, at):
            yield word
    model = _MODEL.match(text, at)
    if model is not None:
        yield model[0]
    number = _NUMBER.match(text, at)
    if number is not None:
        for length in range(1, len(number[0]) + 1):
            yield number[0][:length]


def _holds(reading: tuple[str, ...], anchors: Sequence[str]) -> bool:
    if len(set(reading)) != len(reading) or any(anchor not in reading for anchor in anchors):
        return False
    numbers = [int(value) for value in reading if value.isdigit()]
    if numbers and len(numbers) != len(reading):
        return False  # a lone digit between words is a piece of a word
    return numbers == sorted(numbers)


def _even(text: str, anchors: Sequence[str]) -> tuple[str, ...] | None:
    """Cut into pieces as long as the anchor, when that puts every anchor on a boundary and all look alike."""
    for anchor in anchors:
        size = len(anchor)
        if size < 2 or len(text) % size or len(text) == size:
            continue
        pieces = tuple(text[at : at + size] for at in range(0, len(text), size))
        alike = all(_outline(piece) == _outline(anchor) for piece in pieces)
        if alike and len(set(pieces)) == len(pieces) and all(other in pieces for other in anchors):
            return pieces
    return None


def _outline(word: str) -> str:
    return re.sub(r"[a-z]", "a", re.sub(r"[A-Z]", "A", re.sub(r"\d", "0", word)))


def _around(text: str, anchors: Sequence[str]) -> tuple[str, ...] | None:
    for anchor in anchors:
        before, found, after = text.partition(anchor)
        if found and before + after:
            return tuple(part for part in (before, anchor, after) if part)
    return None
