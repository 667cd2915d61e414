"""A document whose indentation was taken away is rebuilt as it was, or the reader says where it cannot know."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from klingkit_spec.reader import unindented
from klingkit_spec.reader.notes import Notes
from klingkit_spec.reader.output import to_yaml
from klingkit_spec.reader.page import Page

EACH = 13
BATCHES = range(0, 130, EACH)

_NAMES = (
    *("model_name", "prompt", "image_list", "config", "mode", "seed", "url", "n", "callback_url", "标题", "x_y"),
    *("type", "items", "description", "example", "required", "properties", "title", "default", "enum", "format"),
    *("schema", "content", "in", "name", "value", "summary", "status", "data"),
)
_LINES = (
    *(
        "生成视频的模式",
        "枚举值:std,pro",
        "不能超过2500个字符",
        "Where the result goes.",
        "当前参数为true时,prompt参数无效",
    ),
    *("note: see below", "- a dash", "# a hash", "prompt:", "'quoted' start", "type: string", "● 最多6个"),
)
_TEXTS = ("std", "5", "off", "16:9", "", "a b c", "https://example.com/x.png", "生成", "- x", "a: b", "#1")


class Documents:
    """Makes documents from a seed. With `distinct` names no two properties of a document share one.

    Key order is the page generators': an object's own description stands behind ``x-apifox-orders``, a list's
    behind ``items``, an example behind its schema.
    """

    def __init__(self, seed: int, *, distinct: bool) -> None:
        self._random = random.Random(seed)
        self._distinct = distinct
        self._free = list(_NAMES)

    def document(self) -> dict[str, Any]:
        """Return one document with one operation."""
        media = self._media(2)
        operation = {
            "summary": "文生视频",
            "deprecated": False,
            "description": self._text() if self._chance(0.3) else "",
            "tags": ["a/b"],
            "parameters": [
                self._parameter(name) for name in self._some(("Content-Type", "Authorization", "ModelName"))
            ],
            "requestBody": {"content": {"application/json": media}},
            "responses": {
                "200": {
                    "description": "",
                    "content": {"application/json": self._media(1)},
                    "headers": {},
                    "x-apifox-name": "成功",
                }
            },
            "security": [{"bearer": []}],
            "x-apifox-folder": "a/b",
        }
        return {
            "openapi": "3.0.1",
            "info": {"title": "", "description": "", "version": "1.0.0"},
            "paths": {"/kling/v1/videos/text2video": {"post": operation}},
            "components": {"schemas": {}, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "servers": [{"url": "https://relay.example", "description": "正式环境"}],
            "security": [{"bearer": []}],
        }

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _some(self, names: tuple[str, ...]) -> list[str]:
        return self._random.sample(names, self._random.randint(0, len(names)))

    def _text(self) -> str:
        return "\n".join(self._random.choice(_LINES) for _ in range(self._random.choice((1, 1, 2))))

    def _parameter(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "in": "header",
            "description": "",
            "required": False,
            "example": "Bearer {{KEY}}",
            "schema": {"type": "string"},
        }

    def _media(self, depth: int) -> dict[str, Any]:
        self._free = list(_NAMES)
        root: dict[str, Any] = {"type": "object", **self._object(depth, self._random.randint(1, 4))}
        root.pop("description", None)
        media: dict[str, Any] = {"schema": root}
        if self._chance(0.8):
            media["example"] = self._example(root)
        return media

    def _object(self, depth: int, count: int) -> dict[str, Any]:
        names = self._take(count)
        if not names:
            return {"properties": {}}
        made: dict[str, Any] = {"properties": {name: self._schema(depth - 1) for name in names}}
        if self._chance(0.6):
            made["required"] = self._random.sample(names, self._random.randint(1, len(names)))
        made["x-apifox-orders"] = names
        if self._chance(0.4):
            made["description"] = self._text()
        return made

    def _take(self, count: int) -> list[str]:
        if not self._distinct:
            return self._random.sample(_NAMES, count)
        names = self._random.sample(self._free, min(count, len(self._free)))
        self._free = [name for name in self._free if name not in names]
        return names

    def _schema(self, depth: int) -> dict[str, Any]:
        kinds = ["string"] * 4 + ["integer", "number", "boolean"] + ["object", "array", "array"] * (depth > 0)
        kind = self._random.choice(kinds)
        if kind == "object":
            return {"type": kind, **self._object(depth, self._random.randint(1, 3))}
        if kind == "array":
            return self._array(depth)
        schema: dict[str, Any] = {"type": kind}
        if self._chance(0.6):
            schema["description"] = self._text()
        if kind == "string" and self._chance(0.3):
            schema["enum"] = self._random.sample(["std", "pro", "on", "off", "5", "10"], self._random.randint(1, 3))
        if kind == "string" and self._chance(0.2):
            schema["maxLength"] = self._random.randint(1, 3000)
        if kind in {"integer", "number"} and self._chance(0.3):
            schema |= {"minimum": 0, "maximum": 1}
        if self._chance(0.2):
            schema["default"] = self._scalar(kind)
        return schema

    def _array(self, depth: int) -> dict[str, Any]:
        items = self._schema(depth - 1)
        for word in ("description", "default", "maxItems"):  # they would be the list's own, read back
            items.pop(word, None)
        schema: dict[str, Any] = {"type": "array", "items": items}
        if self._chance(0.3):
            schema["maxItems"] = self._random.randint(1, 9)
        if self._chance(0.6):
            schema["description"] = self._text()
        return schema

    def _example(self, schema: dict[str, Any]) -> Any:
        kind = schema["type"]
        if kind == "object":
            return {name: self._example(each) for name, each in schema["properties"].items() if self._chance(0.85)}
        if kind == "array":
            return [self._example(schema["items"]) for _ in range(self._random.randint(0, 3))]
        return self._scalar(kind)

    def _scalar(self, kind: str) -> Any:
        if kind == "string":
            return self._random.choice(_TEXTS)
        if kind == "boolean":
            return self._chance(0.5)
        return self._random.randint(0, 99) if kind == "integer" else self._random.choice((0.5, 2.25))


def _written(document: dict[str, object], seed: int) -> str:
    """Write a document as one of three generators would: folded lines or not, lists indented or not."""
    if seed % 3 == 0:
        return to_yaml(document)
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=(80, 10_000)[seed % 2])


def _reread(text: str) -> tuple[dict[str, object], bool]:
    notes = Notes()
    flat = "\n".join(line.strip() for line in text.split("\n"))
    document = unindented.read(Page(flat, "page"), notes).document
    return document, any(note.level == "warning" for note in notes.sorted())


@pytest.mark.parametrize("first", BATCHES)
def test_document_with_distinct_names_comes_back_exactly(first: int) -> None:
    for seed in range(first, first + EACH):
        document = Documents(seed, distinct=True).document()
        assert _reread(_written(document, seed))[0] == document, seed


@pytest.mark.parametrize("first", BATCHES)
def test_document_with_names_used_at_several_depths_comes_back_or_is_warned_of(first: int) -> None:
    exact = 0
    for seed in range(first, first + EACH):
        document = Documents(seed, distinct=False).document()
        read, warned = _reread(_written(document, seed))
        assert read == document or warned, seed
        exact += read == document
    assert exact >= EACH - 2


def test_reading_twice_gives_the_same() -> None:
    text = _written(Documents(5, distinct=False).document(), 5)
    assert _reread(text) == _reread(text)


def test_indented_and_unindented_reading_agree_on_an_indented_page() -> None:
    page = Path(__file__).parent / "goldens" / "indented-yaml-in-page" / "page.txt"
    block = page.read_text(encoding="utf-8").split("```")[1].removeprefix("yaml\n")
    assert _reread(block) == (yaml.safe_load(block), False)
