"""The pictures themselves, as planes of bytes: a drifting gradient, a moving box and a bar that shows the time.

Pure functions of a size, a seed and how far the video is; no drawing library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Canvas"]

# Chroma pairs (Cb, Cr) of colours that stay apart from each other and from grey.
_COLOURS = ((90, 200), (200, 90), (60, 110), (170, 190), (110, 60), (200, 140), (80, 160), (150, 70))
_BAR_LUMA, _BOX_LUMA, _MARK_LUMA = 235, 220, 16


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture in motion. `width` and `height` are even pixels; `marked` puts a watermark in the lower right."""

    width: int
    height: int
    seed: int
    marked: bool = False

    def planes(self, at: float) -> tuple[bytes, bytes, bytes]:
        """Return the planes Y, Cb, Cr of 4:2:0 video (limited range) at `at`, from 0 (start) to 1 (end)."""
        box = self._box(at)
        back, front = self._colours()
        half = tuple(side // 2 for side in box)
        return (
            self._luma(at, box),
            self._chroma(back[0], front[0], half),
            self._chroma(back[1], front[1], half),
        )

    def rgb_rows(self) -> Iterator[bytes]:
        """Yield the rows of a still, three bytes a pixel."""
        luma, blue, red = self.planes(0.37)
        half = self.width // 2
        shades = {colour: [_rgb(y, *colour) for y in range(256)] for colour in set(zip(blue, red, strict=True))}
        for row in range(self.height):
            start = row // 2 * half
            colours = zip(blue[start : start + half], red[start : start + half], strict=True)
            by_column = [shades[colour] for colour in colours for _ in range(2)]
            line = luma[row * self.width : (row + 1) * self.width]
            yield b"".join(shade[y] for shade, y in zip(by_column, line, strict=True))

    def _colours(self) -> tuple[tuple[int, int], tuple[int, int]]:
        back = self.seed % len(_COLOURS)
        front = (back + 1 + self.seed // len(_COLOURS) % (len(_COLOURS) - 1)) % len(_COLOURS)
        return _COLOURS[back], _COLOURS[front]

    def _box(self, at: float) -> tuple[int, int, int, int]:
        """Return left, top, width and height of the box; it goes once around an ellipse."""
        side = max(4, min(self.width, self.height) // 4 // 4 * 4)
        turn = 2 * math.pi * (at + self.seed % 16 / 16)
        left = (self.width - side) * (1 + math.cos(turn)) / 2
        top = (self.height - side) * (1 + math.sin(turn)) / 2
        return int(left) // 2 * 2, int(top) // 2 * 2, side, side

    def _luma(self, at: float, box: tuple[int, int, int, int]) -> bytes:
        left, top, wide, tall = box
        ramp = bytes(40 + abs(256 * n // self.width - 128) for n in range(self.width))
        ramp += ramp
        drift = int(at * self.width) % self.width
        filled = int(at * self.width)
        rows = []
        for row in range(self.height):
            start = (drift + row) % self.width
            line = ramp[start : start + self.width]
            if top <= row < top + tall:
                line = line[:left] + bytes([_BOX_LUMA]) * wide + line[left + wide :]
            if row >= self.height - 4:
                line = bytes([_BAR_LUMA]) * filled + line[filled:]
            rows.append(line)
        return self._with_mark(b"".join(rows))

    def _with_mark(self, plane: bytes) -> bytes:
        if not self.marked:
            return plane
        marked = bytearray(plane)
        wide, tall = self.width // 5, max(2, self.height // 12)
        for row in range(self.height - 6 - tall, self.height - 6):
            end = row * self.width + self.width - 6
            marked[end - wide : end] = bytes([_MARK_LUMA]) * wide
        return bytes(marked)

    def _chroma(self, back: int, front: int, half: tuple[int, ...]) -> bytes:
        left, top, wide, tall = half
        columns, rows = self.width // 2, self.height // 2
        plain = bytes([back]) * columns
        crossed = plain[:left] + bytes([front]) * wide + plain[left + wide :]
        return plain * top + crossed * tall + plain * (rows - top - tall)


def _rgb(luma: int, blue: int, red: int) -> bytes:
    """Return one pixel of limited-range BT.601 video as red, green, blue."""
    y, cb, cr = 1.164 * (luma - 16), blue - 128, red - 128
    pixel = (y + 1.596 * cr, y - 0.813 * cr - 0.392 * cb, y + 2.017 * cb)
    return bytes(min(255, max(0, round(value))) for value in pixel)
