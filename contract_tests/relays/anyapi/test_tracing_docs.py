"""docs/tracing.md: its example runs, and its spans are those the page tells of."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import klingkit
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "tracing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("transport", ["builtin", "httpx"])
def test_the_example_runs_and_makes_the_spans_of_the_table(
    waits: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, transport: Any
) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    exporter = InMemorySpanExporter()

    def remember(provider: TracerProvider) -> None:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)

    monkeypatch.setattr(trace, "set_tracer_provider", remember)
    monkeypatch.chdir(tmp_path)
    with launch(["anyapi"], speed=50_000) as emulator:
        reached: dict[str, Any] = {"base_url": emulator.base_url("anyapi"), "network": klingkit.Network(transport)}
        here = functools.partial(klingkit.Kling, api_key=emulator.api_key, **reached)
        monkeypatch.setattr(klingkit, "Kling", here)
        exec(compile(example, "docs/tracing.md", "exec"), {})
    assert (tmp_path / "fox.mp4").stat().st_size > 0
    told = {span.name: span.attributes or {} for span in exporter.get_finished_spans()}
    operation = "video_text2video"
    assert told[f"download {operation}"]["klingkit.download.bytes"] == (tmp_path / "fox.mp4").stat().st_size
    assert told.keys() == {
        "generate_content kling-v3",
        f"POST {operation}_create",
        f"wait {operation}",
        f"GET {operation}_get",
        f"download {operation}",
        "GET",
    }
