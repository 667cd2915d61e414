"""What a create asked for, read from any dialect's request into one shape."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from klingkit_emulator.makes import PICTURES
from klingkit_emulator.pictures import size_of_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Asked", "read_asked"]

FPS = 24
_LONGEST_SIDE = 320
_LARGEST_SIDE = 1280
_FAIL = re.compile(r"\[fail(?::([^\]]*))?\]", re.IGNORECASE)
_USUAL_REASON = "Failure to pass the risk control system"
_RATIO = re.compile(r"\s*(\d{1,4})\s*:\s*(\d{1,4})\s*")
# Objects of a request whose members count like its own.
_GROUPS = ("input", "settings", "options")
# Members that answers repeat, and the longest text that is kept for it.
_ECHOED = (
    "voice_name",
    "element_name",
    "element_description",
    "reference_type",
    "result_type",
    "session_id",
    "video_id",
    "video_url",
    "origin_task_id",
)
_LONGEST_ECHO = 500
# The widest and the tallest pictures Kling takes.
_WIDEST = 2.5


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be made. Seconds, pixels, frames per second; `reason` is why it will fail, or None.

    `kind` is a kind of `klingkit_emulator.makes`; `echo` are members of the request that answers repeat.
    """

    kind: str
    width: int
    height: int
    seed: int
    seconds: float = 0.0
    fps: int = FPS
    count: int = 1
    sound: bool = False
    watermark: bool | None = None
    reason: str | None = None
    echo: dict[str, str] = field(default_factory=dict)

    @classmethod
    def restore(cls, members: Mapping[str, Any]) -> Asked:
        """Return what `dataclasses.asdict` had written down."""
        return cls(**members)


def read_asked(kind: str, body: Mapping[str, Any], defaults: Mapping[str, Any], table: Mapping[str, Any]) -> Asked:
    """Read an accepted request body.

    Args:
        kind: what is to be made, a kind of `klingkit_emulator.makes`.
        body: the request as it was sent; the schema holds for it.
        defaults: what the schema takes for members that were left out.
        table: how the dialect words requests about this object (dialects.toml).
    """
    words = _official_words({**defaults, **body}, table)
    text = _text(words)
    width, height = _size(words)
    seconds, fps = _number(words, "duration", 5.0), _number(words, "fps", FPS)
    count = _number(words, "series_amount" if words.get("result_type") == "series" else "n", PICTURES.get(kind, 1))
    reason = _failure(text) or _impossible(kind, seconds, fps, count)
    watermark = words.get("watermark_info")
    return Asked(
        kind=kind,
        width=width,
        height=height,
        seed=_seed(words, text),
        seconds=seconds if kind != "image" and reason is None else 0.0,
        fps=int(fps) if reason is None else FPS,
        count=int(count) if kind in PICTURES and reason is None else 1,
        sound=words.get("sound") == "on" or words.get("audio") == "native",
        watermark=bool(watermark.get("enabled", False)) if isinstance(watermark, dict) else None,
        reason=reason,
        echo=_echo(words),
    )


def _official_words(body: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Undo what a dialect or a nested request does: members out of their containers, names back."""
    said = dict(body)
    rest = said.get(table["rest"]) if "rest" in table else None
    flat = {**rest, **said} if isinstance(rest, dict) else said
    for group in (said.get(name) for name in _GROUPS):
        flat = {**group, **flat} if isinstance(group, dict) else flat
    back = {theirs: ours for ours, theirs in table.get("rename", {}).items()}
    return {back.get(name, name): value for name, value in flat.items()}


def _text(words: Mapping[str, Any]) -> str:
    shots = words.get("multi_prompt")
    parts = [words.get("prompt"), words.get("text"), *(shot.get("prompt") for shot in _objects(shots))]
    parts += [content.get("text") for content in _objects(words.get("contents"))]
    return "\n".join(part for part in parts if isinstance(part, str))


def _echo(words: Mapping[str, Any]) -> dict[str, str]:
    said = {name: words.get(name) for name in _ECHOED}
    return {name: value[:_LONGEST_ECHO] for name, value in said.items() if isinstance(value, str) and value}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _failure(text: str) -> str | None:
    found = _FAIL.search(text)
    return ((found.group(1) or "").strip() or _USUAL_REASON) if found else None


def _impossible(kind: str, seconds: float, fps: float, count: float) -> str | None:
    """Loose documents let anything through; like a real relay, accept the task then and fail it."""
    if kind != "image" and not 0.1 <= seconds <= 60:
        return f"duration value '{seconds:g}' is invalid"
    if not 1 <= fps <= 60 or fps != int(fps):
        return f"fps value '{fps:g}' is invalid"
    if kind in PICTURES and not (1 <= count <= 9 and count == int(count)):
        return f"n value '{count:g}' is invalid"
    return None


def _seed(words: Mapping[str, Any], text: str) -> int:
    given = words.get("seed")
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**63:
        return given
    return int.from_bytes(sha256(text.encode(errors="replace")).digest()[:4], "big")


def _number(words: Mapping[str, Any], name: str, usual: float) -> float:
    value = words.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return usual
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return math.inf
    return math.inf if math.isnan(number) else number


def _size(words: Mapping[str, Any]) -> tuple[int, int]:
    """Return the size in even pixels: as asked in pixels, else of the asked ratio, else of the picture's, else 16:9."""
    width, height = _number(words, "width", 0), _number(words, "height", 0)
    if 16 <= width <= 8192 and 16 <= height <= 8192:
        return _scaled(width, height, min(_LARGEST_SIDE, max(width, height)))
    ratio = words.get("aspect_ratio")
    if isinstance(ratio, str) and (said := _RATIO.fullmatch(ratio)) and int(said[1]) and int(said[2]):
        return _exact(int(said[1]), int(said[2]))
    if picture := _picture_size(words):
        return _exact(*picture)
    return _exact(16, 9)


def _picture_size(words: Mapping[str, Any]) -> tuple[int, int] | None:
    for name in ("image", "image_tail"):
        if isinstance(value := words.get(name), str) and (size := size_of_text(value)):
            return size
    return None


def _exact(width: int, height: int) -> tuple[int, int]:
    """Return about the usual size in exactly this ratio, where even numbers allow it."""
    common = math.gcd(width, height)
    factor = _LONGEST_SIDE * common // max(width, height) // 2 * 2
    if factor and 1 / _WIDEST <= width / height <= _WIDEST:
        return width // common * factor, height // common * factor
    return _scaled(width, height, _LONGEST_SIDE)


def _scaled(width: float, height: float, longest: float) -> tuple[int, int]:
    ratio = min(_WIDEST, max(1 / _WIDEST, width / height))
    wide, tall = (longest, longest / ratio) if ratio >= 1 else (longest * ratio, longest)
    return max(16, round(wide / 2) * 2), max(16, round(tall / 2) * 2)
