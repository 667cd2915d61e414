"""A vendor's page of today becomes a source: what changed by it, what is written, and what is left to a person.

`plan` reads and refuses, `carry_out` writes and rebuilds. The day comes from outside, so that a run can be repeated.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from klingkit_spec import pipeline
from klingkit_spec.diff import Change, compare
from klingkit_spec.diff.inputs import Given
from klingkit_spec.diff.pages import page_against_extracted
from klingkit_spec.errors import PageError, SpecError
from klingkit_spec.ingest_decisions import Decision, open_questions
from klingkit_spec.ingest_names import choose
from klingkit_spec.ingest_page import Link, signed_links, stripped
from klingkit_spec.ingest_provenance import PROVENANCE, Origin, entries, with_origin
from klingkit_spec.merge import OFFICIAL
from klingkit_spec.outputs import Difference, differences, write, write_whole
from klingkit_spec.reader import Note, read_file
from klingkit_spec.relay_document import operations
from klingkit_spec.sources import OFFICIAL_FILE, extract, of_one_page

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["IngestError", "NewRelayError", "Outcome", "Plan", "Request", "carry_out", "plan", "rehearsal"]

_COPIED = ("sources", "fixes", "overlays", "extracted", "resolved", "relays.toml", "dialects.toml", "verdicts.toml")
_LISTED_LINES = 8
_WORDING = frozenset({"description", "summary", "title"})


class IngestError(SpecError):
    """A page that must not become a source as it is."""


class NewRelayError(SpecError):
    """A relay that the registry does not list; `lines` are what to add to it, as far as the page tells."""

    def __init__(self, relay: str, lines: tuple[str, ...]) -> None:
        super().__init__(
            f"relays.toml lists no relay {relay!r}; add the table [relay.{relay}] to it, then run the command again."
        )
        self.lines = lines


@dataclass(frozen=True)
class Request:
    """What the maintainer asked for; `day` is the day of the reading, YYYY-MM-DD."""

    page: Path
    relay: str
    day: str
    name: str | None = None
    address: str | None = None
    strip_links: bool = False


@dataclass(frozen=True)
class Plan:
    """A page that was read, and what would be written.

    `text` is None where the committed text stays: it reads the same, or but for the vendor's words. `recorded` is the
    day on which this very page was ingested before, or None. `stripped_links` lost their query.
    """

    relay: str
    name: str
    text: str | None
    provenance: str
    old: Given
    new: Given
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]
    stripped_links: tuple[Link, ...] = ()
    recorded: str | None = None
    address_known: bool = True
    note: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing on the page was left unread."""
        return all(note.level != "warning" for note in self.notes)

    @property
    def reworded(self) -> bool:
        """Whether the vendor changed words and nothing else."""
        return self.text is None and bool(self.changes)

    @property
    def source(self) -> str:
        """The page's place below the openapi folder."""
        return f"sources/{self.relay}/{self.name}"


@dataclass
class Outcome:
    """What was written, below the openapi folder, and what stopped the build; `outside` is not in the one spec."""

    sources: list[str] = field(default_factory=list)
    outputs: list[Difference] = field(default_factory=list)
    questions: list[Decision] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    @property
    def built(self) -> bool:
        """Whether the outputs are what the inputs give."""
        return not self.questions


def plan(home: Path, request: Request) -> Plan:
    """Read the page and say what would be written below `home`, the openapi folder of a clone. Nothing is written.

    Raises:
        PageError: the page cannot be read.
        NewRelayError: the registry does not list the relay.
        IngestError: the page is no vendor's page, or holds signed links that are not to be stripped.
        SpecError: the inputs in `home` are not in order, or there is no name for the page.
    """
    entry = _entry(home, request)
    data = _vendors_page(home, request)
    folder = home / "sources" / request.relay
    old, new, notes = _compared(request, home, entry, None)
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    links = tuple(signed_links(text))
    if links and not request.strip_links:
        raise IngestError(_signed(request.page, links))
    if links:
        text = stripped(text)
        old, new, notes = _compared(request, home, entry, text)
    known = extract(home / "sources", request.relay, entry, {}).document if (folder / PROVENANCE).is_file() else {}
    name = choose(new.document, known, entry, given=request.name, suffix=request.page.suffix)
    shown = f"sources/{request.relay}/{PROVENANCE}"
    recorded = entries(folder, shown)
    before = recorded.get(name, {})
    address = request.address or before.get("address")
    digest = hashlib.sha256(data).hexdigest()
    origin = Origin(name, _title(new.document, name), address or entry.get("docs", ""), request.day, digest)
    changes = tuple(compare(old.document, new.document))
    same = all(_is_wording(change) for change in changes) and (folder / name).is_file()
    return Plan(
        relay=request.relay,
        name=name,
        text=None if same else f"{text.rstrip()}\n",
        provenance=with_origin(folder, shown, origin),
        old=old,
        new=new,
        changes=changes,
        notes=notes,
        stripped_links=links,
        recorded=_recorded(before, digest),
        address_known=address is not None,
        note=str(before.get("note", "")),
    )


def _is_wording(change: Change) -> bool:
    """Say whether the vendor only says the same thing otherwise; a source has words of our own for it already."""
    return change.kind == "words-changed" and change.pointer.rpartition("/")[2] in _WORDING


def _entry(home: Path, request: Request) -> Mapping[str, Any]:
    """Return the registry's entry of the relay, after looking at every table: a broken one would stop the build."""
    registry = pipeline.Inputs(home).registry
    if request.relay == OFFICIAL:
        raise IngestError(
            f"the official document is written by people: edit sources/{OFFICIAL}/{OFFICIAL_FILE} by hand, "
            "then run: klingkit spec build"
        )
    if request.relay not in registry:
        raise NewRelayError(request.relay, _registry_lines(request))
    return registry[request.relay]


def _registry_lines(request: Request) -> tuple[str, ...]:
    try:
        document = read_file(request.page).document
    except PageError:
        document = {}
    urls = [str(server.get("url", "")) for server in document.get("servers", ())]
    server = next((url for url in urls if url.startswith("http")), "https://")
    scheme, _, rest = server.partition("://")
    host, slash, below = rest.partition("/")
    path = next((path for path, _, _ in operations(document)), "")
    prefix = f"{slash}{below}{path.partition('/v1/')[0] if '/v1/' in path else ''}"
    variable = "".join(char if char.isalnum() else "_" for char in request.relay.upper())
    return (
        f"[relay.{request.relay}]",
        f'title = "{request.relay}"',
        f'base_url = "{scheme}://{host}"',
        f'path_prefix = "{prefix}"',
        'auth = "bearer"',
        f'key_variable = "KLINGKIT_{variable}_API_KEY"',
        'dialect = "kling"  # or another table of dialects.toml',
        f'docs = "{request.address or ""}"',
        f'reviewed = "{request.day}"',
    )


def _vendors_page(home: Path, request: Request) -> bytes:
    if request.page.resolve().is_relative_to(home / "sources"):
        raise IngestError(
            f"{request.page} is a source already; give the vendor's page as you saved it, "
            "or, after re-wording a source, run: klingkit spec build"
        )
    return b"" if request.page.is_dir() else request.page.read_bytes()


def _compared(
    request: Request, home: Path, entry: Mapping[str, Any], text: str | None
) -> tuple[Given, Given, tuple[Note, ...]]:
    """Hold the page, or `text` in its stead, against what is committed of it; every message names the page."""
    shown = str(request.page)
    with tempfile.TemporaryDirectory(prefix="klingkit-ingest-") as folder:
        file = request.page
        if text is not None:
            file = Path(folder) / request.page.name
            file.write_text(text, encoding="utf-8", newline="\n")
        if (home / "extracted" / f"{request.relay}.openapi.yaml").is_file():
            try:
                old, new, notes = page_against_extracted(file, home, request.relay, entry)
            except PageError as error:
                raise PageError(shown, error.sentence, line=error.line) from error
            return old, replace(new, shown=shown, file=request.page), notes
        reading = read_file(file, name=shown, relay=request.relay)
        nothing = {"openapi": "3.1.0", "paths": {}}
        document = of_one_page(entry, reading.document, request.page.name)
        del document["info"]
        return Given(nothing, "nothing"), Given(document, shown, file=request.page), reading.notes


def _signed(page: Path, links: tuple[Link, ...]) -> str:
    lines = list(dict.fromkeys(str(link.line) for link in links))
    where = ", ".join(lines[:_LISTED_LINES]) + (", …" if len(lines) > _LISTED_LINES else "")
    parameters = ", ".join(sorted({link.parameter for link in links}))
    return (
        f"{page} has signed links ({parameters}) on line {where}, and whoever has such a link has its access; "
        "replace them by hand, or let --strip-links take their query away."
    )


def _title(document: Mapping[str, Any], name: str) -> str:
    return next((str(node["summary"]) for _, _, node in operations(document) if node.get("summary")), name)


def _recorded(entry: Mapping[str, Any], digest: str) -> str | None:
    if digest in {entry.get("sha256"), entry.get("seed_sha256")}:
        return str(entry.get("reviewed", "an unknown day"))
    return None


def carry_out(home: Path, planned: Plan) -> Outcome:
    """Write source and provenance below `home`, build, and write the outputs if the build came to its end.

    Where it did not, the source stays and the outputs are what they were: the questions are the work to do.
    """
    outcome = Outcome(sources=_write_source(home, planned))
    try:
        result = pipeline.build(home)
    except SpecError as refusal:
        outcome.questions = open_questions(home, refusal)
        return outcome
    outcome.outputs = differences(home, result.outputs)
    write(home, result.outputs, outcome.outputs)
    outside = result.merged.outside if result.merged is not None else []
    outcome.outside = [
        f"{one.method.upper()} {one.path}" for one in outside if (one.relay, one.page) == (planned.relay, planned.name)
    ]
    return outcome


def _write_source(home: Path, planned: Plan) -> list[str]:
    """Write the page, then its provenance; when the second fails, the first is taken back."""
    folder = home / "sources" / planned.relay
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / planned.name
    before = file.read_bytes() if file.is_file() else None
    if planned.text is not None:
        write_whole(file, planned.text)
    try:
        write_whole(folder / PROVENANCE, planned.provenance)
    except BaseException:
        if planned.text is not None:
            if before is None:
                file.unlink()
            else:
                file.write_bytes(before)
        raise
    return [planned.source] * (planned.text is not None) + [f"sources/{planned.relay}/{PROVENANCE}"]


def rehearsal(home: Path, planned: Plan) -> Outcome:
    """Carry `planned` out on a copy of `home` that is thrown away, and return what would have come of it."""
    with tempfile.TemporaryDirectory(prefix="klingkit-ingest-") as folder:
        copy = Path(folder)
        for name in _COPIED:
            if (home / name).is_dir():
                shutil.copytree(home / name, copy / name)
            elif (home / name).is_file():
                shutil.copy(home / name, copy / name)
        return carry_out(copy, planned)
