"""What a notebook shows of a task and of a result."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest


class Tags(HTMLParser):
    """Collects the tags of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_a_task_shows_its_state(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.get(f"{words.root}/831").respond(json=words.task("processing"))
    page = either.run(either.open().tasks.get("831", operation="text_to_video"))._repr_html_()
    assert "running" in page
    assert "831" in page
    assert "anyapi" in page


@pytest.mark.parametrize(("kind", "tag"), [("videos", "video"), ("images", "img"), ("audios", "audio")])
def test_a_result_shows_its_files(respx_mock: Any, words: Any, either: Any, kind: str, tag: str) -> None:
    respx_mock.get(f"{words.root}/831").respond(json=words.done(words.file + "&x=1", kind=kind))
    task = either.run(either.open().tasks.get("831", operation="text_to_video"))
    page = either.run(task.wait())._repr_html_()
    assert (words.file + "&x=1") in [attributes.get("src") for name, attributes in Tags(page).found if name == tag]


def test_a_relays_words_do_nothing_in_the_page(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.get(f"{words.root}/831").respond(
        json=words.task("failed", task_id='"><script>alert(1)</script>', task_status_msg="<img src=x onerror=alert(1)>")
    )
    page = either.run(either.open().tasks.get("831", operation="text_to_video"))._repr_html_()
    assert {name for name, _ in Tags(page).found} <= {"table", "tr", "th", "td", "b"}
    assert "onerror=alert" in page.replace("&lt;", "<")
