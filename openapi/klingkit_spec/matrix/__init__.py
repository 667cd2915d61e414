"""Who offers what, and how: operation by relay and field by relay, with the line of the page behind each difference.

`model` builds the matrix from the resolved documents, `sources` finds the lines where a clone has the pages; `table`
and `page` show it.
"""

from __future__ import annotations

from klingkit_spec.matrix.model import Matrix, build

__all__ = ["Matrix", "build"]
