"""Calls that make no task, held against what the relay documents, as creates are. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._dialect import Wording
from klingkit._surface import row_of
from klingkit._validation import checked_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from klingkit._request import Session
    from klingkit._shapes import Medium
    from klingkit._surface import Operation

__all__ = ["check_page", "checked_call"]

# Every relay words such calls as the one spec does; the methods have shorter names for pages.
_PAGED = Wording({"page": "pageNum", "page_size": "pageSize"})
_BY_CURSOR = Wording({"page_size": "limit"})


def checked_call(
    session: Session,
    operation: str,
    build: Callable[[Mapping[str, Any]], dict[str, Any]],
    arguments: Mapping[str, Any],
    extra: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return what `build` makes of the arguments of a call. `operation` is its whole id.

    Raises:
        InvalidRequestError: something is wrong; `problems` has all of it.
    """
    return _checked(session, operation, build, arguments, extra, _PAGED, row_of(operation).media)


def check_page(session: Session, operation: Operation, page: int, page_size: int) -> None:
    """Hold a page of tasks against what the relay documents of its list; a page by cursor has no number.

    Raises:
        InvalidRequestError: something is wrong; `problems` has all of it.
    """
    if operation.shared:
        _checked(session, f"{operation.shared}_query", dict, {"page_size": page_size}, None, _BY_CURSOR)
    else:
        _checked(session, f"{operation.id}_list", dict, {"page": page, "page_size": page_size}, None, _PAGED)


def _checked(
    session: Session,
    operation: str,
    build: Callable[[Mapping[str, Any]], dict[str, Any]],
    arguments: Mapping[str, Any],
    extra: Mapping[str, Any] | None,
    wording: Wording,
    media: Sequence[Medium] = (),
) -> dict[str, Any]:
    return checked_fields(
        build,
        arguments,
        operation=operation,
        relay=session.relay.id,
        documents_of=session.relay.documents_of,
        wording=wording,
        extra=extra,
        media=media,
    )
