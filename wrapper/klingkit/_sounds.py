"""Turns whatever a caller calls a sound into what the one spec takes: a public address, or bare Base64."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from klingkit._errors import InvalidRequestError
from klingkit._media import container

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["MAX_SOUND_BYTES", "encode_sound"]

MAX_SOUND_BYTES = 5 * 1024 * 1024
"""Kling takes sounds of at most 5 MB."""

_DATA_URI = re.compile(r"data:[\w.+/-]*(?:;[\w=.-]+)*;base64,", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_LONGEST_PATH = 4096


def encode_sound(sound: object, argument: str) -> str:
    """Return the sound as an address or as bare Base64.

    Args:
        sound: a path (of a file that exists), bytes, a binary file object, an http(s) address, or Base64 text, whose
            ``data:`` prefix and line breaks are removed. mp3, wav, m4a or aac, at most 5 MB.
        argument: what the sound is for, such as ``sound_file``; errors name it.

    Raises:
        InvalidRequestError: it is none of these, cannot be read, is empty, too big, or no sound.
    """
    if isinstance(sound, str):
        return _from_text(sound, argument)
    if isinstance(sound, os.PathLike):
        return _from_file(os.fspath(sound), argument)
    if isinstance(sound, bytes | bytearray | memoryview):
        return _coded(bytes(sound), argument)
    read = getattr(sound, "read", None)
    if not callable(read):
        _refuse(
            argument, f"cannot be a {type(sound).__name__}; give a path, bytes, a binary file, an address or Base64."
        )
    try:
        raw = read(MAX_SOUND_BYTES + 1)
    except (OSError, ValueError) as error:
        _refuse(argument, f"is a file that cannot be read ({error}).", error)
    if not isinstance(raw, bytes | bytearray):
        _refuse(argument, "is a file opened as text; open it with mode 'rb'.")
    return _coded(bytes(raw), argument)


def _from_text(text: str, argument: str) -> str:
    stripped = text.strip()
    if re.match(r"https?://\S+$", stripped, re.IGNORECASE):
        return stripped
    is_data = _DATA_URI.match(stripped)
    if is_data is None and len(text) <= _LONGEST_PATH and os.path.exists(text):
        return _from_file(text, argument)
    bare = _BLANKS.sub("", stripped[is_data.end() :] if is_data else stripped)
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        shown = stripped if len(stripped) <= 60 else stripped[:57] + "..."
        _refuse(argument, f"is {shown!r}: neither a file that exists, nor an http(s) address, nor Base64.", error)
    return _coded(raw, argument)


def _from_file(name: str | bytes, argument: str) -> str:
    path = Path(os.fsdecode(name))
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_SOUND_BYTES + 1)
    except IsADirectoryError as error:
        _refuse(argument, f"is the folder {path}; give a sound file.", error)
    except FileNotFoundError as error:
        _refuse(argument, f"is the file {path}, which does not exist.", error)
    except (OSError, ValueError) as error:
        _refuse(argument, f"is the file {path}, which cannot be read ({getattr(error, 'strerror', error)}).", error)
    return _coded(raw, argument)


def _coded(raw: bytes, argument: str) -> str:
    if not raw:
        _refuse(argument, "is empty: it holds no sound.")
    if len(raw) > MAX_SOUND_BYTES:
        _refuse(argument, "is too big: Kling takes sounds of at most 5 MB. Shorten it.")
    kind = container(raw[:16])
    if kind is None or kind[0] == "image":
        _refuse(argument, "is no sound Kling takes: give mp3, wav, m4a or aac.")
    return base64.b64encode(raw).decode("ascii")


def _refuse(argument: str, problem: str, cause: Exception | None = None) -> NoReturn:
    raise InvalidRequestError(f"{argument} {problem}", argument=argument) from cause
