"""Writes the client's typed methods from the one spec: ``klingkit spec client``.

`table` reads the little that people decide (methods.toml), `plan` what the spec says, `annotations` turns schemas into
Python types, `wording` descriptions into docstrings, `places` finds where pictures and sounds stand, and `modules`
writes it all down.
"""

from __future__ import annotations
