"""The matrix: who offers what, what is called differently, and on which line of the page it stands."""

from __future__ import annotations

import copy
import io
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

import klingkit_data
from klingkit_spec.cli import spec
from klingkit_spec.cli.matrix import UnknownOperationError
from klingkit_spec.errors import UnknownRelayError
from klingkit_spec.matrix.model import Aspect, Cell, Documents, Locator, Matrix, Source, build
from klingkit_spec.matrix.page import render
from klingkit_spec.matrix.page_lines import declared_lines, first_line
from klingkit_spec.matrix.phrases import field_phrases
from klingkit_spec.matrix.sources import PageLocator
from klingkit_spec.matrix.table import print_matrix

if TYPE_CHECKING:
    from pathlib import Path

HOME = klingkit_data.path("relays.toml").parent
REGISTRY: dict[str, Any] = klingkit_data.load("relays.toml")["relay"]
CREATE = "image_multi_image2image_create"


def documents() -> Documents:
    return Documents(
        spec=klingkit_data.load("resolved/kling.openapi.yaml"),
        relays={relay: klingkit_data.load(f"resolved/relays/{relay}.openapi.yaml") for relay in REGISTRY},
        registry=REGISTRY,
        dialects=klingkit_data.load("dialects.toml"),
        claims={relay: row["claims"] for relay, row in klingkit_data.load("resolved/surface.json")["relays"].items()},
    )


@pytest.fixture(scope="module")
def whole() -> Matrix:
    return build(documents(), PageLocator(HOME, REGISTRY))


def shown(matrix: Matrix, *, width: int = 80, everything: bool = False) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None, highlight=False, markup=False)
    print_matrix(matrix, console, everything=everything)
    return stream.getvalue()


# --------------------------------------------------------------------------------------------------- the cells
def test_every_operation_has_a_cell_for_every_relay(whole: Matrix) -> None:
    assert whole.relays == list(REGISTRY)
    assert all(list(row) == whole.relays for row in whole.operations.values())
    states = {relay: cell.state for relay, cell in whole.operations[CREATE].items()}
    assert states["haoee"] == "different"
    assert states["xiexus"] == "missing"
    assert whole.operations["video_text2video_list"]["anyapi"].state == "assumed"
    assert whole.operations["video_text2video_create"]["haoee"].state == "claimed"
    assert whole.operations["video_text2video_get"]["anyapi"].state == "documented"


def test_what_haoee_calls_differently_is_a_name_with_its_line(whole: Matrix) -> None:
    cell = whole.fields[CREATE]["scene_image"]["haoee"]

    assert (cell.state, cell.name) == ("different", "scence_image")
    assert cell.aspects == [Aspect("name", "", "scene_image", "scence_image")]
    assert cell.source is not None
    assert '"scence_image"' in line_of(cell.source)


def test_missing_extra_and_other_types_are_told_apart(whole: Matrix) -> None:
    fields = {path: row["haoee"] for path, row in whole.fields[CREATE].items() if "haoee" in row}

    assert fields["style_image"].state == "missing"
    assert fields["negative_prompt"].state == "extra"
    assert fields["header ModelName"].state == "extra"
    assert fields["subject_image_list[]"].aspects == [Aspect("type", "", "object", "string")]
    assert fields["subject_image_list[].subject_image"].inherited
    assert fields["prompt"].state == "documented"


def test_a_difference_in_required_enum_limit_default_and_format_is_found() -> None:
    given = documents()
    relay = copy.deepcopy(given.relays["anyapi"])
    request = relay["components"]["schemas"]["MultiImage2VideoRequest"]
    request["properties"]["prompt"]["maxLength"] = 500
    request["properties"]["mode"]["default"] = "pro"
    request["properties"]["callback_url"]["format"] = "uri"
    matrix = build(Documents(**{**vars(given), "relays": {"anyapi": relay}}), Locator())

    fields = {path: row["anyapi"] for path, row in matrix.fields["video_multi_image2video_create"].items()}

    assert fields["prompt"].aspects == [Aspect("limit", "maxLength", 2500, 500)]
    assert fields["mode"].aspects[-1] == Aspect("default", "", "std", "pro")
    assert fields["mode"].aspects[0] == Aspect("required", "", False, True)
    assert field_phrases(fields["callback_url"]) == ["format uri"]
    assert field_phrases(fields["prompt"]) == ["maxLength 500"]
    enum = matrix.fields["video_text2video_create"]["mode"]["anyapi"].aspects[-1]
    assert (enum.aspect, enum.one_spec, enum.relay) == ("enum", ["std", "pro", "4k"], ["std", "pro"])


def test_an_operation_that_only_a_relay_has_is_extra() -> None:
    given = documents()
    relay = copy.deepcopy(given.relays["haoee"])
    relay["paths"]["/v1/balance"] = {"get": {"operationId": "account_balance_get", "responses": {}}}

    matrix = build(Documents(**{**vars(given), "relays": {"haoee": relay}}), Locator())

    assert matrix.operations["account_balance_get"] == {"haoee": Cell("extra")}


def test_the_official_document_differs_in_what_others_added(whole: Matrix) -> None:
    assert field_phrases(whole.fields[CREATE]["model_name"]["official"]) == ["without kling-v2"]


# --------------------------------------------------------------------------------------------------- the lines
def line_of(source: Source) -> str:
    assert source.line is not None
    return (HOME / source.page).read_text(encoding="utf-8").splitlines()[source.line - 1]


def test_every_line_holds_the_field_it_is_given_for(whole: Matrix) -> None:
    looked_at = 0
    for table in whole.fields.values():
        for row in table.values():
            for relay, cell in row.items():
                if cell.source is None or cell.source.line is None or (relay, cell.name[-2:]) == ("official", "[]"):
                    continue
                name = re.split(r"[. ]", cell.name.removesuffix("[]"))[-1]
                assert re.search(rf"(?<!\w){name}(?!\w)", line_of(cell.source)), (relay, cell.name, cell.source)
                looked_at += 1
    assert looked_at > 100


def test_every_described_field_that_differs_has_a_line(whole: Matrix) -> None:
    without = [
        (relay, path)
        for table in whole.fields.values()
        for path, row in table.items()
        for relay, cell in row.items()
        if cell.state in {"different", "extra"} and not cell.inherited and (cell.source is None or not cell.source.line)
        if relay != "haoee" or "scene_image" in table  # of what it claims, no page describes a field
    ]

    # what is about the whole operation, a field that a fix adds to a page older than the service, fields of answers
    plain = {place for place in without if not place[1].startswith("answer ")} - {("openai-next", "sound")}
    assert {name for _, name in plain} == {"(answer)", "(body)", "(errors)"}


def test_a_name_inside_another_field_is_not_taken_for_the_outer_one() -> None:
    page = "prompt:\nshots:\n  duration:\n  required:\n  - duration\nduration:\n"

    assert declared_lines(page, ["prompt", "shots", "duration", "duration"]) == [1, 2, 3, 6]


def test_a_name_that_is_not_where_it_should_be_has_no_line() -> None:
    page = "a\nstring\nc\nstring\nb\nstring\n"

    assert declared_lines(page, ["a", "b", "c"]) == [1, None, 3]


def test_too_few_names_found_are_none_at_all() -> None:
    assert declared_lines("a\nstring\n", ["a", "b", "c", "d"]) == [None] * 4


def test_only_lines_after_the_operation_count() -> None:
    page = "a:\nPOST /v1/second\na:\n"

    assert declared_lines(page, ["a"], after=first_line(page, "/v1/second") or 1) == [3]


def test_each_shape_of_declaration_is_found() -> None:
    assert declared_lines('{\n"a": {\n"type": "string"\n},\n"b": {\n}\n}', ["a", "b"]) == [2, 5]
    assert declared_lines("| name | type |\n| a | string |\n| `b` | integer |\n", ["a", "b"]) == [2, 3]
    assert declared_lines('curl -d {"a": 1,\n"b": 2}', ["a", "b"]) == [1, 2]


# -------------------------------------------------------------------------------------------------- what is shown
def test_the_tables_fit_eighty_columns_and_show_the_other_name_first(whole: Matrix) -> None:
    text = shown(whole)

    assert max(map(len, text.splitlines())) <= 80
    assert all(line == line.rstrip() for line in text.splitlines())
    assert re.search(r"^haoee +scene_image → «scence_image»", text, re.MULTILINE)
    assert re.search(r"^scene_image +✓ +✓ +«scence_image»$", text, re.MULTILINE)
    assert text.index("Called differently") < text.index("\nvideo_text2video_create\n")


def test_relays_that_do_not_fit_beside_each_other_stand_below_each_other() -> None:
    relays = [f"a-relay-{number}" for number in range(9)]
    cell = Cell("different", aspects=[Aspect("type", "", "string", "number")], count=1)
    matrix = Matrix(relays, {"b_create": dict.fromkeys(relays, cell)}, {"b_create": {"x": dict.fromkeys(relays, cell)}})

    lines = shown(matrix).splitlines()

    assert max(map(len, lines)) <= 80
    for relay in relays:
        assert sum(relay in line.split() for line in lines) == 2  # once above the operations, once above the fields


def test_members_that_differ_in_one_way_share_a_row_and_bring_no_relay_that_does_not(whole: Matrix) -> None:
    text = shown(whole)
    create = text.split("\nvideo_image2video_create\nfield", 1)[1].split("\n\n", 1)[0]

    assert create.split("\n", 1)[0].split() == ["anyapi", "xiexus", "openai-next", "haoee"]
    assert re.search(r"^camera_control\.config\.\* +integer, not", create, re.MULTILINE)
    assert "camera_control.config.pan" not in create


def test_operations_that_one_relay_alone_has_are_one_paragraph(whole: Matrix) -> None:
    brief, full = shown(whole), shown(whole, everything=True)

    assert "\nOnly official offers: voice_preset_list, " in brief
    assert not re.search(r"^voice_preset_list", brief, re.MULTILINE)
    assert re.search(r"^voice_preset_list +✓ +–", full, re.MULTILINE)


def test_what_is_claimed_is_not_shown_as_described(whole: Matrix) -> None:
    assert whole.operations["video_text2video_create"]["haoee"].state == "claimed"
    assert re.search(r"^video_text2video_create .* claimed$", shown(whole), re.MULTILINE)


def test_a_query_under_the_path_of_another_operation_stands_in_its_own_row(whole: Matrix) -> None:
    assert whole.operations["video_omni_video_get"]["haoee"].state == "claimed"
    assert whole.operations["image_omni_image_get"]["haoee"].state == "missing"


def test_a_short_list_is_told_by_what_is_in_it() -> None:
    seconds = [str(number) for number in range(3, 16)]

    assert field_phrases(Cell("different", aspects=[Aspect("enum", "", seconds, ["5", "10"])])) == ["only 5, 10"]
    assert field_phrases(Cell("different", aspects=[Aspect("enum", "", ["a", "b", "c"], ["a"])])) == ["without b, c"]


def test_fields_that_are_alike_are_counted_unless_all_are_asked_for(whole: Matrix) -> None:
    brief, full = shown(whole), shown(whole, everything=True)

    assert "more fields without a difference of their own." in brief
    assert "more fields" not in full
    assert re.search(r"^callback_url", full, re.MULTILINE)


def test_without_pages_there_are_no_lines() -> None:
    matrix = build(documents(), Locator())

    assert all(
        cell.source is None for table in matrix.fields.values() for row in table.values() for cell in row.values()
    )
    assert "lines of" not in shown(matrix)
    assert "«scence_image»" in shown(matrix)


class _Page(HTMLParser):
    """Collects what a page is made of, and complains of a tag that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else_and_can_be_read_aloud(whole: Matrix) -> None:
    text = render(whole)
    page = _Page()
    page.feed(text)
    tags = [tag for tag, _ in page.tags]

    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(tags)
    assert "http" not in re.sub(r"http-equiv", "", text)
    assert ("html", {"lang": "en"}) in page.tags
    assert all(attributes.get("scope") in {"col", "row"} for tag, attributes in page.tags if tag == "th")
    assert tags.count("caption") == tags.count("table")
    assert "prefers-color-scheme: dark" in text
    links = {(attributes["href"] or "")[1:] for tag, attributes in page.tags if tag == "a"}
    assert links == {attributes["id"] for tag, attributes in page.tags if tag == "section"}
    assert "«scence_image»" in text


def test_one_name_in_two_operations_is_two_rows_above_all_others(whole: Matrix) -> None:
    called = render(whole).split("<caption>Called differently</caption>", 1)[1].split("<caption>", 1)[0]

    assert called.count("<code>model</code>") == 4  # xiexus and newapi-b, each in two
    assert "<caption>Operations</caption>" not in called


def test_the_page_shows_what_is_not_html_as_it_is() -> None:
    matrix = Matrix(["<a>"], {"<b>": {"<a>": Cell("extra")}}, {"<b>": {"x": {"<a>": Cell("different", name="&")}}})

    assert "<a>" not in render(matrix)
    assert "&lt;a&gt;" in render(matrix)


# -------------------------------------------------------------------------------------------------- the command
def test_the_json_is_the_same_every_time_and_complete(capsys: pytest.CaptureFixture[str], whole: Matrix) -> None:
    assert spec.main(["matrix", "--json"]) == 0

    text = capsys.readouterr().out
    assert json.loads(text) == json.loads(json.dumps(whole.as_dict()))
    assert json.loads(text)["fields"][CREATE]["scene_image"]["haoee"]["differences"] == [
        {"aspect": "name", "keyword": "", "one_spec": "scene_image", "relay": "scence_image"}
    ]


def test_relays_and_operations_can_be_chosen(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "matrix.html"
    chosen = ["--relay", "haoee", "--operation", "image_multi_image2image", "--json", "--html", str(page)]

    assert spec.main(["matrix", *chosen]) == 0

    captured = capsys.readouterr()
    said = json.loads(captured.out)
    assert said["relays"] == ["haoee"]
    assert len(said["operations"]) == 3
    assert captured.err == f"{page} written.\n"
    assert "scence_image" in page.read_text(encoding="utf-8")


def test_where_only_resolved_documents_are_installed_it_works_without_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "relays.toml").write_bytes((HOME / "relays.toml").read_bytes())
    find = klingkit_data.path
    monkeypatch.setattr(klingkit_data, "path", lambda name: tmp_path / name if name == "relays.toml" else find(name))

    assert spec.main(["matrix", "--relay", "haoee", "--json"]) == 0

    cell = json.loads(capsys.readouterr().out)["fields"][CREATE]["scene_image"]["haoee"]
    assert (cell["name"], cell["source"]) == ("scence_image", None)


def test_unknown_relays_and_operations_are_one_sentence() -> None:
    with pytest.raises(UnknownRelayError, match="there is no relay 'nosuch'; choose one of: anyapi"):
        spec.main(["matrix", "--relay", "nosuch"])
    with pytest.raises(UnknownOperationError, match="there is no operation 'nosuch'; choose one of: video_text2video"):
        spec.main(["matrix", "--operation", "nosuch"])
