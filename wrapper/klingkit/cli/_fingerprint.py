"""What gateway a relay looks like, from answers to questions that cost nothing. Pure.

The signs are those of the new-api family of gateways, which most relays run, by the behaviour of its published sources:
A up to February 2026, B up to August 2026, C since then. Kling itself, and gateways that hand its answers through,
answer an unknown task with an integer code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._document import Document, read_document
from klingkit._text import clean

if TYPE_CHECKING:
    from klingkit._effects import Reply

__all__ = ["envelope_of", "gateway_of"]

_VERSION = "x-new-api-version"
_FAMILY = "x-oneapi-request-id"


def gateway_of(unknown: Reply, listed: Reply | None) -> str:
    """Return, in words, what gateway answers.

    Args:
        unknown: the answer to a query for a task that does not exist.
        listed: the answer to a list of tasks; None when it was not asked for.
    """
    replies = [reply for reply in (unknown, listed) if reply is not None]
    version = next((clean(reply.headers[_VERSION], 40) for reply in replies if _VERSION in reply.headers), "")
    family = any(_FAMILY in reply.headers for reply in replies)
    generation = _generation(unknown, listed)
    sure = bool(version or generation) or any(_refuses_as_new_api(reply) for reply in replies)
    if family or sure:
        words = "a new-api gateway" if sure else "a gateway of the one-api and new-api family"
        marks = [f"version {version}"] if version else []
        return ", ".join([words, *marks, *([f"generation {generation}"] if generation else [])])
    document = _value(unknown)
    if isinstance(document, dict) and type(document.get("code")) is int and "request_id" in document:
        return "Kling itself, or a gateway that hands its answers through"
    return "a gateway klingkit has no marks of"


def envelope_of(reply: Reply) -> str:
    """Return, in words, what shape an answer has."""
    document = _value(reply)
    if document is None:
        page = b"<html" in reply.body[:2000].lower()
        return "a web page" if page else "no JSON"
    if not isinstance(document, dict):
        return f"a JSON {type(document).__name__}"
    members = ", ".join(clean(name, 30) for name in list(document)[:6])
    return f"{{{members}}}"


def _generation(unknown: Reply, listed: Reply | None) -> str:
    document = _value(unknown)
    code = document.get("code") if isinstance(document, dict) else None
    if unknown.status == 404 and code == "task_not_found":
        return "C"
    if unknown.status == 400 and code == "task_not_exist":
        # The path of the list is known for creates alone: with GET, A and B show their web page, C an empty 405.
        return "A or B"
    if listed is not None and listed.status == 405 and not listed.body and _FAMILY in listed.headers:
        return "C"
    return ""


def _refuses_as_new_api(reply: Reply) -> bool:
    document = _value(reply)
    error = document.get("error") if isinstance(document, dict) else None
    return isinstance(error, dict) and error.get("type") in {"new_api_error", "new_api_panic"}


def _value(reply: Reply) -> Any:
    read = read_document(reply.body, reply.headers.get("content-type", ""))
    return read.value if isinstance(read, Document) else None
