"""Pages and documents are read, validated and written out once per run; this clone is built once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest

import klingkit_data
from klingkit_spec import lint, pipeline, sources, yamlio
from klingkit_spec.reader import Reading, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_validate = lint._invalid
_dump = yamlio.dump_yaml

_READ: dict[tuple[bytes, str | None, bool], Reading] = {}
_FOUND: dict[bytes, list[str]] = {}
_WRITTEN: dict[bytes, str] = {}


def _read_once(path: Path, *, name: str | None = None, relay: str | None = None, sources: bool = False) -> Reading:
    key = (path.read_bytes(), name, sources)
    if key not in _READ:
        _READ[key] = read_file(path, name=name, relay=relay, sources=sources)
    return _READ[key]


def _validated_once(document: dict[str, Any]) -> list[str]:
    key = _digest(document)
    if key not in _FOUND:
        _FOUND[key] = _validate(document)
    return _FOUND[key]


def _written_once(document: dict[str, Any], *, header: str) -> str:
    key = _digest((document, header, yamlio.Dumper))
    if key not in _WRITTEN:
        _WRITTEN[key] = _dump(document, header=header)
    return _WRITTEN[key]


def _digest(value: object) -> bytes:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).digest()


@pytest.fixture(autouse=True)
def _nothing_is_read_validated_or_written_twice() -> Iterator[None]:
    """They take most of a build, and nearly every test has the same committed pages and documents."""
    with pytest.MonkeyPatch.context() as patch:
        _remember(patch)
        yield


@pytest.fixture(scope="session")
def built() -> pipeline.Build:
    """This clone's own build: to be looked at, not to be changed."""
    with pytest.MonkeyPatch.context() as patch:
        _remember(patch)
        return pipeline.build(klingkit_data.path("relays.toml").parent)


def _remember(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sources, "read_file", _read_once)
    patch.setattr(lint, "_invalid", _validated_once)
    patch.setattr(yamlio, "dump_yaml", _written_once)
