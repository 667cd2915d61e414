"""What is public, that both clients have it, and what importing costs."""

from __future__ import annotations

import ast
import difflib
import functools
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import klingkit
from klingkit import _errors
from klingkit._client import AsyncKling, Kling
from klingkit._methods.table import ROWS
from klingkit._raw import AsyncRaw, Raw
from klingkit._result import AsyncResult, Result
from klingkit._task import AsyncTask, Task
from klingkit._tasks import AsyncTasks, Tasks

PACKAGE = Path(klingkit.__file__).parent

SNAPSHOT = Path(__file__).with_name("public_surface.txt")
GROUPS = list(dict.fromkeys(row.group for row in ROWS.values()))


def group_class(name: str, *, asynchronous: bool = False) -> type:
    """Return the class of a group of methods."""
    module = importlib.import_module(f"klingkit._methods.{'async_' if asynchronous else ''}{name}")
    found: type = getattr(module, f"{'Async' if asynchronous else ''}{name.capitalize()}")
    return found


PAIRS = [
    (Kling, AsyncKling),
    *((group_class(name), group_class(name, asynchronous=True)) for name in GROUPS),
    (Tasks, AsyncTasks),
    (Raw, AsyncRaw),
    (Task, AsyncTask),
    (Result, AsyncResult),
]

DECIDES = [
    "_answer",
    "_belongings",
    "_board",
    "_breaker",
    "_compact",
    "_dialect",
    "_document",
    "_download",
    "_flows",
    "_media",
    "_polling",
    "_prices",
    "_reading",
    "_refusals",
    "_request",
    "_retry",
    "_routing",
    "_rules",
    "_signature",
    "_sweep",
    "_tables",
    "_timetable",
    "_values",
    "_waiting",
    "_watch",
]


def test_the_public_list_is_alphabetical_and_everything_in_it_exists() -> None:
    assert klingkit.__all__ == sorted(klingkit.__all__)
    for name in klingkit.__all__:
        assert getattr(klingkit, name) is not None


def test_every_public_name_that_is_imported_is_in_the_list() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("klingkit.")
        for alias in node.names
    }
    assert imported == set(klingkit.__all__)


def test_every_error_is_public() -> None:
    assert set(_errors.__all__) <= set(klingkit.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Klang'"):
        klingkit.Klang  # noqa: B018


def test_the_package_says_that_it_is_typed() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_importing_klingkit_and_making_a_client_loads_no_http_library() -> None:
    code = (
        "import sys, klingkit; assert 'asyncio' not in sys.modules, 'asyncio';"
        "klingkit.Kling('anyapi', api_key='sk-0123456789'); assert 'httpx' not in sys.modules, 'httpx'"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS, ids=lambda cls: cls.__name__)
def test_both_clients_have_the_same_methods_with_the_same_arguments(sync: type, asynchronous: type) -> None:
    def public(cls: type) -> dict[str, list[tuple[Any, ...]]]:
        names = [name for name in dir(cls) if not name.startswith("_")]
        methods = {name: inspect.getattr_static(cls, name) for name in names}
        return {
            name: [(p.name, p.kind, p.default) for p in inspect.signature(method).parameters.values()]
            for name, method in methods.items()
            if inspect.isfunction(method)
        } | {name: [] for name, method in methods.items() if isinstance(method, property | functools.cached_property)}

    assert public(sync) == public(asynchronous)
    constructors = [
        [(p.name, p.kind, p.default) for p in inspect.signature(cls).parameters.values()]
        for cls in (sync, asynchronous)
    ]
    assert constructors[0] == constructors[1]


@pytest.mark.parametrize(("sync", "asynchronous"), PAIRS, ids=lambda cls: cls.__name__)
def test_everything_public_says_what_it_does(sync: type, asynchronous: type) -> None:
    for cls in (sync, asynchronous):
        assert cls.__doc__
        for name in (name for name in dir(cls) if not name.startswith("_")):
            member = inspect.getattr_static(cls, name)
            # What stands in slots is described by the class.
            assert inspect.ismemberdescriptor(member) or inspect.getdoc(member), f"{cls.__name__}.{name}"


def listing() -> str:
    """Return every public name, and of what can be called its arguments."""
    lines = [f"klingkit.{name}" for name in klingkit.__all__]
    lines += [f"klingkit.types.{name}" for name in importlib.import_module("klingkit.types").__all__]
    lines += [f"klingkit.testing.{name}" for name in importlib.import_module("klingkit.testing").__all__]
    for cls in (cls for pair in PAIRS for cls in pair):
        for name in sorted(name for name in dir(cls) if not name.startswith("_")):
            member = inspect.getattr_static(cls, name)
            shown = str(inspect.signature(member)).replace("'", "") if inspect.isfunction(member) else ""
            lines.append(f"{cls.__name__}.{name}{shown}")
    return "\n".join([*sorted(lines), ""])


def test_nothing_public_has_changed_by_accident() -> None:
    before, now = SNAPSHOT.read_text(encoding="utf-8"), listing()
    changes = "\n".join(difflib.unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=0))
    assert not changes, f"If that is meant, run: python {Path(__file__).name}\n{changes}"


def test_the_picture_of_the_error_tree_is_the_tree() -> None:
    drawn: dict[str, str] = {}
    above: list[str] = []
    for line in (_errors.__doc__ or "").splitlines():
        found = re.match(r"^([│├└─ ]*)([A-Z]\w+Error)\b", line)
        if found:
            depth = len(found.group(1)) // 4
            above = [*above[:depth], found.group(2)]
            drawn[found.group(2)] = above[depth - 1] if depth else "Exception"
    assert drawn == {name: getattr(_errors, name).__base__.__name__ for name in _errors.__all__}


@pytest.mark.parametrize("module", DECIDES)
def test_what_decides_knows_no_clock_no_network_no_sleep_and_no_environment(module: str) -> None:
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    imported = {
        name.partition(".")[0] if not name.startswith("klingkit") else name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}.{alias.name}" for alias in node.names] + [str(node.module)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    forbidden = {"time", "asyncio", "socket", "httpx", "random", "threading", "klingkit._clock", "klingkit._transport"}
    assert not imported & forbidden
    called = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not called & {"os.environ", "os.getenv", "datetime.now", "datetime.utcnow"}


def test_httpx_and_the_generated_client_are_each_imported_in_one_module() -> None:
    users: dict[str, set[str]] = {"httpx": set(), "klingkit_api": set()}
    for path in PACKAGE.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name, seen in users.items():
            if re.search(rf"^\s*(?:import|from) {name}\b|import_module\(f?\"{name}\b", text, re.MULTILINE):
                seen.add(path.stem)
    assert users == {"httpx": {"_transport"}, "klingkit_api": {"_lowlevel"}}


if __name__ == "__main__":
    SNAPSHOT.write_text(listing(), encoding="utf-8", newline="\n")
