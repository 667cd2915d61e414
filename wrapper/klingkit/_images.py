"""Turns whatever a caller calls a picture into what the one spec takes: a public address, or bare Base64."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from klingkit._errors import InvalidRequestError

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["MAX_IMAGE_BYTES", "encode_image"]

MAX_IMAGE_BYTES = 10 * 1024 * 1024
"""Kling takes pictures of at most 10 MB."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_DATA_URI = re.compile(r"data:[\w.+/-]*(?:;[\w=.-]+)*;base64,", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LONGEST_PATH = 4096


def encode_image(image: object, argument: str) -> str:
    """Return the picture as an address or as bare Base64.

    Args:
        image: a path (of a file that exists), bytes, a binary file object, an http(s) address, or Base64 text, whose
            ``data:`` prefix and line breaks are removed. jpg or png, at most 10 MB.
        argument: what the picture is for, such as ``image``; errors name it.

    Raises:
        InvalidRequestError: it is none of these, cannot be read, is empty, too big, or neither jpg nor png.
    """
    if isinstance(image, str):
        return _from_text(image, argument)
    if isinstance(image, os.PathLike):
        return _from_file(os.fspath(image), argument)
    if isinstance(image, bytes | bytearray | memoryview):
        return _coded(bytes(image), argument, "the bytes")
    if callable(getattr(image, "read", None)):
        return _from_stream(image, argument)
    return _refuse(
        argument, f"cannot be a {type(image).__name__}; give a path, bytes, a binary file, an address or Base64."
    )


def _from_text(text: str, argument: str) -> str:
    stripped = text.strip()
    if not stripped:
        _refuse(argument, "is an empty text; give a path, an http(s) address or Base64.")
    if re.match(r"https?:", stripped, re.IGNORECASE):
        return _address(stripped, argument)
    is_data = _DATA_URI.match(stripped)
    if is_data is None and len(text) <= _LONGEST_PATH and os.path.exists(text):
        return _from_file(text, argument)
    bare = _BLANKS.sub("", stripped[is_data.end() :] if is_data else stripped)
    if not _BASE64.fullmatch(bare) or (is_data is None and len(bare) < 32):
        shown = stripped if len(stripped) <= 60 else stripped[:57] + "..."
        _refuse(argument, f"is {shown!r}: neither a file that exists, nor an http(s) address, nor Base64.")
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error as error:
        _refuse(argument, "looks like Base64 but is not: it is cut off or damaged.", error)
    return _coded(raw, argument, "the Base64 text")


def _address(text: str, argument: str) -> str:
    try:
        fine = bool(urlsplit(text).hostname)
    except ValueError:
        fine = False
    if not fine or not text.isprintable() or " " in text:
        _refuse(argument, "is not a whole http(s) address; the relay has to be able to fetch it.")
    return text


def _from_file(name: str | bytes, argument: str) -> str:
    path = Path(os.fsdecode(name))
    if path.is_dir():
        _refuse(argument, f"is the folder {path}; give a picture file.")
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_IMAGE_BYTES + 1)
    except FileNotFoundError as error:
        _refuse(argument, f"is the file {path}, which does not exist.", error)
    except (OSError, ValueError) as error:
        _refuse(argument, f"is the file {path}, which cannot be read ({getattr(error, 'strerror', error)}).", error)
    return _coded(raw, argument, f"the file {path}")


def _from_stream(stream: object, argument: str) -> str:
    try:
        raw = stream.read(MAX_IMAGE_BYTES + 1)  # type: ignore[attr-defined]
    except (OSError, ValueError) as error:
        _refuse(argument, f"is a file that cannot be read ({error}).", error)
    if not isinstance(raw, bytes | bytearray):
        _refuse(argument, "is a file opened as text; open it with mode 'rb'.")
    if not raw:
        _refuse(argument, "is a file with nothing left to read; open it anew, or seek(0) first.")
    return _coded(bytes(raw), argument, "the file")


def _coded(raw: bytes, argument: str, what: str) -> str:
    if not raw:
        _refuse(argument, f"is empty: {what} holds no picture.")
    if len(raw) > MAX_IMAGE_BYTES:
        _refuse(argument, f"is too big: {what} holds more than 10 MB, the limit of Kling. Make it smaller.")
    if not raw.startswith((_PNG, _JPEG)):
        _refuse(argument, f"is no picture Kling takes: {what} is neither jpg nor png.")
    return base64.b64encode(raw).decode("ascii")


def _refuse(argument: str, problem: str, cause: Exception | None = None) -> NoReturn:
    raise InvalidRequestError(f"{argument} {problem}", argument=argument) from cause
