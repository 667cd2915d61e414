"""Read a vendor page, whatever shape it has, into OpenAPI 3.1.

One module per shape (`apifox_yaml`, `unindented`, `embedded_json`, `rendered`); `html_page` and `typography` turn a
page into one of these first; `reading` ties them together. Pure: `read_page` takes text and returns a value.
"""

from __future__ import annotations

from klingkit_spec.reader.notes import Note
from klingkit_spec.reader.reading import Reading, read_file, read_page

__all__ = ["Note", "Reading", "read_file", "read_page"]
