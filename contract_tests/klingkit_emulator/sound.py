"""Sounds and subtitles that go with the pictures: a tone as WAV or MP3, and a line of text for every second."""

from __future__ import annotations

import math
import wave
from array import array
from fractions import Fraction
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import OutputContainer

__all__ = ["SAMPLE_RATE", "encode", "tone", "write_mp3", "write_subtitles", "write_wav"]

SAMPLE_RATE = 44100
_MP3_SAMPLES = 1152
_CHUNK = 1024
_LOUDNESS = 0.2
_ASS_HEAD = (
    "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def tone(seed: int, samples: int, chunk: int = _CHUNK) -> Iterator[array[float]]:
    """Yield a sine in chunks; a whole number of hertz, so that one second of it can be looped."""
    hertz = 220 + abs(seed) % 440
    turn = 2 * math.pi * hertz / SAMPLE_RATE
    second = array("f", (_LOUDNESS * math.sin(turn * n) for n in range(SAMPLE_RATE)))
    loop = second + second[:chunk]
    for start in range(0, samples, chunk):
        begin = start % SAMPLE_RATE
        yield loop[begin : begin + min(chunk, samples - start)]


def encode(container: OutputContainer, stream: AudioStream, blocks: Iterable[array[float]]) -> None:
    """Write `blocks` of mono samples, from -1 to 1, to `stream` of `container`, and end the stream."""
    sent = 0
    for samples in blocks:
        frame = av.AudioFrame(format="fltp", layout="mono", samples=len(samples))
        data = samples.tobytes()
        frame.planes[0].update(data + bytes(frame.planes[0].buffer_size - len(data)))
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, sent, Fraction(1, SAMPLE_RATE)
        sent += len(samples)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def write_wav(path: Path, seed: int, seconds: float) -> None:
    """Write `seconds` of the tone of `seed` as 16-bit PCM, mono."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        for samples in tone(seed, round(seconds * SAMPLE_RATE)):
            file.writeframes(array("h", (int(value * 32767) for value in samples)).tobytes())


def write_mp3(path: Path, seed: int, seconds: float) -> None:
    """Write `seconds` of the tone of `seed` as MP3, mono."""
    with av.open(str(path), "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=SAMPLE_RATE)
        stream.layout = "mono"
        encode(container, stream, tone(seed, round(seconds * SAMPLE_RATE), _MP3_SAMPLES))


def write_subtitles(path: Path, kind: str, seconds: float) -> None:
    """Write one line for each second, as ``srt`` or ``ass``."""
    lines = range(max(1, round(seconds)))
    if kind == "srt":
        text = "\n".join(f"{n + 1}\n{_clock(n, ',000')} --> {_clock(n + 1, ',000')}\nSecond {n + 1}\n" for n in lines)
    else:
        text = _ASS_HEAD + "".join(
            f"Dialogue: 0,{_clock(n, '.00')[1:]},{_clock(n + 1, '.00')[1:]},Default,,0,0,0,,Second {n + 1}\n"
            for n in lines
        )
    path.write_text(text, encoding="utf-8")


def _clock(second: int, fraction: str) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{fraction}"
