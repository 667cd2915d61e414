"""Addresses as pages print them: server, path with placeholders, query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

__all__ = ["Address", "is_address", "operation_at", "same_path"]

_METHOD = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD)(?:\s+(\S+))?")
_PRINTED = re.compile(r"https?://[^\s'\"<>]+|/[\w{}:./~-]+")

_ADDRESS = re.compile(r"(?:(?P<scheme>https?)://(?P<host>[^/?#\s]*))?(?P<path>[^?#\s]*)(?:\?(?P<query>[^#\s]*))?")
_BARE_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?=/)")
_ESCAPED = re.compile(r"%7B(\w+)%7D", re.IGNORECASE)
_COLON = re.compile(r"(?<=/):([A-Za-z_]\w*)")
_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")


@dataclass(frozen=True)
class Address:
    """A parsed address; `path` writes placeholders in braces, ``/:id`` included, and is empty for a bare host."""

    server: str | None
    path: str
    query: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Address:
        """Return the parts of a printed address; a host without a scheme counts as https."""
        if _BARE_HOST.match(text):
            text = f"https://{text}"
        match = _ADDRESS.match(text)
        if match is None:  # the pattern matches every text
            return cls(None, "", ())
        path = _COLON.sub(r"{\1}", _ESCAPED.sub(r"{\1}", match["path"]))
        server = f"{match['scheme']}://{match['host']}" if match["host"] else None
        pairs = parse_qsl(match["query"] or "", keep_blank_values=True)
        return cls(server, path if path.strip("/") and path.startswith("/") else "", tuple(pairs))

    def placeholders(self) -> list[str]:
        """Return the names in the path's braces."""
        return _PLACEHOLDER.findall(self.path)


def is_address(line: str) -> bool:
    """Say whether the line is an address and nothing else."""
    return _PRINTED.fullmatch(line) is not None


def operation_at(lines: list[str], index: int) -> tuple[str, str, int] | None:
    """Return method, address and the latter's 1-based line when an operation is named on the line with this index.

    The address stands behind the method, or on one of the next lines.
    """
    match = _METHOD.fullmatch(lines[index])
    if match is None:
        return None
    if match[2] is not None:
        return (match[1], match[2], index + 1) if is_address(match[2]) else None
    after = next((at for at in range(index + 1, min(index + 4, len(lines))) if lines[at]), None)
    return (match[1], lines[after], after + 1) if after is not None and is_address(lines[after]) else None


def same_path(documented: str, called: str) -> bool:
    """Say whether a called path is the documented one, its placeholders filled in or not."""
    pieces = _PLACEHOLDER.split(documented)[::2]
    return re.fullmatch("[^/]+".join(map(re.escape, pieces)), called) is not None
