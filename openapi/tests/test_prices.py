"""What the price table assumes of fields that are left out is what the one spec says."""

from __future__ import annotations

from typing import Any

import pytest

import klingkit_data

ASSUMED = klingkit_data.load("prices.toml")["assumed"]
SPEC = klingkit_data.load("resolved/kling.openapi.yaml")


def defaults(operation: str) -> dict[str, Any]:
    """Return the defaults of the request fields of a create."""
    found = next(
        call
        for item in SPEC["paths"].values()
        for call in item.values()
        if isinstance(call, dict) and call.get("operationId") == f"{operation}_create"
    )
    schemas = SPEC["components"]["schemas"]
    body = found["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    return {name: row.get("default") for name, row in schemas[body]["properties"].items()}


@pytest.mark.parametrize("operation", sorted(ASSUMED))
def test_what_is_assumed_is_the_default_of_the_spec(operation: str) -> None:
    known = defaults(operation)
    assert {name: known[name] for name in ASSUMED[operation]} == ASSUMED[operation]
