"""What gateway a relay looks like, from answers to questions that cost nothing. Pure.

The signs are data, [[fingerprint]] of dialects.toml: of the new-api family of gateways, which most relays run, by the
behaviour of its published sources, and of Kling itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import klingkit_data
from klingkit._document import Document, read_document
from klingkit._text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit._effects import Reply

__all__ = ["envelope_of", "gateway_of"]

_VERSION = "x-new-api-version"
_UNKNOWN = "a gateway klingkit has no marks of"


def gateway_of(unknown: Reply, listed: Reply | None) -> str:
    """Return, in words, what gateway answers.

    Args:
        unknown: the answer to a query for a task that does not exist.
        listed: the answer to a list of tasks; None when it was not asked for.
    """
    # The path of the list is known for creates alone at those gateways: there it is the wrong method.
    replies = {"unknown-id": unknown, **({"wrong-method": listed} if listed is not None else {})}
    rows = [row for row in klingkit_data.load("dialects.toml")["fingerprint"] if _seen(row, replies)]
    families = {row["family"] for row in rows}
    if not families & {"new-api", "one-api"}:
        kling = "kling" in families
        return "Kling itself, or a gateway that hands its answers through" if kling else _UNKNOWN
    words = "a new-api gateway" if "new-api" in families else "a gateway of the one-api and new-api family"
    version = next((clean(reply.headers[_VERSION], 40) for reply in replies.values() if _VERSION in reply.headers), "")
    marks = [f"version {version}"] if version else []
    generation = _generation(rows)
    return ", ".join([words, *marks, *([f"generation {generation}"] if generation else [])])


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


def _generation(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the letters of the generations that all signs allow; nothing when they say nothing, or contradict."""
    said = [set(row["generations"]) for row in rows if "generations" in row]
    return " or ".join(sorted({name[0] for name in set.intersection(*said)})) if said else ""


def _seen(row: Mapping[str, Any], replies: Mapping[str, Reply]) -> bool:
    return any(row["probe"] in {"any", probe} and _fits(row, reply) for probe, reply in replies.items())


def _fits(row: Mapping[str, Any], reply: Reply) -> bool:
    value = _value(reply)
    body = value if isinstance(value, dict) else {}
    error = body["error"] if isinstance(body.get("error"), dict) else {}
    media = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    return all(
        (
            row.get("status", reply.status) == reply.status,
            "code" not in row or row["code"] in (body.get("code"), error.get("code")),
            "error_type" not in row or row["error_type"] == error.get("type"),
            "header" not in row or bool(reply.headers.get(row["header"])),
            row.get("media", media) == media,
            not row.get("whole_code") or (type(body.get("code")) is int and "request_id" in body),
            not row.get("empty") or not reply.body,
        )
    )


def _value(reply: Reply) -> Any:
    read = read_document(reply.body, reply.headers.get("content-type", ""))
    return read.value if isinstance(read, Document) else None
