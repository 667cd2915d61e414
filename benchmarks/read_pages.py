"""How long reading takes: one page, and a page of 300 operations (2 MB) in every shape, against one half its size.

Run ``python benchmarks/read_pages.py`` (about two minutes; ``--operations 60`` for a quick look). The page of YAML
without its indentation is smaller, for that is most of its text. The column "x2" is the time of the whole page over the
time of half of it: about 2 where reading takes time in proportion. Times are medians of processor time; a busy machine
still adds to them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from klingkit_spec.reader import read_page

if TYPE_CHECKING:
    from collections.abc import Callable

PAGES = Path(__file__).resolve().parents[1] / "openapi" / "sources"
RUNS_ONE = 7
RUNS_LARGE = 3


def fields(number: int, count: int) -> list[dict[str, Any]]:
    """Return the rows of one operation: a plain one, a list of objects and its member, over and over."""
    rows: list[dict[str, Any]] = []
    for index in range(count // 3):
        rows += [
            {"name": f"prompt_{number}_{index}", "type": "string", "maxLength": 2500, "text": "最多2500个字符。" * 2},
            {"name": f"images_{number}_{index}", "type": "array", "text": "At most 4 images, each up to 10 MB."},
            {"name": f"image_{number}_{index}", "type": "string", "text": "The picture's address, or its Base64."},
        ]
    return rows


def document(operations: int, count: int) -> dict[str, Any]:
    """Return an OpenAPI document with this many operations, its keys in the order Apifox writes."""
    paths: dict[str, Any] = {}
    for number in range(operations):
        properties: dict[str, Any] = {}
        rows = fields(number, count)
        for plain, listed, inner in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
            item = {"type": "object", "properties": {inner["name"]: _schema(inner)}, "x-apifox-orders": [inner["name"]]}
            properties[plain["name"]] = _schema(plain)
            properties[listed["name"]] = {**_schema(listed), "items": item}
        body = {"type": "object", "properties": properties, "required": [rows[0]["name"]]}
        body["x-apifox-orders"] = list(properties)
        operation = {
            "summary": f"Operation {number}",
            "requestBody": {"content": {"application/json": {"schema": body, "example": _example(rows)}}},
            "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": _answer()}}}},
        }
        paths[f"/v1/clips/{number}"] = {"post": operation}
    return {"openapi": "3.1.0", "info": {"title": "Large", "version": "1"}, "paths": paths}


def _schema(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key in {"type", "maxLength"}} | {"description": row["text"]}


def _answer() -> dict[str, Any]:
    return {"type": "object", "properties": {"code": {"type": "integer"}, "data": {"type": "object"}}}


def _example(rows: list[dict[str, Any]]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for plain, outer, inner in zip(rows[::3], rows[1::3], rows[2::3], strict=True):
        shown[plain["name"]] = "a paper boat on a pond"
        shown[outer["name"]] = [{inner["name"]: "https://example.com/1.png"}]
    return shown


def as_json(operations: int, count: int) -> str:
    """Write the page as embedded JSON."""
    return "The document:\n" + json.dumps(document(operations, count), ensure_ascii=False, indent=2)


def as_yaml(operations: int, count: int) -> str:
    """Write the page as indented YAML."""
    text: str = yaml.dump(document(operations, count), Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
    return text


def as_text(operations: int, count: int) -> str:
    """Write the page as Apifox shows it, copied as text."""
    lines: list[str] = []
    for number in range(operations):
        rows = fields(number, count)
        lines += [f"操作{number}", "POST", f"https://relay.example/v1/clips/{number}", "请求参数"]
        lines += ["Body 参数application/json"]
        for row in rows:
            kind = "array [object {1}]" if row["type"] == "array" else row["type"]
            lines += [row["name"], kind, "可选", row["text"]]
        lines += ["示例", json.dumps(_example(rows), indent=4), "返回响应", "🟢200成功", "application/json"]
    return "\n".join(lines)


def as_markdown(operations: int, count: int) -> str:
    """Write the page with Markdown tables."""
    lines: list[str] = []
    for number in range(operations):
        rows = fields(number, count)
        lines += [f"## Operation {number}", "", f"POST https://relay.example/v1/clips/{number}", ""]
        lines += ["| Field | Type | Required | Description |", "| --- | --- | --- | --- |"]
        for index, row in enumerate(rows):
            name = f"{rows[index - 1]['name']}[].{row['name']}" if index % 3 == 2 else row["name"]
            lines += [f"| {name} | {row['type']} | no | {row['text']} |"]
        lines += ["", "### Request example", "", "```json", json.dumps(_example(rows), indent=2), "```", ""]
    return "\n".join(lines)


def as_html(operations: int, count: int) -> str:
    """Write the page as saved HTML."""
    parts = ["<!doctype html><html><body>"]
    for number in range(operations):
        rows = fields(number, count)
        parts += [f"<h2>Operation {number}</h2>", f"<p>POST https://relay.example/v1/clips/{number}</p>"]
        parts += ["<table>", "<tr><th>Field</th><th>Type</th><th>Required</th><th>Description</th></tr>"]
        for index, row in enumerate(rows):
            name = f"{rows[index - 1]['name']}[].{row['name']}" if index % 3 == 2 else row["name"]
            parts += [f"<tr><td><code>{name}</code></td><td>{row['type']}</td><td>no</td><td>{row['text']}</td></tr>"]
        parts += ["</table>", "<h3>Request example</h3>", f"<pre>{json.dumps(_example(rows), indent=2)}</pre>"]
    return "\n".join([*parts, "</body></html>"])


def as_lost_indentation(operations: int, count: int) -> str:
    """Write the page as YAML without its indentation."""
    return "\n".join(line.strip() for line in as_yaml(operations, count).split("\n"))


SHAPES: tuple[tuple[str, Callable[[int, int], str], int], ...] = (
    ("JSON in a page", as_json, 18),
    ("YAML, indented", as_yaml, 27),
    ("rendered text", as_text, 54),
    ("Markdown tables", as_markdown, 54),
    ("saved HTML", as_html, 42),
    ("YAML, indentation lost", as_lost_indentation, 18),
)
"""Name, writer, and fields of each operation (so many that 300 operations are about 2 MB with their indentation)."""


def seconds(text: str, runs: int, operations: int | None = None) -> float:
    """Return the median time of reading `text`; the page must give as many operations as it holds."""
    taken = []
    for _ in range(runs):
        start = time.process_time()
        reading = read_page(text)
        taken.append(time.process_time() - start)
        found = len(reading.document["paths"])
        if operations is not None and found != operations:
            raise SystemExit(f"{found} of {operations} operations were read.")
    return statistics.median(taken)


def main() -> int:
    """Print the two tables."""
    parser = argparse.ArgumentParser(description="Measure the page reader.")
    parser.add_argument("--operations", type=int, default=300, metavar="N", help="operations of the large page")
    operations = parser.parse_args().operations
    print("One page                                  KB      CPU s")
    for page in sorted(PAGES.glob("[!o]*/*")) + sorted(PAGES.glob("openai-next/*")):
        if page.suffix in {".txt", ".json"} or page.name.startswith("query"):
            text = page.read_text(encoding="utf-8")
            name = f"{page.parent.name}/{page.name}"
            print(f"{name:<38}{len(text.encode()) / 1000:>6.1f}{seconds(text, RUNS_ONE):>11.3f}")
    print("\nMany operations on one page   operations     MB   CPU s        x2")
    for name, write, count in SHAPES:
        number = max(operations, 2)
        whole, half = write(number, count), write(number // 2, count)
        took, took_half = seconds(whole, RUNS_LARGE, number), seconds(half, RUNS_LARGE, number // 2)
        print(f"{name:<30}{number:>10}{len(whole.encode()) / 1e6:>7.2f}{took:>11.2f}{took / took_half:>7.2f}")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
