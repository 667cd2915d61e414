"""What on a vendor's page must not be committed: signed links, and what only surrounds the text."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Link", "Noise", "noise", "signed_links", "stripped"]

# A link in prose, JSON (with \/ for /), YAML or HTML; a blank, quote, bracket or full-width mark ends it.
_LINK = re.compile(
    r"""https?:(?:\\?/){2}[^\s"'<>()\[\]`，。；、“”（）《》]*?\?[^\s"'<>()`，。；、“”（）《》]*""", re.IGNORECASE
)
_PARAMETER = re.compile(r"(?:[?&;]|&amp;|\\u0026)([^=&;?\\]+)=([^&;\\]*)", re.IGNORECASE)
_SECRET = re.compile(
    r"""(?:.*[-_])?(?:signature|sign|sig|token|accesstoken|credential|secret|policy)
    | cachekey | pkey | auth[-_]?key | api[-_]?key | access[-_]?key(?:[-_]?id)? | (?:aws|oss)accesskeyid | password""",
    re.IGNORECASE | re.VERBOSE,
)
# What stands for a value without being one: {{TOKEN}}, <token>, $TOKEN, YOUR_TOKEN, xxx, ***
_PLACEHOLDER = re.compile(r"(?:[{<$%*].*|your.*|x+|\.+|string|)", re.IGNORECASE)

_NOISE = re.compile(
    r"""上一[页篇] | 下一[页篇] | 返回顶部 | 修改于 | 最后更新.* | 目录 | 登录 | 注册 | 在线运行
    | 去运行 | 调试 | 复制页面
    | Previous | Next | Copy\ page | Skip\ to\ (?:main\ )?content | On\ this\ page | Table\ of\ contents
    | Sign\ (?:in|up) | Log\ in | Search(?:\.\.\.|…)? | Was\ this\ page\ helpful\?? | Edit\ this\ page | Try\ it
    | Powered\ by\ .* | Last\ updated.* | (?:Copyright|©).* | .*ICP备.* | Cookie.{0,20}""",
    re.IGNORECASE | re.VERBOSE,
)
_MARKUP = re.compile(r"<(?:script|style|nav|header|footer|aside)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """A link that gives access to whoever has it: its 1-based line, its address without the query, the parameter."""

    line: int
    address: str
    parameter: str


@dataclass(frozen=True)
class Noise:
    """A line that belongs to the site, not to the documentation."""

    line: int
    text: str


def signed_links(text: str) -> list[Link]:
    """Return every signed link of a page, in its order."""
    found: list[Link] = []
    for number, line in enumerate(text.splitlines(), start=1):
        for match in _LINK.finditer(line):
            parameter = _secret(match[0])
            if parameter is not None:
                found.append(Link(number, match[0].partition("?")[0], parameter))
    return found


def stripped(text: str) -> str:
    """Return the page with the query of every signed link taken away; other links stay as they are."""
    return _LINK.sub(lambda match: match[0] if _secret(match[0]) is None else match[0].partition("?")[0], text)


def _secret(link: str) -> str | None:
    """Return the query parameter of `link` that signs it, or None."""
    query = link[link.index("?") :]
    for name, value in _PARAMETER.findall(query):
        if _SECRET.fullmatch(name) and not _PLACEHOLDER.fullmatch(value):
            return str(name)
    return None


def noise(text: str) -> list[Noise]:
    """Return the lines of a page that are navigation: menus, buttons, notices of the site."""
    found: list[Noise] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = " ".join(line.split())
        markup = _MARKUP.search(words)
        if markup is not None:
            found.append(Noise(number, markup[0] + ">"))
        elif _NOISE.fullmatch(words):
            found.append(Noise(number, words))
    return found
