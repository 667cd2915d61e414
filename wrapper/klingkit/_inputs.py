"""What callers may give where the spec takes a file or a time."""

from __future__ import annotations

import os
from datetime import datetime
from typing import BinaryIO

__all__ = ["AudioInput", "ImageInput", "Moment"]

ImageInput = str | bytes | os.PathLike[str] | BinaryIO
"""A picture: a path, the bytes, a binary file, an http(s) address, or Base64 (with or without ``data:`` prefix)."""

AudioInput = str | bytes | os.PathLike[str] | BinaryIO
"""A sound: a path, the bytes, a binary file, an http(s) address, or Base64 (with or without ``data:`` prefix)."""

Moment = datetime | int | str
"""A time: a datetime (without a zone it is local time), or milliseconds since 1970 as the vendor counts them."""
