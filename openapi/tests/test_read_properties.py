"""Any document of our vocabulary, written as a page of any shape, reads back to the same schema."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klingkit_spec.reader import read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Schema = dict[str, Any]

NAMES = (
    *("model_name", "prompt", "negative_prompt", "image_list", "config", "mode", "seed", "n", "callback_url"),
    *("camera_control", "pan", "tilt", "zoom", "duration", "cfg_scale", "multi_shot", "voice_id", "watermark_info"),
    *("first", "last", "external_task_id", "aspect_ratio", "sound", "strength", "mask_url", "ref_image", "count"),
)
WORDS = ("std", "pro", "kling-v1", "kling-v2-1", "16:9", "1:1", "on", "off", "auto", "720p", "quiet", "A1")
EXAMPLES = settings(
    derandomize=True,
    max_examples=120,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def _bounds(low: str, high: str, numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[Schema]:
    pairs = st.tuples(numbers, numbers).map(sorted)
    return st.one_of(
        st.just({}),
        numbers.map(lambda number: {low: number}),
        numbers.map(lambda number: {high: number}),
        pairs.map(lambda pair: {low: pair[0], high: pair[1]}),
    )


def _typed(kind: str, extra: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.builds(lambda more, null: {"type": [kind, "null"] if null else kind, **more}, extra, st.booleans())


COUNTS = st.integers(0, 3000)
SCALARS = st.one_of(
    _typed("string", _bounds("minLength", "maxLength", COUNTS)),
    _typed("string", st.lists(st.sampled_from(WORDS), min_size=2, max_size=4, unique=True).map(lambda v: {"enum": v})),
    _typed("integer", _bounds("minimum", "maximum", st.integers(-50, 5000))),
    _typed("integer", st.lists(st.integers(1, 60), min_size=2, max_size=4, unique=True).map(lambda v: {"enum": v})),
    _typed("number", _bounds("minimum", "maximum", st.integers(-100, 100).map(lambda tenths: tenths / 10))),
    st.just({"type": "boolean"}),
)


@st.composite
def requests(draw: st.DrawFn, depth: int = 2, most: int = 3) -> Schema:
    """Draw the schema of a request; no name stands in it twice, since some shapes lose all else."""
    free = list(draw(st.permutations(NAMES)))

    def thing(depth: int) -> Schema:
        names = [free.pop() for _ in range(draw(st.integers(1, most))) if free]
        made: Schema = {"type": "object", "properties": {name: member(depth) for name in names}}
        required = [name for name in names if draw(st.booleans())]
        return made | ({"required": required} if required else {})

    def member(depth: int) -> Schema:
        kind = draw(st.sampled_from(["scalar"] * 4 + ["list"] + ["object", "objects"] * (depth > 0 and len(free) > 3)))
        if kind == "scalar":
            return draw(SCALARS)
        if kind == "object":
            return thing(depth - 1)
        items = thing(depth - 1) if kind == "objects" else {"type": draw(st.sampled_from(["string", "integer"]))}
        return {"type": "array", "items": items, **draw(_bounds("minItems", "maxItems", st.integers(1, 9)))}

    return thing(depth)


KEPT = {*("type", "enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems")}


def _facts(schema: Schema) -> Schema:
    found = {key: value for key, value in schema.items() if key in KEPT}
    if "properties" in schema:
        found["properties"] = {name: _facts(each) for name, each in schema["properties"].items()}
        found["required"] = sorted(schema.get("required", ()))
    if "items" in schema:
        found["items"] = _facts(schema["items"])
    return found


def _document(schema: Schema) -> Schema:
    media = {"application/json": {"schema": schema}}
    operation = {
        "summary": "Make a clip",
        "requestBody": {"content": media},
        "responses": {"200": {"description": "ok"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Clips", "version": "1"},
        "paths": {"/v1/clips": {"post": operation}},
        "servers": [{"url": "https://relay.example"}],
    }


def _with_orders(schema: Schema) -> Schema:
    """Write a schema in the key order of Apifox, which names an object's fields once more behind them."""
    made: Schema = {"type": schema["type"]}
    if "properties" in schema:
        made["properties"] = {name: _with_orders(each) for name, each in schema["properties"].items()}
        made |= {"required": schema["required"]} if "required" in schema else {}
        made["x-apifox-orders"] = list(schema["properties"])
    if "items" in schema:
        made["items"] = _with_orders(schema["items"])
    return made | {key: value for key, value in schema.items() if key in KEPT - {"type"}}


def indented_yaml(schema: Schema) -> str:
    block = yaml.safe_dump(_document(_with_orders(schema)), sort_keys=False, allow_unicode=True)
    return f"文生视频\n\n```yaml\n{block}```\n"


def lost_indentation(schema: Schema) -> str:
    block = yaml.safe_dump(_document(_with_orders(schema)), sort_keys=False, allow_unicode=True)
    return "\n".join(line.strip() for line in block.split("\n"))


def embedded_json(schema: Schema) -> str:
    return f"Make a clip\nThe document: {json.dumps(_document(schema), indent=2)}\nEnd of the page.\n"


def _kind(schema: Schema) -> str:
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if kind == "array":
        return f"array [{_kind(schema['items'])}]"
    if kind == "object":
        return f"object {{{len(schema['properties'])}}}"
    return f"enum<{kind}>" if "enum" in schema else str(kind)


def _null(schema: Schema) -> bool:
    return isinstance(schema["type"], list)


def _rows(schema: Schema, above: str = "", depth: int = 0) -> Iterator[tuple[str, str, int, Schema, bool]]:
    """Yield (dotted name, name, depth, schema, required) of every field, each object's behind it."""
    for name, each in schema["properties"].items():
        yield f"{above}{name}", name, depth, each, name in schema.get("required", ())
        inner = each.get("items", each)
        if "properties" in inner:
            yield from _rows(inner, f"{above}{name}{'[]' if 'items' in each else ''}.", depth + 1)


def _chinese_limits(schema: Schema) -> str:
    unit = {"Length": " 字符", "Items": " 项"}
    signs = {"min": ">=", "max": "<="}
    return "".join(
        f"{signs[key[:3]]} {schema[key]}{unit.get(key[3:], '')}"
        for key in ("minimum", "minLength", "minItems", "maximum", "maxLength", "maxItems")
        if key in schema
    )


def rendered_chinese(schema: Schema) -> str:
    lines = ["文生视频", "已发布", "POST", "https://relay.example/v1/clips", "请求参数", "Body 参数application/json"]
    for _, name, _, each, required in _rows(schema):
        lines += [name, _kind(each) + (" | null" if _null(each) else ""), "必需" if required else "可选"]
        lines += [_chinese_limits(each)] if _chinese_limits(each) else []
        if "enum" in each:
            lines += ["枚举值:", *map(str, each["enum"])]
    return "\n".join([*lines, "返回响应", "🟢200成功", "application/json", "修改于 昨天"])


def _english_limits(schema: Schema) -> Iterator[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None or high is not None:
        above = (
            f"{low} <= x <= {high}" if None not in (low, high) else f"x >= {low}" if high is None else f"x <= {high}"
        )
        yield f"Required range: {above}"
    for what, ending in (("string", "Length"), ("array", "Items")):
        low, high = schema.get(f"min{ending}"), schema.get(f"max{ending}")
        length = "array length" if what == "array" else "length"
        if None not in (low, high):
            yield f"Required {what} length: {low} - {high}"
        elif low is not None:
            yield f"Minimum {length}: {low}"
        elif high is not None:
            yield f"Maximum {length}: {high}"


def _english_kind(schema: Schema) -> str:
    if "items" in schema:
        return f"{_english_kind(schema['items'])}[]"
    return _kind(schema).split(" ")[0] + (" | null" if _null(schema) else "")


def rendered_english(schema: Schema) -> str:
    lines = ["Make a clip", "POST", "/v1/clips", "Base URL: https://relay.example", "Body", "application/json"]
    for dotted, _, _, each, required in _rows(schema):
        lines += [dotted.replace("[]", ""), _english_kind(each), *(["required"] if required else [])]
        lines += _english_limits(each)
        lines += ["Show child attributes"] if _kind(each).startswith(("object", "array [object")) else []
        if "enum" in each:
            lines += [f"Available options: {', '.join(map(str, each['enum']))} "]
    return "\n".join([*lines, "Response", "200 - application/json", "OK", "Previous"])


def _redoc_limits(schema: Schema) -> str:
    unit = {"Length": " characters", "Items": " items", "imum": ""}
    written = ""
    for ending, words in unit.items():
        low, high = schema.get(f"min{ending}"), schema.get(f"max{ending}")
        if None not in (low, high):
            written += f" [ {low} .. {high} ]{words}"
        elif low is not None:
            written += f" >= {low}{words}"
        elif high is not None:
            written += f" <= {high}{words}"
    return written


def markdown_table(schema: Schema) -> str:
    lines = ["## Make a clip", "", "`POST https://relay.example/v1/clips`", "", "### Request Body", ""]
    lines += ["| Field | Type | Required | Values | Limits |", "|:--|:-:|---|---|---|"]
    for dotted, _, _, each, required in _rows(schema):
        values = ", ".join(f"`{value}`" for value in each.get("enum", ()))
        kind = _english_kind({key: value for key, value in each.items() if key != "enum"})
        lines += [
            " | ".join(
                [
                    f"| `{dotted}`",
                    kind.replace("|", "\\|"),
                    "yes" if required else "no",
                    values,
                    _redoc_limits(each) + " |",
                ]
            )
        ]
    return "\n".join([*lines, "", "### Response", "", "| Status code | Description |", "|---|---|", "| 200 | OK |", ""])


def html_table(schema: Schema) -> str:
    rows = [["字段", "类型", "是否必填", "可选值", "取值范围"]]
    for _, name, depth, each, required in _rows(schema):
        values = "<br>".join(map(str, each.get("enum", ())))
        kind = _english_kind({key: value for key, value in each.items() if key != "enum"})
        limits = html.escape(_redoc_limits(each).strip())
        rows += [
            [
                "&nbsp;&nbsp;" * depth + f"<code>{name}</code>",
                html.escape(kind),
                "是" if required else "否",
                values,
                limits,
            ]
        ]
    written = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        "<!DOCTYPE html>\n<html><head><title>x</title></head><body><nav>GET</nav><main>\n<h1>文生视频</h1>\n"
        "<p><b>POST</b> https://relay.example/v1/clips</p>\n<h2>请求参数</h2>\n"
        f"<table>{written}</table>\n</main></body></html>\n"
    )


def redoc(schema: Schema) -> str:
    """Write a flat page of two columns; inner objects are folded away there, so only plain fields take part."""
    lines = ["Make a clip", "AUTHORIZATIONS:", "bearerAuth", "REQUEST BODY SCHEMA: application/json"]
    for _, name, _, each, required in _rows(schema):
        lines += [name, *(["required"] if required else [])]
        kind = (
            (each["type"][0] if _null(each) else each["type"])
            if "items" not in each
            else f"Array of {each['items']['type']}s"
        )
        lines += [f"{kind}{' or null' if _null(each) else ''}{_redoc_limits(each)}"]
        lines += ["Enum: " + " ".join(json.dumps(str(value)) for value in each["enum"])] if "enum" in each else []
    return "\n".join([*lines, "Responses", "200", "OK", "post", "/v1/clips", "Request samples"])


def _read(text: str) -> Schema:
    reading = read_page(text)
    assert [note for note in reading.notes if note.level == "warning"] == []
    assert list(reading.document["paths"]) == ["/v1/clips"]
    body: Schema = reading.document["paths"]["/v1/clips"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    return body


SHAPES: tuple[Callable[[Schema], str], ...] = (
    *(indented_yaml, embedded_json, rendered_chinese, rendered_english, markdown_table, html_table),
)


@pytest.mark.parametrize("render", SHAPES, ids=lambda render: render.__name__)
def test_every_document_reads_back_from_every_shape(render: Callable[[Schema], str]) -> None:
    @EXAMPLES
    @given(schema=requests())
    def holds(schema: Schema) -> None:
        assert _facts(_read(render(schema))) == _facts(schema)

    holds()


@settings(EXAMPLES, max_examples=500)
@given(schema=requests(depth=2, most=2))
def test_lost_indentation_reads_back_to_the_tree_of_the_indented_page(schema: Schema) -> None:
    lost = read_page(lost_indentation(schema))
    assert lost.document == read_page(indented_yaml(schema)).document
    assert [note for note in lost.notes if note.level == "warning"] == []


@EXAMPLES
@given(schema=requests())
def test_plain_fields_read_back_from_a_two_column_page(schema: Schema) -> None:
    plain = {
        name: each
        for name, each in schema["properties"].items()
        if each["type"] != "object" and "properties" not in each.get("items", ())
    }
    required = [name for name in schema.get("required", ()) if name in plain]
    flat = {"type": "object", "properties": plain} | ({"required": required} if required else {})
    if plain:
        assert _facts(_read(redoc(flat))) == _facts(flat)


@EXAMPLES
@given(schema=requests())
def test_sources_name_the_line_that_holds_the_field(schema: Schema) -> None:
    text = markdown_table(schema)
    document = read_page(text, sources=True).document
    read = document["paths"]["/v1/clips"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    lines = text.split("\n")
    for dotted, name, _, _, _ in _rows(schema):
        inner = read
        for step in dotted.split("."):
            inner = inner.get("items", inner)["properties"][step.removesuffix("[]")]
        assert f"`{dotted}`" in lines[inner["x-source"]["line"] - 1], name
        assert inner["x-source"]["from"] == "label"
