"""The three truths about a field in a few words each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klingkit_contract.findings import Field

__all__ = ["documented", "observed"]


def documented(field: Field) -> str:
    """Return what the documents say, such as ``string, always``."""
    if field.documented is None:
        return "no"
    return (" or ".join(field.documented) or "any type") + (", always" if field.required else "")


def observed(field: Field) -> str:
    """Return what came, such as ``string, 3 of 4``."""
    if not field.present:
        return f"0 of {field.answers:,}" if field.answers else "no"
    return f"{' or '.join(field.observed)}, {field.present:,} of {field.answers:,}"
