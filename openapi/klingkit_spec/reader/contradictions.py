"""What a schema and its own words say differently about which fields are required."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.promises import request_schemas
from klingkit_spec.reader.schema_walk import inner_schemas

if TYPE_CHECKING:
    from klingkit_spec.reader.notes import Notes
    from klingkit_spec.reader.page import Locate

__all__ = ["report"]

_OPTIONAL = re.compile(
    r"^\s*(?:[(（\[【]?(?:选填|可选|非必填|非必须|非必需|optional)[)）\]】]?)(?=[\s。，,.;；:：]|$)", re.IGNORECASE
)
_REQUIRED = re.compile(r"^\s*(?:[(（\[【]?(?:必填|必选|必需|required)[)）\]】]?)(?=[\s。，,.;；:：]|$)", re.IGNORECASE)


def report(document: dict[str, Any], notes: Notes, locate: Locate) -> None:
    """Remark required fields that no row describes, and descriptions that open with the opposite of their mark."""
    for base, root in request_schemas(document):
        for pointer, schema in inner_schemas(base, root):
            properties = schema.get("properties")
            listed = schema.get("required")
            if not isinstance(properties, dict):
                continue
            required = {name for name in listed if isinstance(name, str)} if isinstance(listed, list) else set()
            composed = any(key in schema for key in ("allOf", "anyOf", "oneOf", "$ref"))
            for name in sorted(required - properties.keys()) if not composed else ():
                notes.info(locate((*pointer, "required")), f"'{name}' is required, and no such field is described")
            for name, member in properties.items():
                text = member.get("description") if isinstance(member, dict) else None
                here = (*pointer, "properties", name)
                if isinstance(text, str) and name in required and _OPTIONAL.match(text):
                    notes.info(
                        locate(here), f"'{name}' is marked required, its text calls it optional; the mark was kept"
                    )
                elif isinstance(text, str) and name not in required and _REQUIRED.match(text):
                    notes.info(
                        locate(here), f"the text of '{name}' calls it required, its mark does not; the mark was kept"
                    )
