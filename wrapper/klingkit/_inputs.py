"""What callers may give where the spec takes a file, a time, or the id of what an earlier task made."""

from __future__ import annotations

import os
from datetime import datetime
from typing import BinaryIO

from klingkit._result import AsyncResult, Result
from klingkit._task import AsyncTask, Task

__all__ = ["AudioInput", "ImageInput", "Made", "Moment"]

ImageInput = str | bytes | os.PathLike[str] | BinaryIO
"""A picture: a path, the bytes, a binary file, an http(s) address, or Base64 (with or without ``data:`` prefix)."""

AudioInput = str | bytes | os.PathLike[str] | BinaryIO
"""A sound: a path, the bytes, a binary file, an http(s) address, or Base64 (with or without ``data:`` prefix)."""

Made = Task | AsyncTask | Result | AsyncResult
"""A task that has made a video or a sound, or its result, in place of the id of the first one."""

Moment = datetime | int | str
"""A time: a datetime (without a zone it is local time), or milliseconds since 1970 as the vendor counts them."""
