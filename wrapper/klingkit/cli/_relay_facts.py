"""What is known of a relay, as data: for the commands that show it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit._credentials import find_credential
from klingkit._dialect import wording_of
from klingkit._errors import ConfigurationError
from klingkit._registry import registered, root_url
from klingkit._settings import read_settings
from klingkit._surface import METHODS, offers
from klingkit.cli._options import dashed
from klingkit.cli._parameters import spec_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._registry import Relay

__all__ = ["all_relays", "key_source", "relay_facts", "relay_summary"]

_VERBS = ("create", "get", "list")


def all_relays() -> list[Relay]:
    """Return the relays of the registry and then the user's own.

    Raises:
        ConfigurationError: the configuration file is broken.
    """
    return [*registered().values(), *read_settings(os.environ).relays.values()]


def key_source(relay: Relay, environ: Mapping[str, str]) -> str | None:
    """Return the variable or variables the key of `relay` is found in; None when there is none, or it is no key."""
    try:
        return find_credential(relay, environ).source
    except ConfigurationError:
        return None


def relay_summary(relay: Relay, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return what the overview shows of `relay`."""
    return {
        "id": relay.id,
        "title": relay.title,
        "base_url": root_url(relay, None) if relay.base_url else None,
        "dialect": relay.dialect,
        "operations": [dashed(METHODS[name]) for name in offers(relay.documents_of) if name in METHODS],
        "key_variable": relay.key_variable,
        "key_found_in": key_source(relay, environ),
        "reviewed": relay.reviewed or None,
    }


def relay_facts(relay: Relay, environ: Mapping[str, str]) -> dict[str, Any]:
    """Return everything that is known of `relay`: what it offers, and how that differs from the one spec."""
    rows = klingkit_data.load("resolved/surface.json")["relays"].get(relay.documents_of, {})
    dialect = klingkit_data.load("dialects.toml")["dialect"][relay.dialect]
    claims = {row["path"] or row["title"] for row in rows.get("claims", ()) if row["operation"] is None}
    return {
        **relay_summary(relay, environ),
        "docs": relay.docs or None,
        "like": relay.documents_of if relay.documents_of != relay.id else None,
        "dialect_title": dialect["title"],
        "operations": {
            dashed(method): _operation(relay, name, rows.get("operations", {})) for name, method in METHODS.items()
        },
        "claims_without_documents": sorted(claims),
    }


def _operation(relay: Relay, name: str, rows: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what `relay` offers of an operation; None when nothing."""
    create = rows.get(f"{name}_create")
    if create is None:
        return None
    fields: Mapping[str, Any] = create.get("fields", {})
    spec = spec_fields(name)
    own = offers(relay.documents_of)[name].fill_in
    return {
        "evidence": {verb: rows.get(f"{name}_{verb}", {}).get("evidence") for verb in _VERBS},
        "takes": sorted(fields),
        "requires": sorted(field for field, row in fields.items() if row.get("required")),
        "filled_in": dict(sorted(own.items())),
        "differs": _differences(relay, name, fields),
        "lacks": [field for field in spec if field not in fields and field not in _carried(relay, name)],
        "beyond_the_spec": sorted(field for field in fields if field not in spec),
    }


def _differences(relay: Relay, name: str, fields: Mapping[str, Any]) -> list[str]:
    """Return, in words, what is said differently than in the one spec."""
    wording = wording_of(relay.dialect, name)
    inside = sorted(
        field
        for field in {*fields, *_carried(relay, name)}
        if wording.rest and wording.rename.get(field, field) not in wording.top_level
    )
    return [
        *(f"{ours} is called {theirs}" for ours, theirs in sorted(wording.rename.items())),
        *(f"{field} is a number" for field in sorted(wording.numbers)),
        *(f"{field} is a list of its {member} values" for field, member in sorted(wording.unwrap.items())),
        *(f"the header {header} repeats {field}" for header, field in sorted(wording.headers.items())),
        *([f"what is not documented at top level travels in {wording.rest}"] if wording.rest else []),
        *([f"inside {wording.rest}: {', '.join(inside)}"] if inside else []),
        *(
            [f"drops {', '.join(sorted(set(spec_fields(name)) - wording.forwards))} on the way"]
            if wording.forwards
            else []
        ),
        *(f"drops {field}=0 on the way" for field in sorted(wording.zeros_lost)),
        *(f"{field}={value} is sent when left out" for field, value in sorted(wording.explicit.items())),
    ]


def _carried(relay: Relay, name: str) -> set[str]:
    """Return the fields that reach Kling inside another one, though no document lists them at top level."""
    wording = wording_of(relay.dialect, name)
    return set(spec_fields(name)) & wording.forwards if wording.rest else set()
