"""The words a rendered page prints around its facts, in Chinese and in English."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from klingkit_spec.reader.words import words

__all__ = [
    "Heading",
    "heading",
    "is_furniture",
    "is_status_word",
    "plain_heading",
    "status_line",
    "value_label",
]

Heading = Literal[
    "request", "header", "query", "path", "cookie", "body", "example", "code", "response", "error", "enums", "none"
]

_PARAMETERS = r"\s*(?:参数|Param(?:eter)?s?)"
_PATTERNS: tuple[tuple[Heading, str], ...] = (
    ("request", r"请求参数(?:说明)?|请求|Request(?: Param(?:eter)?s)?|Parameters|参数说明|入参"),
    ("header", rf"(?:Headers?|(?:Request )?Headers|请求头)(?:{_PARAMETERS})?|Authorizations?|请求头部"),
    ("query", rf"(?:Query|查询|Query String){_PARAMETERS}"),
    ("path", rf"(?:Path|路径){_PARAMETERS}"),
    ("cookie", rf"Cookies?{_PARAMETERS}"),
    (
        "body",
        (
            rf"(?:(?:Request )?Body|请求体)(?: schema\s*[:：]?)?(?:{_PARAMETERS}|\s*Fields)?"
            r"\s*[(（]?(?P<media>[a-z]+/[\w.+-]+)?[)）]?(?: required)?"
        ),
    ),
    ("code", r"(?:请求示例代码|示例代码|请求示例|调用示例|Code samples?|Request (?:samples?|examples?|code)|cURL)+"),
    ("example", r"示例|Examples?(?: body)?"),
    (
        "error",
        (
            r"(?:错误|失败)(?:响应|返回|示例|返回示例|响应示例)(?:\s*[(（]?(?P<status>[1-5]\d\d)[)）]?)?"
            r"|Error (?:responses?|examples?|body)(?:\s*[(（]?(?P<code>[1-5]\d\d)[)）]?)?"
        ),
    ),
    (
        "response",
        (
            r"(?:返回|响应|出参)(?:响应|结果|参数|示例|字段|说明|体)?(?:说明|示例)?|成功(?:响应|返回)"
            r"|(?:Successful )?Responses?(?: (?:body|param(?:eter)?s|fields|examples?|samples?))?"
            r"|Response Schema\s*[:：]?\s*(?P<media>[a-z]+/[\w.+-]+)?|Returns"
        ),
    ),
    ("enums", r"枚举值|Enumerated values?"),
)
_HEADINGS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _PATTERNS)
_HEADING_NOISE = re.compile(r"^(?:#{1,6}\s+|\*\*|>\s+)+(?:\d+(?:\.\d+)*[.、)]?\s+)?|\*\*$")
_HEADING_STARTS = frozenset("#*>")
_LONGEST_HEADING = 90
_STATUS_LINE = re.compile(r"[^\w\s]*\s*(?:HTTP\s*)?(?P<status>[1-5]\d\d)(?!\d)\s*(?P<words>[^{}\[\]:]{0,40})")
_STATUS_WORDS = frozenset(
    words(
        "开发中 测试中 已发布 待定 已废弃 将废弃 联调中 模拟中 调试 运行 复制"
        " 开发环境 正式环境 测试环境 生产环境 预发布环境"
        " developing testing released deprecated production development staging run debug copy"
    )
) | {
    *("show child attributes", "hide child attributes", "show properties", "hide properties", "expand all"),
    *("collapse all", "try it", "send request", "copy page", "test request", "show more", "```", "open in playground"),
}
_FURNITURE = re.compile(r"(?:修改于|上一页|下一页|Built with|Previous$|Next$|Powered by|Last (?:modified|updated))")
_VALUE_LABEL = re.compile(
    r"(?:(?P<enum>枚举值?|可选值|可选项|Enum(?: values?)?|(?:Allowed|Accepted|Possible|Enumerated) values?"
    r"|Available options?|Options?)|(?P<default>默认值?|Default(?: value)?)"
    r"|(?P<example>示例值|示例|Example(?: value)?s?)|(?P<pattern>匹配(?:正则表达式)?|正则|Match(?: pattern)?|Pattern))"
    r"\s*[:：]\s*(?P<value>.*)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def heading(line: str) -> tuple[Heading, str | None]:
    """Return which section the line opens (``none`` for no heading), and the media type (or status) printed with it."""
    if len(line) > _LONGEST_HEADING:
        return "none", None
    marked = line[:1] in _HEADING_STARTS
    if not marked and value_label(line) is not None:
        return "none", None
    line = plain_heading(line)
    for name, pattern in _HEADINGS:
        match = pattern.fullmatch(line)
        if match is not None and (marked or name != "enums"):
            found = match.groupdict()
            return name, found.get("media") or found.get("status") or found.get("code")
    return "none", None


def plain_heading(line: str) -> str:
    """Return the words of a heading without Markdown's marks, an ordinal or a closing colon."""
    return _HEADING_NOISE.sub("", line).strip(" *:：") if line[:1] in _HEADING_STARTS else line.rstrip("：:").rstrip()


def status_line(line: str) -> tuple[str, str] | None:
    """Return status code and words of a line such as ``🟢200成功``, or None."""
    match = _STATUS_LINE.fullmatch(line)
    return (match["status"], match["words"].strip()) if match else None


def is_status_word(line: str) -> bool:
    """Say whether the line is a document status or an environment's name, not a title."""
    return line.lower() in _STATUS_WORDS


def is_furniture(line: str) -> bool:
    """Say whether the line is the page's footer, after which nothing of the document follows."""
    return _FURNITURE.match(line) is not None


def value_label(line: str) -> tuple[str, str] | None:
    """Return (``enum`` | ``default`` | ``example`` | ``pattern``, the value on the same line or ""), or None."""
    match = _VALUE_LABEL.fullmatch(line)
    if match is None:
        return None
    name = next(name for name in ("enum", "default", "example", "pattern") if match[name])
    return name, match["value"].strip()
