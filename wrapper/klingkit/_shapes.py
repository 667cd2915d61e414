"""What the client has to know of an operation's request: where files stand, what is sent as text, what goes where."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Limits", "Medium", "Row"]


class Limits(NamedTuple):
    """What a picture may be, as its place in the documents says; 0 where nothing is said.

    Attributes:
        formats: such as ``jpg``.
        megabytes: the most bytes, in units of 1,048,576.
        least: the fewest pixels of a side.
        most: the most pixels of a side.
        ratio: how many times as wide as high it may be, or as high as wide.
    """

    formats: tuple[str, ...]
    megabytes: int
    least: int
    most: int
    ratio: float


Medium = tuple[tuple[str, ...], str, tuple[str, ...], bool, Limits | None]


class Row(NamedTuple):
    """One operation. A plain tuple, for there are many and most are never looked at.

    Attributes:
        group: the attribute of the client that has its method.
        method: the method.
        area: the part of the generated client it is in.
        fields: the top-level fields of the body.
        media: where files may stand: the members on the way (``*`` for every entry of a list), ``picture`` or
            ``sound``, the types of entries that take one (empty for all), whether an entry may be the file alone, and
            the limits of a picture.
        seconds: where a number of seconds is sent as a text.
        lists: the top-level fields that are lists.
        flattened: the objects whose members are arguments of the method.
        external_id: where the caller's own id stands; empty where the operation takes none.
        paths: the fields that are sent in the path.
        queries: the fields that are sent in the query.
        needs_model: whether the body names the model; the documented default is retired.
        paid: whether a call may cost something.
    """

    group: str
    method: str
    area: str
    fields: tuple[str, ...]
    media: tuple[Medium, ...]
    seconds: tuple[tuple[str, ...], ...]
    lists: tuple[str, ...]
    flattened: tuple[str, ...]
    external_id: tuple[str, ...]
    paths: tuple[str, ...]
    queries: tuple[str, ...]
    needs_model: bool
    paid: bool
