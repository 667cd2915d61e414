"""What a notebook shows of a task and of a result."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from klingkit._prompts import Prompts, prompt_of


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


def test_a_task_and_its_result_show_the_prompt_harmless(respx_mock: Any, words: Any, either: Any) -> None:
    respx_mock.post(words.root).respond(json=words.task())
    respx_mock.get(f"{words.root}/831").respond(json=words.done(words.file))
    task = either.run(either.open().video.text_to_video("A <b onclick='x'>fox</b>", model_name="kling-v3"))
    said = "A &lt;b onclick=&#x27;x&#x27;&gt;fox&lt;/b&gt;"
    assert said in task._repr_html_()
    assert said in either.run(task.wait())._repr_html_()


def test_the_prompt_of_a_task_found_again_is_the_one_its_relay_repeats(
    respx_mock: Any, words: Any, either: Any
) -> None:
    respx_mock.get(f"{words.root}/831").respond(json=words.task("processing", properties={"prompt": "A fox"}))
    page = either.run(either.open().tasks.get("831", operation="text_to_video"))._repr_html_()
    assert "<td>A fox</td>" in page


@pytest.mark.parametrize(
    ("fields", "prompt"),
    [
        ({"prompt": "A fox"}, "A fox"),
        (
            {"prompt": "", "multi_prompt": [{"index": 1, "prompt": "A fox"}, {"index": 2, "prompt": "runs"}]},
            "A fox\nruns",
        ),
        ({"contents": [{"type": "first_frame", "url": "u"}, {"type": "prompt", "text": "A fox"}]}, "A fox"),
        ({"input": {"mode": "text2video", "text": "A fox"}}, "A fox"),
        ({"image": "u", "contents": None}, ""),
    ],
)
def test_a_prompt_is_found_wherever_an_operation_has_it(fields: dict[str, Any], prompt: str) -> None:
    assert prompt_of(fields) == prompt


def test_what_is_kept_for_display_does_not_grow_with_the_tasks() -> None:
    prompts = Prompts()
    for number in range(300):
        prompts.keep("video_text2video", str(number), {"prompt": "x" * 2500})
    assert sum(bool(prompts.of("video_text2video", str(number))) for number in range(300)) == 256
    assert len(prompts.of("video_text2video", "299")) <= 501


def test_a_speech_shows_what_is_said(respx_mock: Any, words: Any, either: Any) -> None:
    made = words.task("succeed", task_result={"audios": [{"id": "a", "url": "https://cdn.example/a.mp3"}]})
    respx_mock.post("https://api-singapore.klingai.com/v1/audio/tts").respond(json=made)
    speech = either.open("official").audio.tts("Good morning", voice_id="oversea_male1", voice_language="en")
    assert "<td>Good morning</td>" in either.run(speech)._repr_html_()
