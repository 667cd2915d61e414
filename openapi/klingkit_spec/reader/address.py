"""Addresses as pages print them: server, path with placeholders, query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

__all__ = ["Address", "base_url", "is_address", "operation_at", "same_path"]

_METHOD = re.compile(r"GET|POST|PUT|PATCH|DELETE|HEAD|get|post|put|patch|delete")
_PRINTED = re.compile(r"https?://[^\s'\"<>]+|/[\w{}:./~-]+")
_DECORATION = re.compile(r"^(?:#{1,6}|[-*•●])\s+|[`*]|\\(?=[_*{}])")
_WHERE = r"(?P<address>https?://[^\s'\"<>]+|/[\w{}:./~?=&%-]+|\{\{\w+\}\}/[\w{}:./~-]+)"
_VERB = r"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD)"
_HINT = re.compile(
    r"GET|POST|PUT|PATCH|DELETE|HEAD|请求|接口|地址|路径|方法|URL|URI|Path|Endpoint|Method", re.IGNORECASE
)
_LONGEST = 400
_BOTH = re.compile(
    r"(?:(?:接口(?:地址)?|请求(?:地址|路径)|Endpoint|URL|Request)\s*[:：]\s*)?"
    rf"(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|get|post|put|patch|delete)\s*{_WHERE}(?:\s+HTTP/[\d.]+)?"
)
_METHOD_LABEL = re.compile(
    rf"(?:(?:HTTP\s*)?请求(?:方式|方法)|请求类型|方法|(?:HTTP |Request )?Method)\s*[:：]?\s*{_VERB}", re.IGNORECASE
)
_ADDRESS_LABEL = re.compile(
    rf"(?:(?:请求|接口)\s*(?:地址|路径|URL|URI)|地址|路径|(?:Request )?(?:URL|URI|Path)|Endpoint)\s*[:：]?\s*{_WHERE}",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"(?:Base[ _-]?URL|API (?:host|domain|base|server)|Server|Host"
    r"|接口域名|请求域名|域名|服务地址|基础(?:地址|路径|URL)|接入地址)"
    r"[^\n:：h]{0,20}\s*(?:[:：]|is|为|是)\s*(?P<url>https?://[^\s'\"<>`，。；]+)",
    re.IGNORECASE,
)

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
    """Return method, address and the 1-based line of the last of them when an operation is named from this line on.

    The address stands behind the method, or on one of the next lines; both may carry labels (``请求方式: POST``).
    """
    if not lines[index] or len(lines[index]) > _LONGEST or _HINT.search(lines[index]) is None:
        return None
    line = _DECORATION.sub("", lines[index]).strip()
    both = _BOTH.fullmatch(line)
    if both is not None:
        return both["method"].upper(), both["address"], index + 1
    after = next((at for at in range(index + 1, min(index + 4, len(lines))) if lines[at]), None)
    following = _DECORATION.sub("", lines[after]).strip() if after is not None else ""
    if _METHOD.fullmatch(line):
        if after is not None and is_address(following):
            return line.upper(), following, after + 1
        return None
    method, address = _METHOD_LABEL.fullmatch(line), _ADDRESS_LABEL.fullmatch(line)
    if after is None or (method is None and address is None):
        return None
    if method is not None:
        other = _ADDRESS_LABEL.fullmatch(following)
        return (method["method"].upper(), other["address"], after + 1) if other else None
    called = _METHOD_LABEL.fullmatch(following)
    return (called["method"].upper(), address["address"], after + 1) if called and address else None


def base_url(line: str) -> str | None:
    """Return the server a line of prose names (``Base URL: https://relay.example``), or None."""
    match = _BASE.search(_DECORATION.sub("", line)) if "http" in line else None
    return match["url"].rstrip("/.,;，。；)）") if match else None


def same_path(documented: str, called: str) -> bool:
    """Say whether a called path is the documented one, its placeholders filled in or not."""
    pieces = _PLACEHOLDER.split(documented)[::2]
    return re.fullmatch("[^/]+".join(map(re.escape, pieces)), called) is not None
