"""Hold the requests that code makes against what another relay documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from klingkit_contract.samples import EXTERNAL_ID
from klingkit_contract.switch.reasons import Kind, Rating, Reason
from klingkit_contract.switch.usage import UNKNOWN, Via

if TYPE_CHECKING:
    from collections.abc import Iterator

    from klingkit_contract.switch.surface import Surface, Worded
    from klingkit_contract.switch.usage import Use

__all__ = ["compare_request"]

_MODEL = "model_name"
_MOST_WORDS = 8  # values that a sentence lists
_MOST_ERRORS = 5  # of one recorded body
_LIMITS = {"maxLength": "characters", "maxItems": "entries", "maximum": ""}
_LEAST = {"minLength": "characters", "minItems": "entries", "minimum": ""}


@dataclass(frozen=True, slots=True)
class _Request:
    """One use, beside what both relays document of its operation."""

    use: Use
    old: Surface
    new: Surface

    @property
    def operation(self) -> str:
        return self.use.operation

    def reason(self, rating: Rating, kind: Kind, place: str, words: str) -> Reason:
        where = (self.use.where,) if self.use.where else ()
        return Reason(rating, kind, self.operation, place, words, where=where)

    def wording(self, kind: Kind, place: str, words: str) -> Iterator[Reason]:
        """Yield a reason that klingkit takes care of, and that stops those who word requests themselves."""
        if self.use.via is not Via.KLINGKIT:
            rating = Rating.BLOCKS if self.use.via is Via.RAW else Rating.NOTE
            yield self.reason(rating, kind, place, words)


def compare_request(use: Use, old: Surface, new: Surface) -> list[Reason]:
    """Return why the request of `use`, which `old` takes, is not taken by `new`, or does something else there."""
    request = _Request(use, old, new)
    here = old.request(use.operation) if use.operation in old.operations else {}
    there = new.request(use.operation)
    reasons: list[Reason] = []
    used = {_ours(request, place): values for place, values in use.fields.items()}
    for place, values in used.items():
        if place in there:
            reasons += _field(request, place, values, here.get(place), there[place])
        elif not _told(place, reasons) and (place in here or use.via is not Via.ANY):
            reasons += _missing(request, place)
    reasons += _required(request, used, there)
    reasons += _defaults(request, used, here, there)
    for header in new.headers(use.operation):
        if use.operation not in old.operations or header not in old.headers(use.operation):
            reasons += request.wording(Kind.REQUIRED, "", f"{new.relay} wants the header {header}.")
    covered = {reason.place for reason in reasons if reason.rating is Rating.BLOCKS}
    return [*reasons, *_refused(request, covered)]


def _ours(request: _Request, place: str) -> str:
    """Return the one spec's word for a place.

    What is sent by hand is worded as the old relay wants it; klingkit's methods take members of some objects, such as
    settings, as arguments of their own.
    """
    if request.operation not in request.old.operations:
        return place
    if request.use.via is Via.RAW:
        return request.old.ours(request.operation, place)
    documented = request.old.request(request.operation)
    if request.use.via is Via.KLINGKIT and place not in documented:
        inner = [known for known in documented if known.partition(".")[2] == place]
        return inner[0] if len(inner) == 1 else place
    return place


def _told(place: str, reasons: list[Reason]) -> bool:
    """Tell whether what is around `place` is missing already."""
    return any(
        reason.kind is Kind.FIELD and place.startswith((f"{reason.place}.", f"{reason.place}[]")) for reason in reasons
    )


def _missing(request: _Request, place: str) -> Iterator[Reason]:
    new = request.new
    if place.partition(".")[0] == EXTERNAL_ID or place.endswith(f".{EXTERNAL_ID}"):
        return  # a reason of its own, said or not
    rest = new.rest(request.operation)
    if rest and "." not in place and "[]" not in place:
        words = f"{new.relay} does not document it; it may go inside {rest}, and nobody says whether it is used."
        yield request.reason(Rating.COSTS, Kind.FIELD, place, words)
    else:
        words = f"{new.relay} does not document it: it is refused, or ignored and paid for."
        yield request.reason(Rating.BLOCKS, Kind.FIELD, place, words)


def _field(
    request: _Request, place: str, values: tuple[Any, ...], here: Worded | None, there: Worded
) -> Iterator[Reason]:
    new = request.new
    if here is None or here.there != there.there:
        worded = here.there if here else place
        if worded != there.there:
            yield from request.wording(Kind.WORDING, place, f"{new.relay} calls it {there.there}, not {worded}.")
    yield from _types(request, place, here, there)
    yield from _values(request, place, values, here, there)
    yield from _limits(request, place, [value for value in values if value is not UNKNOWN], here, there)


def _types(request: _Request, place: str, here: Worded | None, there: Worded) -> Iterator[Reason]:
    if here is None or not here.says.types or not there.says.types:
        return
    sent = {*here.says.types, *(["integer"] if "number" in here.says.types else [])}
    taken = {*there.says.types, *(["integer"] if "number" in there.says.types else [])}
    if sent & taken:
        if "number" in sent and "number" not in taken:
            yield request.reason(Rating.NOTE, Kind.TYPE, place, f"{request.new.relay} takes whole numbers alone.")
        return
    words = f"{request.new.relay} takes {_either(there.says.types)}, {request.old.relay} {_either(here.says.types)}."
    if request.new.words_itself(request.operation, place) or request.old.words_itself(request.operation, place):
        yield from request.wording(Kind.TYPE, place, words)
    else:
        yield request.reason(Rating.BLOCKS, Kind.TYPE, place, words)


def _values(
    request: _Request, place: str, values: tuple[Any, ...], here: Worded | None, there: Worded
) -> Iterator[Reason]:
    allowed = there.says.rules.get("enum")
    if not allowed:
        return
    known = {str(word) for word in allowed}
    everything = request.use.via is Via.ANY
    before = here.says.rules.get("enum", ()) if here else ()
    kind, what = (Kind.MODEL, "model") if place == _MODEL else (Kind.ENUM, "value")
    plain = [value for value in values if isinstance(value, str | int | float)]
    wrong = [value for value in plain if str(value) not in known]
    if wrong:
        words = f"{request.new.relay} has no {what} {_listed(wrong)}; it has {_listed(allowed)}."
        yield request.reason(Rating.BLOCKS, kind, place, words)
    missing = [word for word in before if str(word) not in known]
    if missing and not wrong and UNKNOWN in values:
        words = f"{request.new.relay} has no {what} {_listed(missing)}."
        if everything:
            yield request.reason(Rating.BLOCKS, kind, place, words)
        else:
            yield request.reason(Rating.COSTS, kind, place, f"{words} What the code sends cannot be read from it.")


def _limits(request: _Request, place: str, literals: list[Any], here: Worded | None, there: Worded) -> Iterator[Reason]:
    for key, unit in {**_LIMITS, **_LEAST}.items():
        limit = there.says.rules.get(key)
        if limit is None:
            continue
        lower = key in _LEAST
        before = here.says.rules.get(key) if here else None
        sizes = [size for size in (_size(value, key) for value in literals) if size is not None]
        beyond = [size for size in sizes if (size < limit if lower else size > limit)]
        shown = f"{limit:,}{f' {unit}' if unit else ''}"
        words = f"{request.new.relay} takes {'at least' if lower else 'at most'} {shown}"
        if beyond:
            yield request.reason(Rating.BLOCKS, Kind.LIMIT, place, f"{words}; the code sends {beyond[0]:,}.")
        elif not sizes and before is not None and (before < limit if lower else before > limit):
            yield request.reason(Rating.NOTE, Kind.LIMIT, place, f"{words}, {request.old.relay} {before:,}.")


def _required(request: _Request, used: dict[str, Any], there: dict[str, Worded]) -> Iterator[Reason]:
    """Yield fields that the other relay wants and the code does not send."""
    if not request.use.whole and request.use.via is not Via.ANY:
        return
    for place, worded in there.items():
        around = place.rpartition(".")[0]
        if not worded.says.required or place in used:
            continue
        if around and not any(isinstance(value, dict) for value in used.get(around, ())):
            continue  # nothing is sent around it that could lack it
        if request.use.via is Via.KLINGKIT and "default" in worded.says.rules:
            continue  # klingkit fills it in
        words = f"{request.new.relay} wants it in every request."
        if "default" in worded.says.rules and request.use.via is Via.ANY:
            yield request.reason(Rating.NOTE, Kind.REQUIRED, place, words)
        else:
            yield request.reason(Rating.BLOCKS, Kind.REQUIRED, place, words)


def _defaults(
    request: _Request, used: dict[str, Any], here: dict[str, Worded], there: dict[str, Worded]
) -> Iterator[Reason]:
    """Yield defaults that differ where the code may leave the field out."""
    for place, old in here.items():
        if place not in there or "default" not in old.says.rules:
            continue
        said = request.use.via is not Via.ANY and (place in used or not request.use.whole)
        before, after = old.says.rules["default"], there[place].says.rules.get("default")
        if said or after is None or str(after) == str(before):
            continue
        words = f"left out, it is {_listed([after])} there and {_listed([before])} at {request.old.relay}."
        yield request.reason(Rating.COSTS, Kind.DEFAULT, place, words)


def _refused(request: _Request, covered: set[str]) -> Iterator[Reason]:
    """Yield what else the other relay's document has against a body that was recorded."""
    body, contract = request.use.body, request.new.contract
    if body is None or request.use.via is not Via.RAW:
        return
    schema = contract.request_schema(contract.operations[request.operation])
    errors = contract.errors(schema, body) if schema else []
    for error in errors[:_MOST_ERRORS]:
        place = request.new.ours(request.operation, error.dotted)
        if place not in covered:
            yield request.reason(
                Rating.BLOCKS, Kind.REFUSED, place, f"{request.new.relay} refuses it: {error.message}."
            )


def _size(value: object, key: str) -> float | None:
    if key.endswith("Length"):
        return len(value) if isinstance(value, str) else None
    if key.endswith("Items"):
        return len(value) if isinstance(value, list) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _either(types: tuple[str, ...]) -> str:
    return " or ".join(types)


def _listed(values: Any) -> str:
    words = [f'"{value}"' if isinstance(value, str) else str(value) for value in dict.fromkeys(values)]
    more = len(words) - _MOST_WORDS
    return ", ".join(words[:_MOST_WORDS]) + (f" and {more} more" if more > 0 else "")
