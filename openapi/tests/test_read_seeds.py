"""The vendors' own pages and their re-worded forms under sources/ say the same: fields, types, limits, defaults.

The pages themselves are not part of the repository; where they lie beside it, they are compared.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

from klingkit_spec.reader import read_file
from klingkit_spec.source_marks import without_sources

OPENAPI = Path(__file__).parents[1]
SEEDS = OPENAPI.parents[1] / "shared" / "seeds"
FACTS = frozenset(
    {
        *("type", "enum", "required", "default", "format", "additionalProperties"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("minLength", "maxLength", "minItems", "maxItems"),
    }
)

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the vendors' original pages are not beside the repository")


def _pairs() -> list[tuple[str, str, str]]:
    entries = (
        (file.parent.name, entry)
        for file in sorted(OPENAPI.glob("sources/*/provenance.toml"))
        for entry in tomllib.loads(file.read_text(encoding="utf-8")).get("file", [])
    )
    return [
        (f"{relay}/{entry['name']}", entry["seed"], entry["seed_sha256"]) for relay, entry in entries if "seed" in entry
    ]


def _facts(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {key: value for key, value in schema.items() if key in FACTS}
    source = schema["x-source"]
    found["from"] = source["from"], {name: each["from"] for name, each in source.get("keywords", {}).items()}
    if "properties" in schema:
        found["properties"] = {name: _facts(member) for name, member in schema["properties"].items()}
    if "items" in schema:
        found["items"] = _facts(schema["items"])
    if "x-kling-rules" in schema:
        found["rules"] = [
            {key: value for key, value in rule.items() if key not in {"text", "x-source"}}
            for rule in schema["x-kling-rules"]
        ]
    return found


def _said(file: Path) -> dict[str, Any]:
    reading = read_file(file, sources=True)
    ((path, item),) = reading.document["paths"].items()
    ((method, operation),) = item.items()
    return {
        "shape": reading.shape,
        "complete": reading.complete,
        "operation": (path, method, operation.get("summary"), without_sources(operation.get("x-klingkit-auth"))),
        "parameters": [(each["name"], each["in"]) for each in operation.get("parameters", [])],
        "body": {kind: _facts(each["schema"]) for kind, each in operation["requestBody"]["content"].items()},
        "answers": {
            status: [_facts(each["schema"]) for each in answer.get("content", {}).values()]
            for status, answer in operation["responses"].items()
        },
        "servers": [server["url"] for server in reading.document["servers"]],
        "notes": [(note.level, note.message.partition(":")[0]) for note in reading.notes],
    }


@pytest.mark.parametrize(("page", "seed"), [pair[:2] for pair in _pairs() if not pair[0].endswith("claims.yaml")])
def test_original_page_and_its_reworded_form_say_the_same(page: str, seed: str) -> None:
    assert _said(OPENAPI / "sources" / page) == _said(SEEDS / seed)


@pytest.mark.parametrize(("page", "seed", "sha256"), _pairs())
def test_provenance_knows_the_original_page(page: str, seed: str, sha256: str) -> None:
    assert hashlib.sha256((SEEDS / seed).read_bytes()).hexdigest() == sha256, page


def test_every_original_page_has_a_reworded_form() -> None:
    assert {seed for _, seed, _ in _pairs()} == {file.name for file in SEEDS.glob("*.txt")}
