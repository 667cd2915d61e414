"""Real files: H.264 in MP4 and MP3 with PyAV, PNG, WAV and texts with the standard library.

Called in a thread; blocks while it works.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING

import av

from klingkit_emulator.painting import Canvas
from klingkit_emulator.sound import SAMPLE_RATE, encode, tone, write_mp3, write_subtitles, write_wav

if TYPE_CHECKING:
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.video.stream import VideoStream

__all__ = ["File", "still", "write"]

_LOOK = 1  # raise it when the same File is to look different: it is a part of the key
# File name ending and Content-Type by kind.
_TYPES = {
    "video": ("mp4", "video/mp4"),
    "image": ("png", "image/png"),
    "mp3": ("mp3", "audio/mpeg"),
    "wav": ("wav", "audio/wav"),
    "srt": ("srt", "application/x-subrip"),
    "ass": ("ass", "text/x-ssa"),
    "json": ("json", "application/json"),
}


@dataclass(frozen=True, slots=True)
class File:
    """One file to be made: everything its bytes depend on. `seconds` and `fps` are 0 for a picture.

    `kind` is ``video``, ``image``, ``mp3``, ``wav``, ``srt``, ``ass`` or ``json`` (masks of a tracked video).
    """

    kind: str
    width: int
    height: int
    seed: int
    seconds: float
    fps: int
    sound: bool
    marked: bool

    @property
    def key(self) -> str:
        """A name for the content: equal files have equal keys."""
        return sha256(f"{_LOOK} {self!r}".encode()).hexdigest()[:32]

    @property
    def media_type(self) -> str:
        """The file's Content-Type."""
        return _TYPES[self.kind][1]

    @property
    def ending(self) -> str:
        """What the file's name ends with, without the dot."""
        return _TYPES[self.kind][0]

    @property
    def frames(self) -> int:
        """How many frames a video of this length has."""
        return max(1, round(self.seconds * self.fps))


def write(file: File, path: Path) -> None:
    """Make `file` at `path`, which is written whole."""
    canvas = Canvas(file.width, file.height, abs(file.seed), file.marked)
    if file.kind == "image":
        path.write_bytes(_png(canvas))
    elif file.kind == "mp3":
        write_mp3(path, file.seed, file.seconds)
    elif file.kind == "wav":
        write_wav(path, file.seed, file.seconds)
    elif file.kind in {"srt", "ass"}:
        write_subtitles(path, file.kind, file.seconds)
    elif file.kind == "json":
        path.write_text(json.dumps({"size": [file.height, file.width], "frames": []}), encoding="utf-8")
    else:
        _write_video(file, canvas, path)


def still(width: int, height: int, seed: int) -> bytes:
    """Return a picture of that size in pixels as PNG."""
    return _png(Canvas(width, height, abs(seed)))


def _write_video(file: File, canvas: Canvas, path: Path) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        picture = container.add_stream("libx264", rate=file.fps)
        picture.width, picture.height, picture.pix_fmt = file.width, file.height, "yuv420p"
        # No B-frames: presentation starts at zero and ends with the last frame, so the length is exact.
        picture.options = {"preset": "veryfast", "crf": "26", "bf": "0"}
        picture.codec_context.thread_count = 1  # the same bytes on every machine
        tone = _tone_stream(container) if file.sound else None
        _encode_pictures(container, picture, file, canvas)
        if tone is not None:
            _encode_tone(container, tone, file)


def _encode_pictures(container: av.container.OutputContainer, stream: VideoStream, file: File, canvas: Canvas) -> None:
    for number in range(file.frames):
        frame = av.VideoFrame(file.width, file.height, "yuv420p")
        for plane, data in zip(frame.planes, canvas.planes(number / file.frames), strict=True):
            plane.update(_padded(data, plane.width, plane.line_size))
        frame.pts, frame.time_base = number, Fraction(1, file.fps)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _padded(data: bytes, width: int, line_size: int) -> bytes:
    if width == line_size:
        return data
    gap = bytes(line_size - width)
    return b"".join(data[start : start + width] + gap for start in range(0, len(data), width))


def _tone_stream(container: av.container.OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=SAMPLE_RATE)
    stream.layout = "mono"
    return stream


def _encode_tone(container: av.container.OutputContainer, stream: AudioStream, file: File) -> None:
    encode(container, stream, tone(file.seed, round(file.frames * SAMPLE_RATE / file.fps)))


def _png(canvas: Canvas) -> bytes:
    head = struct.pack(">IIBBBBB", canvas.width, canvas.height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + row for row in canvas.rgb_rows()), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
