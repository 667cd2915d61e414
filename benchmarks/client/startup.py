"""Imports and first clients: scripts that a new interpreter runs, with nothing else loaded before."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.client.contenders import Snippets

__all__ = ["MANY_CLIENTS", "first_client", "many_clients"]

MANY_CLIENTS = 50

# What some contenders load if it happens to be installed, though their own installation does not bring it. All
# contenders share one environment here, so this is hidden, as in an environment of each one's own.
_OPTIONAL = frozenset(
    {"IPython", "aiohttp", "brotli", "click", "dotenv", "h2", "httpx2", "httpx_aiohttp", "numpy", "orjson", "pandas"}
    | {"pygments", "rich", "socksio", "trio", "uvloop", "zstandard"}
)

_FIRST = """
import sys, time
for name in {hidden}: sys.modules[name] = None
BASE, before = {base!r}, len(sys.modules)
started = time.process_time()
{imports}
imported = time.process_time()
client = {client}
made = time.process_time()
modules = len(sys.modules) - before
{first}
asked = time.process_time()
print('{{"import_ms": %f, "client_ms": %f, "first_call_ms": %f, "modules": %d}}' % (
    (imported - started) * 1e3, (made - started) * 1e3, (asked - started) * 1e3, modules))
"""

_MANY = """
import sys, time
for name in {hidden}: sys.modules[name] = None
BASE, clients = {base!r}, []
{imports}
client = {client}
{first}
started = time.process_time()
for _ in range({many}):
    clients.append({client})
made = time.process_time()
for client in clients:
    {first}
asked = time.process_time()
print('{{"made_ms": %f, "asked_ms": %f}}' % ((made - started) * 1e3, (asked - started) * 1e3))
"""


def first_client(snippets: Snippets, base: str) -> str:
    """Return the script that imports, makes a client, and asks with it once."""
    return _fill(_FIRST, snippets, base)


def many_clients(snippets: Snippets, base: str) -> str:
    """Return the script that makes 50 more clients after a first one was used, and asks once with each."""
    return _fill(_MANY, snippets, base)


def _fill(template: str, snippets: Snippets, base: str) -> str:
    return template.format(
        hidden=sorted(_OPTIONAL - snippets.needs),
        base=base,
        imports=snippets.imports,
        client=snippets.client,
        first=snippets.first,
        many=MANY_CLIENTS,
    )
