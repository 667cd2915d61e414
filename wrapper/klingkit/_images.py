"""Turns whatever a caller calls a picture into what the one spec takes: a public address, or bare Base64.

Files and bytes are looked at here. Small ones are coded at once; the others are coded while they are sent, and never
held as Base64.
"""

from __future__ import annotations

import base64
import binascii
import io
import os
import re
import stat
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from klingkit._errors import InvalidRequestError
from klingkit._media import picture_format
from klingkit._payload import Picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from klingkit._shapes import Limits

__all__ = ["encode_image"]

_MEGABYTE = 1024 * 1024
_DATA_URI = re.compile(r"data:[\w.+/-]*(?:;[\w=.-]+)*;base64,", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_LONGEST_PATH = 4096
_BEGINNING = 64
_STREAMED = 256 * 1024


def encode_image(image: object, argument: str, limits: Limits) -> str:
    """Return the picture as an address, as bare Base64, or as a `Picture` that is Base64 once it is sent.

    Args:
        image: a path (of a file that exists), bytes, a binary file object, an http(s) address, or Base64 text, whose
            ``data:`` prefix and line breaks are removed.
        argument: what the picture is for, such as ``image``; errors name it.
        limits: formats and bytes that are taken there; its pixels are another matter (`_pictures`).

    Raises:
        InvalidRequestError: it is none of these, cannot be read, is empty, too big, or of another format.
    """
    if isinstance(image, str):
        return _from_text(image, argument, limits)
    if isinstance(image, os.PathLike):
        return _from_file(os.fspath(image), argument, limits)
    if isinstance(image, bytes | bytearray | memoryview):
        return _from_bytes(bytes(image), argument, limits, "the bytes")
    if callable(getattr(image, "read", None)):
        return _from_stream(image, argument, limits)
    return _refuse(
        argument, f"cannot be a {type(image).__name__}; give a path, bytes, a binary file, an address or Base64."
    )


def _from_text(text: str, argument: str, limits: Limits) -> str:
    stripped = text.strip()
    if not stripped:
        _refuse(argument, "is an empty text; give a path, an http(s) address or Base64.")
    if re.match(r"https?:", stripped, re.IGNORECASE):
        return _address(stripped, argument)
    is_data = _DATA_URI.match(stripped)
    if is_data is None and len(text) <= _LONGEST_PATH and os.path.exists(text):
        return _from_file(text, argument, limits)
    bare = _BLANKS.sub("", stripped[is_data.end() :] if is_data else stripped)
    if not _BASE64.fullmatch(bare) or (is_data is None and len(bare) < 32):
        shown = stripped if len(stripped) <= 60 else stripped[:57] + "..."
        _refuse(argument, f"is {shown!r}: neither a file that exists, nor an http(s) address, nor Base64.")
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error as error:
        _refuse(argument, "looks like Base64 but is not: it is cut off or damaged.", error)
    _check(raw[:_BEGINNING], len(raw), argument, limits, "the Base64 text")
    return base64.b64encode(raw).decode("ascii")


def _address(text: str, argument: str) -> str:
    try:
        fine = bool(urlsplit(text).hostname)
    except ValueError:
        fine = False
    if not fine or not text.isprintable() or " " in text:
        _refuse(argument, "is not a whole http(s) address; the relay has to be able to fetch it.")
    return text


def _from_file(name: str | bytes, argument: str, limits: Limits) -> str:
    path, most = Path(os.fsdecode(name)), limits.megabytes * _MEGABYTE
    if path.is_dir():
        _refuse(argument, f"is the folder {path}; give a picture file.")
    try:
        with path.open("rb", buffering=0) as stream:
            regular = stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
            beginning = stream.read(_BEGINNING if regular else most + 1)
            size = os.fstat(stream.fileno()).st_size
            while not regular and len(beginning) <= most and (more := stream.read(most)):
                beginning += more  # a pipe: it can be read once
    except FileNotFoundError as error:
        _refuse(argument, f"is the file {path}, which does not exist.", error)
    except (OSError, ValueError) as error:
        _refuse(argument, f"is the file {path}, which cannot be read ({getattr(error, 'strerror', error)}).", error)
    what = f"the file {path}"
    if not regular:
        return _from_bytes(beginning, argument, limits, what)
    _check(beginning, size, argument, limits, what)
    return _coded(partial(open, path, "rb", buffering=0), size, argument, what)


def _from_bytes(raw: bytes, argument: str, limits: Limits, what: str) -> str:
    _check(raw[:_BEGINNING], len(raw), argument, limits, what)
    return _coded(partial(io.BytesIO, raw), len(raw), argument, what)


def _from_stream(stream: Any, argument: str, limits: Limits) -> str:
    try:
        start, size = _extent(stream)
        raw = stream.read(limits.megabytes * _MEGABYTE + 1 if size is None else _BEGINNING)
        if size is not None:
            stream.seek(start)
    except (OSError, ValueError) as error:
        _refuse(argument, f"is a file that cannot be read ({error}).", error)
    if not isinstance(raw, bytes | bytearray):
        _refuse(argument, "is a file opened as text; open it with mode 'rb'.")
    if not raw:
        _refuse(argument, "is a file with nothing left to read; open it anew, or seek(0) first.")
    if size is None:
        return _from_bytes(bytes(raw), argument, limits, "the file")
    _check(bytes(raw), size, argument, limits, "the file")
    return _coded(partial(_Again, stream, start), size, argument, "the file")


def _coded(open_source: Callable[[], Any], size: int, argument: str, what: str) -> str:
    picture = Picture(open_source, size)
    if size > _STREAMED:
        return picture
    try:
        return b"".join(picture.coded()).decode("ascii")
    except InvalidRequestError as error:
        _refuse(argument, f"is {what}, which cannot be read.", error)


def _extent(stream: Any) -> tuple[int, int | None]:
    """Return where a file object stands and how much follows; None for one that can be read once only."""
    if not callable(getattr(stream, "seekable", None)) or not stream.seekable() or isinstance(stream, io.TextIOBase):
        return 0, None
    start = stream.tell()
    end = stream.seek(0, io.SEEK_END)
    stream.seek(start)
    return start, max(0, end - start)


class _Again:
    """A file object of the caller's, read from where it stood; it is left open, and behind what was read."""

    def __init__(self, stream: Any, start: int) -> None:
        self.read = stream.read
        self._start = partial(stream.seek, start)

    def __enter__(self) -> _Again:
        try:
            self._start()
        except ValueError as error:
            raise OSError("the file was closed") from error
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _check(beginning: bytes, size: int, argument: str, limits: Limits, what: str) -> None:
    if not size or not beginning:
        _refuse(argument, f"is empty: {what} holds no picture.")
    if size > limits.megabytes * _MEGABYTE:
        most = f"{limits.megabytes} MB, the limit of Kling here"
        _refuse(argument, f"is too big: {what} holds more than {most}. Make it smaller.")
    if picture_format(beginning) not in limits.formats:
        _refuse(argument, f"is no picture Kling takes here: {what} is {_none_of(limits.formats)}.")


def _none_of(formats: tuple[str, ...]) -> str:
    return f"neither {formats[0]} nor {formats[1]}" if len(formats) == 2 else f"none of {', '.join(formats)}"


def _refuse(argument: str, problem: str, cause: Exception | None = None) -> NoReturn:
    raise InvalidRequestError(f"{argument} {problem}", argument=argument) from cause
