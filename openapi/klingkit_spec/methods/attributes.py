"""The module that makes every group of methods an attribute of both clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klingkit_spec.methods.table import Table

__all__ = ["HEADER", "attributes_module"]

HEADER = "# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.\n"


def attributes_module(table: Table) -> str:
    """Return the module that has every group as an attribute of both clients."""
    imports = [
        f"    from klingkit._methods.{'async_' if asynchronous else ''}{group.name} import "
        f"{group.class_name(asynchronous=asynchronous)}"
        for group in table.groups
        for asynchronous in (False, True)
    ]
    known = "\n".join(imports)
    return f'''{HEADER}"""The groups of methods as attributes of the clients; each is loaded when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from klingkit._engine import AsyncEngine, Engine
{known}

__all__ = ["AsyncGroups", "Groups"]


{_attributes(table, asynchronous=False)}

{_attributes(table, asynchronous=True)}'''


def _attributes(table: Table, *, asynchronous: bool) -> str:
    start = "Async" if asynchronous else ""
    properties: list[str] = []
    for group in table.groups:
        name, cls = group.name, group.class_name(asynchronous=asynchronous)
        properties.append(
            f"""    @cached_property
    def {name}(self) -> {cls}:
        \"""{group.title[0].upper()}{group.title[1:]}.\"""
        from klingkit._methods.{"async_" if asynchronous else ""}{name} import {cls}

        return {cls}(self._engine)
"""
        )
    return f'''class {start}Groups:
    """The groups of methods of `{start}Kling`."""

    _engine: {start}Engine

''' + "\n".join(properties)
