"""Which operation of the one spec an address in somebody's code or recording goes to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import klingkit_data
from klingkit_contract.contract import Contract

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Paths"]

_LONGEST = 2000  # characters; a longer text is no address


class Paths:
    """The paths of the one spec, which stand at the end of any relay's addresses."""

    def __init__(self, contract: Contract | None = None) -> None:
        self.contract = contract or Contract(klingkit_data.load("resolved/kling.openapi.yaml"))
        self.operation = lru_cache(maxsize=4096)(self._operation)
        # The first part of a path alone (/v1) would be looked for in every text with a slash.
        self._heads = frozenset(path.split("/")[1] for path in self._paths())

    def _paths(self) -> Iterator[str]:
        return (operation.path for operation in self.contract.operations.values())

    def _operation(self, address: str, method: str) -> str:
        """Return the operationId that `address` (or its end) goes to with `method`, or an empty string.

        Without a method, it is a create where one is offered at that path. An address that stops short of the id it is
        completed with ends in a slash.
        """
        if "/" not in address or len(address) > _LONGEST or any(character.isspace() for character in address):
            return ""
        try:
            path = urlsplit(address).path
        except ValueError:
            return ""
        path = f"{path}X" if path.endswith("/") else path
        parts = path.split("/")
        for start, part in enumerate(parts):
            if part in self._heads:
                found = self._match("/" + "/".join(parts[start:]), method)
                if found:
                    return found
        return ""

    def _match(self, path: str, method: str) -> str:
        for verb in [method] if method else ["POST", "GET"]:
            operation = self.contract.match(verb, path)
            if operation is not None:
                return operation.id
        return ""
