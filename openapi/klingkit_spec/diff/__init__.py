"""What changed between two OpenAPI documents, and whom it hurts.

`compare` is pure: two documents in, a list of rated `Change` out. `inputs` finds the documents (files, git revisions,
vendor pages), `render` writes the list.
"""

from __future__ import annotations

from klingkit_spec.diff.changes import Change, Rating
from klingkit_spec.diff.documents import compare

__all__ = ["Change", "Rating", "compare"]
