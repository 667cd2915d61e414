"""What kind of file some bytes begin. Pure."""

from __future__ import annotations

__all__ = ["ENOUGH_BYTES", "container", "picture_format"]

ENOUGH_BYTES = 16
"""How many bytes `container` wants to see, if the file has as many."""

_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"})
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B "})
_PICTURE_BRANDS = {b"avif": ".avif", b"avis": ".avif", b"heic": ".heic", b"heix": ".heic", b"mif1": ".heic"}


def container(beginning: bytes) -> tuple[str, str] | None:
    """Return the kind (``video``, ``image``, ``audio``, ``text``) and the file ending of what begins so, else None."""
    if beginning.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image", ".png"
    if beginning.startswith(b"\xff\xd8\xff"):
        return "image", ".jpg"
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WEBP":
        return "image", ".webp"
    if beginning.startswith((b"GIF87a", b"GIF89a")):
        return "image", ".gif"
    if beginning.startswith(b"\x1aE\xdf\xa3"):
        return "video", ".webm"
    if beginning[4:8] in _BOXES:
        brand = beginning[8:12]
        if brand in _PICTURE_BRANDS:
            return "image", _PICTURE_BRANDS[brand]
        if brand in _SOUND_BRANDS:
            return "audio", ".m4a"
        return "video", ".mov" if brand == b"qt  " else ".mp4"
    return _sound(beginning) or _subtitles(beginning)


def picture_format(beginning: bytes) -> str:
    """Return which format of a picture begins so, such as ``jpg``; empty for what is none."""
    found = container(beginning)
    return found[1].removeprefix(".") if found is not None and found[0] == "image" else ""


def _subtitles(beginning: bytes) -> tuple[str, str] | None:
    text = beginning.removeprefix(b"\xef\xbb\xbf")
    if text.startswith(b"[Script Info"):
        return "text", ".ass"
    number, _, rest = text.replace(b"\r\n", b"\n").partition(b"\n")
    return ("text", ".srt") if number.isdigit() and rest[:1].isdigit() else None


def _sound(beginning: bytes) -> tuple[str, str] | None:
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WAVE":
        return "audio", ".wav"
    if beginning.startswith(b"OggS"):
        return "audio", ".ogg"
    if beginning.startswith(b"fLaC"):
        return "audio", ".flac"
    if beginning.startswith(b"ID3"):
        return "audio", ".mp3"
    if len(beginning) > 1 and beginning[0] == 0xFF and beginning[1] & 0xE0 == 0xE0:
        # A frame of MPEG audio; the two bits of the layer are 0 in a frame of AAC.
        return "audio", ".aac" if beginning[1] & 0x06 == 0 else ".mp3"
    return None
