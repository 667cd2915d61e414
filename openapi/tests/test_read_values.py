"""Lists of values without separators, constraint lines, types, cURL samples: the small readers, case by case."""

from __future__ import annotations

import pytest

from klingkit_spec.reader import curl
from klingkit_spec.reader.address import Address, same_path
from klingkit_spec.reader.bounds import constraints
from klingkit_spec.reader.core_yaml import BrokenYamlError, load
from klingkit_spec.reader.enums import from_prose, split, typed
from klingkit_spec.reader.examples import infer
from klingkit_spec.reader.json_text import BrokenJsonError, decode
from klingkit_spec.reader.labels import status_line, value_label
from klingkit_spec.reader.type_words import type_word


@pytest.mark.parametrize(
    ("text", "default", "seen", "values"),
    [
        ("stdpro", "std", (), ("std", "pro")),
        ("stdpro", None, (), ("std", "pro")),
        ("510", "5", (), ("5", "10")),
        ("510", None, ("10",), ("5", "10")),
        ("16:99:161:1", "16:9", (), ("16:9", "9:16", "1:1")),
        ("auto16:9", None, (), ("auto", "16:9")),
        ("kling-v1kling-v1-5kling-v2-master", None, (), ("kling-v1", "kling-v1-5", "kling-v2-master")),
        ("kling-v1-6", "kling-v1-6", (), ("kling-v1-6",)),
        ("1k2k4k", None, (), ("1k", "2k", "4k")),
        ("fastslow", "fast", (), ("fast", "slow")),
        ("std, pro / 4k", None, (), ("std", "pro", "4k")),
        ("quiet", "quiet", (), ("quiet",)),
    ],
)
def test_run_together_values_are_split(
    text: str, default: str | None, seen: tuple[str, ...], values: tuple[str, ...]
) -> None:
    assert split(text, default=default, seen=seen).values == values


@pytest.mark.parametrize(
    ("text", "default", "candidates"),
    [
        ("510", None, {("5", "10"), ("510",)}),
        ("1234", "12", {("12", "34")}),
        ("lowmediumhigh", "medium", {("lowmediumhigh",), ("low", "medium", "high")}),
        ("quiet", None, {("quiet",)}),
    ],
)
def test_values_that_split_in_no_or_several_ways_are_left_alone(
    text: str, default: str | None, candidates: set[tuple[str, ...]]
) -> None:
    cut = split(text, default=default)
    if len(candidates) == 1 and cut.values is not None:
        assert {cut.values} == candidates
    else:
        assert cut.values is None
        assert set(cut.candidates) == candidates


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("枚举值:a,b", ["a", "b"]),
        ("枚举值： a， b、c", ["a", "b", "c"]),
        ("是否有声枚举值:on,off仅V2.6及后续版本模型支持", ["on", "off"]),
        ("枚举值:std,pro\n其中std:便宜", ["std", "pro"]),
        ("枚举值:\n5\n10\n秒", ["5", "10"]),
        ("枚举值 kling-v1", []),
        ("枚举值: `a-1` or `a-2`.", ["a-1", "a-2"]),
        ("取值:0~1", []),
        ("取值为空时不生效", []),
        ("没有列表", []),
        ("Possible values: url | b64_json", ["url", "b64_json"]),
    ],
)
def test_listed_values_are_found_in_prose(text: str, values: list[str]) -> None:
    assert from_prose(text) == values


@pytest.mark.parametrize(
    ("text", "type_name", "value"),
    [
        ("5", "string", "5"),
        ("5", "integer", 5),
        ("5", "number", 5),
        ("0.5", "number", 0.5),
        ("0.5", "integer", "0.5"),
        ("true", "boolean", True),
        ("on", "boolean", "on"),
        ("5", None, "5"),
    ],
)
def test_value_gets_its_schema_type(text: str, type_name: str | None, value: object) -> None:
    read = typed(text, type_name)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("line", "keywords"),
    [
        (">= 1 items<= 4 items", [("minItems", 1), ("maxItems", 4)]),
        ("<= 2500 字符", [("maxLength", 2500)]),
        (">= 0<= 1", [("minimum", 0), ("maximum", 1)]),
        ("> 0.5", [("exclusiveMinimum", 0.5)]),
        ("= 3 characters", [("minLength", 3), ("maxLength", 3)]),
        ("< 5 项", [("maxItems", 4)]),
        ("a description", None),
        (">= one", None),
    ],
)
def test_constraint_line(line: str, keywords: list[tuple[str, object]] | None) -> None:
    assert constraints(line) == keywords


def test_type_words() -> None:
    listed = type_word("array [object (Mask) {2}]")
    assert listed is not None
    assert (listed.type, listed.item and (listed.item.type, listed.item.title, listed.item.count)) == (
        "array",
        ("object", "Mask", 2),
    )
    assert [getattr(type_word("enum<integer>"), name) for name in ("type", "is_enum")] == ["integer", True]
    assert [getattr(type_word("string <uri> | null"), name) for name in ("type", "format", "nullable")] == [
        "string",
        "uri",
        True,
    ]
    assert type_word("strings") is None
    plural = type_word("Array of strings")
    assert plural is not None
    assert (plural.type, plural.item and plural.item.type) == ("array", "string")
    assert type_word("array of ideas") is None
    assert type_word("int") is None  # in running text that may be a word
    assert getattr(type_word("int", loose=True), "type", None) == "integer"


def test_labels_and_status_lines() -> None:
    assert value_label("枚举值:") == ("enum", "")
    assert value_label("Default: std") == ("default", "std")
    assert value_label("模式说明") is None
    assert status_line("🟢200成功") == ("200", "成功")
    assert status_line("HTTP 404 not found") == ("404", "not found")
    assert status_line("2000 items") is None


def test_curl_sample_with_continuations_quotes_and_empty_headers() -> None:
    text = (
        "curl --location --request POST 'https://relay.example/v1/x' \\\n--header 'Authorization;' \\\n"
        '-H "X-Note: say \\"hi\\"" -HA:b \\\n--data-raw \'{\n"a": 1\n}\'\nnext line'
    )
    sample = curl.parse(text, 0)
    assert (sample.method, sample.url) == ("POST", "https://relay.example/v1/x")
    assert sample.headers == {"Authorization": "", "X-Note": 'say "hi"', "A": "b"}
    assert sample.data == '{\n"a": 1\n}'
    assert text[sample.end :] == "\nnext line"


def test_curl_method_follows_from_the_body() -> None:
    assert curl.parse("curl https://relay.example/v1/x", 0).method == "GET"
    assert curl.parse("curl https://relay.example/v1/x -d x=1", 0).method == "POST"
    assert curl.starts("curl relay.example/v1")
    assert not curl.starts("curl samples follow")


def test_addresses() -> None:
    address = Address.parse("https://relay.example/v1/x/:id/%7Bpart%7D?a=1&b=")
    assert address == Address("https://relay.example", "/v1/x/{id}/{part}", (("a", "1"), ("b", "")))
    assert address.placeholders() == ["id", "part"]
    assert Address.parse("relay.example/v1").server == "https://relay.example"
    assert Address.parse("https://relay.example").path == ""
    assert same_path("/v1/{id}/x", "/v1/42/x")
    assert not same_path("/v1/{id}", "/v1/42/x")


def test_yaml_scalars_are_those_of_yaml_1_2() -> None:
    text = "a: [off, 16:9, 2025-01-01, 010, 0x10, 1e3, .5, ~, true, No, '5']"
    assert load(text).value == {"a": ["off", "16:9", "2025-01-01", 10, 16, 1000.0, 0.5, None, True, "No", "5"]}


def test_yaml_reports_lines_and_doubled_keys() -> None:
    parsed = load("a:\n  b: 1\n  b: 2\n200: x\n")
    assert parsed.value == {"a": {"b": 2}, "200": "x"}
    assert parsed.doubled == [(3, "b")]
    assert parsed.lines["a", "b"] == 3
    with pytest.raises(BrokenYamlError) as broken:
        load("a: 1\nb: [1\nc: 2\n")
    assert broken.value.line >= 2


def test_json_examples_may_have_comments_and_trailing_commas() -> None:
    assert decode('{"a": "// kept", // gone\n "b": [1,],}') == ({"a": "// kept", "b": [1]}, True)
    assert decode(' {"a": 1}') == ({"a": 1}, False)
    assert decode("{a: 1, 'b': +.5, /* gone */ c: [\n1,],}") == ({"a": 1, "b": 0.5, "c": [1]}, True)
    assert decode("{“a”：“x”，“b”：1}") == ({"a": "x", "b": 1}, True)
    with pytest.raises(BrokenJsonError):
        decode("{a: }")
    with pytest.raises(BrokenJsonError):
        decode("{a: Infinity}")


def test_schema_of_an_example_merges_list_members() -> None:
    schema = infer({"list": [{"a": 1}, {"a": 2, "b": "x"}], "mixed": [1, "x"], "nothing": None})
    members = schema["properties"]["list"]["items"]["properties"]
    assert {name: member["type"] for name, member in members.items()} == {"a": "integer", "b": "string"}
    assert schema["properties"]["mixed"]["items"] == {}
    assert schema["properties"]["nothing"] == {}
