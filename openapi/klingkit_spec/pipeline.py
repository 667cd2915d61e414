"""The whole way: sources, extracted, fixes, merge, overlays, resolved. Pure but for reading its inputs.

`build` returns every output as text; `outputs` writes them, or tells what differs.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit_spec import consistency, fixes, lint, overlay, yamlio
from klingkit_spec.dialect import base_name, dialect_for
from klingkit_spec.errors import SpecError
from klingkit_spec.lint_sources import EnumSources
from klingkit_spec.merge import OFFICIAL, Merged, RelayInput, merge
from klingkit_spec.offers import put_offers
from klingkit_spec.pointer import MISSING, lookup, split
from klingkit_spec.relay_document import Evidence, cut, move, operations, prune, stamp
from klingkit_spec.report import Report, render
from klingkit_spec.requests import requests_table
from klingkit_spec.source_marks import without_sources
from klingkit_spec.sources import Extraction, addresses, extract
from klingkit_spec.surface import surface
from klingkit_spec.verdicts import Verdicts

if TYPE_CHECKING:
    from pathlib import Path

    from klingkit_spec.fixes import Fix
    from klingkit_spec.overlay import Applied

__all__ = ["Build", "BuildError", "Inputs", "Registry", "build", "check_effect", "evidence_of", "extract_all"]

ONE_SPEC = "kling"
_READ_AT = "externalDocs"
_HEADER = "Written by `klingkit spec build`. Do not edit: change an input (see README.md) and run the command again."

Registry = Mapping[str, Mapping[str, Any]]


class BuildError(SpecError):
    """Inputs that do not fit together."""


@dataclass
class Build:
    """Everything the build came to; `outputs` maps paths below the openapi folder to their text."""

    outputs: dict[str, str] = field(default_factory=dict)
    merged: Merged | None = None
    fixes: list[Fix] = field(default_factory=list)
    relays: int = 0
    operations: int = 0
    conflicts: int = 0


def build(root: Path) -> Build:
    """Build every output from the inputs below `root`, the openapi folder of a clone; nothing is written.

    Raises:
        SpecError: an input is missing or malformed, or the inputs do not fit together; the text says what to do.
    """
    inputs = Inputs(root)
    result = Build(relays=len(inputs.registry))
    extractions = extract_all(inputs, result)
    corrected = _fix(inputs, extractions, result)
    given = {
        relay: RelayInput(document, inputs.registry[relay], extractions[relay].claims, extractions[relay].unseen)
        for relay, document in corrected.items()
    }
    merged = merge(given, inputs.dialects, inputs.verdicts)
    enums = _enum_sources(inputs, corrected)
    lint.lint(merged.spec, shown="resolved/kling.openapi.yaml", enums=enums)
    result.merged = merged
    result.operations = sum(1 for _ in operations(merged.spec))
    result.conflicts = len(merged.conflicts)
    result.outputs["resolved/kling.openapi.yaml"] = yamlio.dump_yaml(merged.spec, header=_HEADER)
    documents = {relay: _resolve(inputs, relay, merged, given[relay], result, enums) for relay in inputs.registry}
    claims = {relay: extraction.claims for relay, extraction in extractions.items()}
    table = surface(merged.spec, documents, inputs.registry, inputs.dialects, claims)
    result.outputs["resolved/surface.json"] = yamlio.dump_json(table)
    whole = copy.deepcopy(merged.spec)
    put_offers(whole, merged.spec)
    for name, document in {**documents, ONE_SPEC: whole}.items():
        result.outputs[f"resolved/requests/{name}.json"] = requests_table(document)
    notes = {relay: extraction.notes for relay, extraction in extractions.items()}
    report = Report(inputs.registry, merged, documents, result.fixes, notes, claims)
    result.outputs["resolved/report.md"] = render(report)
    return result


class Inputs:
    """The tables that stand beside the sources.

    Raises:
        SpecError: one is missing or malformed, or a folder belongs to no relay.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.registry: Registry = self._table("relays.toml", "relay")
        if OFFICIAL not in self.registry:
            raise BuildError(f"relays.toml lists no relay {OFFICIAL!r}; add it.")
        # the official document first, whatever the order of the registry
        self.registry = {OFFICIAL: self.registry[OFFICIAL], **self.registry}
        self.dialects = yamlio.load_toml(root / "dialects.toml", shown="dialects.toml")
        for relay, entry in self.registry.items():
            for key in ("title", "base_url", "path_prefix", "dialect"):
                if not isinstance(entry.get(key), str):
                    raise BuildError(f"relays.toml does not give {relay} a {key}; add it as a text.")
            if entry["dialect"] not in self.dialects.get("dialect", {}):
                raise BuildError(f"relays.toml gives {relay} the dialect {entry['dialect']!r}; dialects.toml lacks it.")
        tables = yamlio.load_toml(root / "verdicts.toml", shown="verdicts.toml")
        self.verdicts = Verdicts(tables, shown="verdicts.toml", relays=self.registry)
        for folder in ("sources", "fixes"):
            self._no_strangers(folder, {relay: relay for relay in self.registry})
        self._no_strangers("overlays", {f"{relay}.overlay.yaml": relay for relay in self.registry})

    def _table(self, name: str, key: str) -> Any:
        tables = yamlio.load_toml(self.root / name, shown=name)
        if not isinstance(tables.get(key), dict):
            raise BuildError(f"{name} has no [{key}.<id>] table; add one.")
        return tables[key]

    def _no_strangers(self, folder: str, known: Mapping[str, str]) -> None:
        home = self.root / folder
        for found in sorted(home.iterdir()) if home.is_dir() else ():
            if found.name not in known and not found.name.startswith("."):
                raise BuildError(
                    f"{folder}/{found.name} belongs to no relay of relays.toml; rename it or add the relay."
                )


def extract_all(inputs: Inputs, result: Build) -> dict[str, Extraction]:
    """Read the pages of every relay, the official document first, and put what they say into the outputs.

    Raises:
        SpecError: a page cannot be read, or pages do not fit together.
    """
    sources = inputs.root / "sources"
    official = extract(sources, OFFICIAL, inputs.registry[OFFICIAL], {})
    ids = {(path, method): node.get("operationId", "") for path, method, node in operations(official.document)}
    extractions = {OFFICIAL: official}
    for relay, entry in inputs.registry.items():
        if relay != OFFICIAL:
            extractions[relay] = extract(sources, relay, entry, ids)
    for relay, extraction in extractions.items():
        text = yamlio.dump_yaml(extraction.document, header=_HEADER)
        result.outputs[f"extracted/{relay}.openapi.yaml"] = text
    return extractions


def _fix(inputs: Inputs, extractions: Mapping[str, Extraction], result: Build) -> dict[str, dict[str, Any]]:
    corrected: dict[str, dict[str, Any]] = {}
    for relay, extraction in extractions.items():
        own = fixes.load(inputs.root / "fixes", relay)
        corrected[relay] = fixes.apply(without_sources(extraction.document), own)
        shown = f"extracted/{relay}.openapi.yaml with its fixes"
        if relay == OFFICIAL:  # everything below leans on it
            lint.lint(corrected[relay], shown=shown)
        else:
            lint.require_openapi(corrected[relay], shown=shown)
        result.fixes.extend(own)
    return corrected


def _enum_sources(inputs: Inputs, corrected: Mapping[str, dict[str, Any]]) -> EnumSources:
    """Return what documents, overlays and verdicts know of values."""
    files = sorted((inputs.root / "overlays").glob("*.overlay.yaml"))
    overlays = [yamlio.load_yaml(file, shown=f"overlays/{file.name}") for file in files]
    others = [document for relay, document in corrected.items() if relay != OFFICIAL]
    return EnumSources(corrected[OFFICIAL], [*others, *overlays, inputs.verdicts.tables])


def _resolve(
    inputs: Inputs, relay: str, merged: Merged, given: RelayInput, result: Build, enums: EnumSources
) -> dict[str, Any]:
    evidence = evidence_of(inputs, relay, merged, given)
    document = cut(merged.spec, evidence)
    for operation in evidence:
        elsewhere = dialect_for(inputs.dialects, given.entry["dialect"], operation).query_path
        if elsewhere and operation.endswith("_get"):
            move(document, operation, elsewhere)
    log: list[Applied] = []
    file = inputs.root / "overlays" / f"{relay}.overlay.yaml"
    shown = f"overlays/{file.name}"
    if file.is_file():
        document, log = overlay.apply(document, yamlio.load_yaml(file, shown=shown), shown=shown)
    stamp(document, given.entry)
    if relay != OFFICIAL:
        pages = addresses(inputs.root / "sources", relay, given.document, given.entry)
        for path, method, node in operations(document):
            node.pop(_READ_AT, None)
            if (path, method) in pages:
                node[_READ_AT] = {"url": pages[path, method]}
    put_offers(document, merged.spec, inputs.dialects, given.entry["dialect"])
    prune(document)
    check_effect(document, log, shown)
    output = f"resolved/relays/{relay}.openapi.yaml"
    consistency.check(relay, document, merged.expected[relay], overlay=shown)
    lint.lint(document, shown=output, enums=enums, of_relay=relay != OFFICIAL)
    result.outputs[output] = yamlio.dump_yaml(document, header=_HEADER)
    return document


def check_effect(document: dict[str, Any], log: list[Applied], shown: str) -> None:
    """Refuse an update of something that no operation of the relay uses: it would look like a promise."""
    for applied in log:
        if applied.kind == "update" and all(lookup(document, split(place)) is MISSING for place in applied.pointers):
            raise overlay.OverlayError(
                f"{shown}, actions[{applied.index}]: no operation of this relay uses {applied.target}; delete it."
            )


def evidence_of(inputs: Inputs, relay: str, merged: Merged, given: RelayInput) -> dict[str, Evidence]:
    """Return the operations of `relay` and how we know of each.

    Beside what its pages document or name: the get of every create, since a relay that takes a task must tell how it
    goes (claimed where the pages name one query for all, else assumed), and the list of every documented create, where
    the relay speaks Kling's format.
    """
    claimed = {claim.operation for claim in given.claims if claim.operation}
    unseen = {operation for operation, said in merged.expected[relay].items() if said.page in given.unseen}
    documented = merged.expected[relay].keys() - unseen
    claimed |= unseen
    dialect = given.entry["dialect"]
    get: Evidence = "claimed" if any(claim.shared for claim in given.claims) else "assumed"
    known: dict[str, Evidence] = {}
    for operation in (node["operationId"] for _, _, node in operations(merged.spec)):
        kind, create = operation.rpartition("_")[2], f"{base_name(operation)}_create"
        if operation in documented:
            known[operation] = "documented"
        elif operation in claimed:
            known[operation] = "claimed"
        elif kind == "get" and create in documented | claimed:
            known[operation] = get
        elif kind == "list" and create in documented and dialect_for(inputs.dialects, dialect, operation).lists:
            known[operation] = "assumed"
    return known
