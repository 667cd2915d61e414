"""Rules between fields that a description states: they become ``x-kling-rules`` of the request schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_spec.reader.enums import typed
from klingkit_spec.reader.prose import clauses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Context", "rules_of"]

_SENTENCE = re.compile(r"[\n。；;●○•◦▪■]+|(?<=[a-z])\.\s+")
_THIS = r"当前参数|该参数|本参数|此参数|当前字段|该字段|本字段|此字段|本项"
_WHEN = re.compile(
    rf"(?:当|若|如果|如)?\s*(?P<subject>{_THIS}|[`'\"]?[A-Za-z_]\w*[`'\"]?)\s*(?:参数|字段)?\s*(?:的?(?:取?值))?"
    r"(?:设置?)?(?:为|是|等于|==?|取)\s*[`'\"]?(?P<value>true|false|[A-Za-z0-9][\w.:\-]*)[`'\"]?\s*(?:时|的时候|的情况下|则|[,，])",
    re.ASCII,
)
_WHEN_ENGLISH = re.compile(
    r"(?P<what>required|mandatory|ignored|has no effect)\s+(?:when|if)\s+[`'\"]?"
    r"(?P<subject>this(?: field)?|[A-Za-z_]\w*)[`'\"]?\s+(?:is|=|==|equals)\s+[`'\"]?"
    r"(?P<value>true|false|[A-Za-z0-9][\w.:\-]*)",
    re.IGNORECASE | re.ASCII,
)
_REQUIRED = re.compile(r"必填|必传|必须|必需|不能为空|不可为空|不得为空|须填|要填")
_IGNORED = re.compile(r"无效|不生效|失效|忽略|不起作用|无作用|没有作用")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_][A-Za-z0-9_]*(?![\w.])", re.ASCII)
_SINCE = re.compile(
    r"(?:仅|只有|限|自)\s*[Vv]?(\d+(?:\.\d+)?)\s*(?:及|和)?(?:其)?(?:后续|以上|之后|以后|更高|更新)"
    r"|only (?:from |for )?[Vv](\d+(?:\.\d+)?) (?:and|or) (?:later|newer|up)"
)
_SUM = re.compile(r"之和|总和|加起来|相加|加总|合计|\bsum\b|\badd up\b|\badds up\b", re.IGNORECASE)
_EQUALS = re.compile(r"等于|须为|应为|一致|相等|\bequals?\b|\badd(?:s)? up to\b|\bmust be\b", re.IGNORECASE)
_NOT_GREATER = re.compile(
    r"不(?:能|得|可|应)?(?:大于|超过|高于|长于)|\bat most\b"
    r"|\b(?:not|never) (?:exceed|be (?:more|longer|greater) than)\b",
    re.IGNORECASE,
)
_NOT_LESS = re.compile(
    r"(?:不(?:能|得|可|应)?(?:小于|少于|低于|短于)|至少(?:为)?|最小为?|最短为?|\bat least)\s*(\d{1,9})", re.IGNORECASE
)
_ONE_OF = re.compile(
    r"二选一|择一|任选其一|只能(?:传|填)(?:一个|其一)|\bexactly one\b|\bone of the two\b", re.IGNORECASE
)
_ANY_OF = re.compile(r"至少(?:二选一|填|传|提供|有|要|选|一)|不能(?:同时|都)为空|\bat least one\b", re.IGNORECASE)

_NOUNS: dict[str, tuple[str, ...]] = {
    "duration": ("时长", "秒数", "duration"),
    "prompt": ("提示词", "内容", "文本", "prompt", "text", "content"),
    "index": ("序号", "index"),
}


@dataclass(frozen=True)
class Context:
    """Where a description stands: its field's path, the request's own fields, and the field's members if a list."""

    field: str
    request: dict[str, Any]
    members: dict[str, Any]


def rules_of(text: str, context: Context) -> list[dict[str, Any]]:
    """Return the rules of one description, in the order of its sentences."""
    rules: list[dict[str, Any]] = []
    for sentence in (piece.strip() for piece in _SENTENCE.split(text)):
        if sentence:
            rules.extend(_conditions(sentence, context))
            rules.extend(_choices(sentence, context))
            rules.extend(_sums(sentence, context))
            since = _SINCE.search(sentence)
            if since is not None:
                rules.append(_rule("supported_since", sentence, field=context.field, version=since[1] or since[2]))
    return rules


def member_of_noun(text: str, members: dict[str, Any]) -> list[str]:
    """Return the members a clause about 'each' one speaks of, by name or by the noun for it."""
    named = [name for name in _NAME.findall(text) if name in members]
    if named:
        return list(dict.fromkeys(named))
    return [name for name, words in _NOUNS.items() if name in members and any(word in text for word in words)]


def _rule(kind: str, text: str, **facts: Any) -> dict[str, Any]:
    return {"kind": kind, **facts, "text": text}


def _conditions(sentence: str, context: Context) -> Iterator[dict[str, Any]]:
    english = _WHEN_ENGLISH.search(sentence)
    if english is not None:
        subject = _subject(english["subject"], context)
        kind = "required_when" if english["what"].lower() in {"required", "mandatory"} else "ignored_when"
        if subject is not None:
            yield _rule(kind, sentence, fields=[context.field], when=_when(subject, english["value"], context))
        return
    match = _WHEN.search(sentence)
    if match is None:
        return
    asked = _subject(match["subject"], context)
    if asked is None:
        return
    rest = sentence[match.end() :]
    effect = "required_when" if _REQUIRED.search(rest) else "ignored_when" if _IGNORED.search(rest) else None
    if effect is not None:
        named = [name for name in dict.fromkeys(_NAME.findall(rest)) if name in context.request and name != asked]
        yield _rule(effect, sentence, fields=named or [context.field], when=_when(asked, match["value"], context))


def _subject(word: str, context: Context) -> str | None:
    word = word.strip("`'\"")
    if re.fullmatch(_THIS, word) or word.lower().startswith("this"):
        return context.field
    return word if word in context.request else None


def _when(subject: str, value: str, context: Context) -> dict[str, Any]:
    schema = context.request.get(subject)
    type_name = schema.get("type") if isinstance(schema, dict) else None
    return {subject: typed(value.rstrip(".-"), type_name if isinstance(type_name, str) else None)}


def _choices(sentence: str, context: Context) -> Iterator[dict[str, Any]]:
    names = [name for name in dict.fromkeys(_NAME.findall(sentence)) if name in context.request]
    if len(names) < 2:
        return
    if _ANY_OF.search(sentence):
        yield _rule("any_required", sentence, fields=sorted(names))
    elif _ONE_OF.search(sentence):
        yield _rule("exactly_one", sentence, fields=sorted(names))


def _sums(sentence: str, context: Context) -> Iterator[dict[str, Any]]:
    shared = [name for name in member_of_noun(sentence, context.members) if name in context.request]
    if _SUM.search(sentence) and _EQUALS.search(sentence):
        for name in shared[:1]:
            yield _rule("sum_equals", sentence, fields=[f"{context.field}[].{name}", name])
        return
    for clause in clauses(sentence):
        if not clause.of_each or not context.members:
            continue
        for name in shared[:1]:
            if _NOT_GREATER.search(clause.text) and ("总" in clause.text or "total" in clause.text.lower()):
                yield _rule("not_greater", sentence, fields=[f"{context.field}[].{name}", name])
            least = _NOT_LESS.search(clause.text)
            if least is not None and _is_text(context.members[name]):
                yield _rule("minimum", sentence, field=f"{context.field}[].{name}", value=int(least[1]))


def _is_text(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "string"


def rule_key(rule: dict[str, Any]) -> Sequence[str]:
    """Return what makes two rules the same rule."""
    return [str(value) for key, value in sorted(rule.items()) if key != "text"]
