"""Bad input of every kind ends in one of our errors, with a sentence that says what to do, and costs nothing.

What goes wrong here, before or without a network, is tested here. What goes wrong on the way is tested elsewhere;
`ELSEWHERE` says where, and is held against the files.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import klingkit
from klingkit import InvalidRequestError, KlingError, MissingKeyError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

ADDRESS = "https://example.com/fox.png"

# Kind of bad input: the file and the tests in it. A name may stand in several parametrized cases.
ELSEWHERE: dict[str, tuple[str, list[str]]] = {
    "an answer that is HTML, empty, cut off or deeply nested": (
        "transports/test_answers_on_the_wire.py",
        ["test_an_answer_that_is_none_is_one_of_our_errors"],
    ),
    "an answer of 300 MB": (
        "transports/test_answers_on_the_wire.py",
        ["test_an_answer_of_300_megabytes_is_left_unread"],
    ),
    "an answer in a wrong charset": (
        "transports/test_answers_on_the_wire.py",
        ["test_an_answer_said_in_an_odd_way_is_read"],
    ),
    "a redirect loop": (
        "test_download_transports.py",
        ["test_a_redirect_in_a_circle_ends"],
    ),
    "a self-signed certificate": (
        "test_download_transports.py",
        ["test_a_self_signed_certificate_is_refused_before_anything_is_sent"],
    ),
    "a DNS failure": ("transports/test_connecting.py", ["test_a_name_nobody_knows_is_said_to_be_one"]),
    "a clock an hour off": (
        "test_signing.py",
        [
            "test_a_clock_an_hour_slow_costs_one_more_request_and_no_more",
            "test_the_servers_clock_is_believed_up_to_a_day",
        ],
    ),
    "a folder as output": (
        "test_download.py",
        ["test_in_a_folder_it_is_named_after_the_task", "test_a_folder_that_cannot_be_made_is_refused"],
    ),
}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_bad_input_that_goes_wrong_on_the_way_is_tested_where_the_table_says(kind: str) -> None:
    file, names = ELSEWHERE[kind]
    tree = ast.parse((Path(__file__).parent / file).read_text(encoding="utf-8"))
    tests = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in names:
        assert name in tests
        marks = [ast.unparse(mark) for mark in tests[name].decorator_list]
        assert not any("skip" in mark or "xfail" in mark for mark in marks)


def sentence(error: KlingError, *words: str) -> None:
    """Hold that `error` is a short sentence with `words`, without a traceback or a key."""
    said = str(error)
    assert said.endswith(".")
    assert len(said) < 400
    for word in words:
        assert word in said
    assert "Traceback" not in said
    assert error.exit_status == 2


@pytest.fixture
def refused(either: Any, respx_mock: Any) -> Callable[..., InvalidRequestError]:
    """Calls a method of ``kling.video`` that is to be refused before anything is sent."""

    def call(method: str, *arguments: Any, **more: Any) -> InvalidRequestError:
        kling = either.open("official", api_key="sk-one-two-three-four")
        with pytest.raises(InvalidRequestError) as caught:
            either.run(getattr(kling.video, method)(*arguments, **more))
        assert respx_mock.calls.call_count == 0
        return caught.value

    return call


@pytest.mark.parametrize("client", [klingkit.Kling, klingkit.AsyncKling])
def test_no_key_names_the_variables(client: Any) -> None:
    with pytest.raises(MissingKeyError) as caught:
        client("anyapi", environ={})
    sentence(caught.value, "KLINGKIT_ANYAPI_API_KEY")


@pytest.mark.parametrize("prompt", ["", "  \n"])
def test_an_empty_prompt_is_refused(refused: Any, prompt: str) -> None:
    sentence(refused("text_to_video", prompt, model_name="kling-v3"), "prompt")


def test_a_prompt_of_2501_characters_is_refused_with_the_limit(refused: Any) -> None:
    sentence(refused("text_to_video", "x" * 2501, model_name="kling-v3"), "prompt", "2501", "2500")


def test_5_pictures_are_refused_with_the_limit(refused: Any) -> None:
    sentence(refused("multi_image_to_video", [ADDRESS] * 5, "They meet", model_name="kling-v1-6"), "image_list", "4")


def test_a_picture_of_0_bytes_is_refused(refused: Any, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    empty.touch()
    sentence(refused("image_to_video", empty, "x", model_name="kling-v3"), "image", "empty")
    sentence(refused("image_to_video", b"", "x", model_name="kling-v3"), "image", "empty")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows keeps no such permissions")
def test_a_picture_that_may_not_be_read_is_refused(
    refused: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = tmp_path / "locked.png"
    locked.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    locked.chmod(0)
    if os.geteuid() == 0:  # whom permissions do not hold
        real = os.open

        def denied(path: Any, *more: Any, **named: Any) -> int:
            if os.fspath(path) == str(locked):
                raise PermissionError(13, "Permission denied", str(locked))
            return real(path, *more, **named)

        def opened(path: Any, *more: Any, **named: Any) -> Any:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(os, "open", denied)
        monkeypatch.setattr(Path, "open", opened)
        monkeypatch.setattr(Path, "read_bytes", opened)
        monkeypatch.setattr("builtins.open", opened)
    sentence(refused("image_to_video", locked, "x", model_name="kling-v3"), "locked.png", "cannot be read")


@pytest.mark.parametrize("path", [".", "gone.png"])
def test_a_picture_that_is_a_folder_or_is_not_there_is_refused(refused: Any, tmp_path: Path, path: str) -> None:
    sentence(refused("image_to_video", tmp_path / path, "x", model_name="kling-v3"), "image")


def test_a_status_word_never_seen_does_not_end_the_wait_and_is_shown(
    either: Any, words: Any, respx_mock: Any, waits: Any
) -> None:
    respx_mock.get(f"{words.root}/831").respond(json=words.task("simmering"))
    task = either.run(either.open().tasks.get("831", operation="text_to_video"))
    assert (task.state, task.status_word, task.done) == ("unknown", "simmering", False)
    with pytest.raises(klingkit.WaitTimeoutError) as caught:
        either.run(task.wait(timeout=60))
    sentence(caught.value, "simmering", "do not create it anew")


def test_an_id_that_is_not_ours_is_not_found(either: Any, words: Any, respx_mock: Any) -> None:
    respx_mock.get(f"{words.root}/832").respond(404, json=words.refusal(1203, "task not found"))
    with pytest.raises(NotFoundError) as caught:
        either.run(either.open().tasks.get("832", operation="text_to_video"))
    sentence(caught.value)


@pytest.mark.parametrize("task_id", ["../../account/costs", "831/../../x", "831?x=1", "", "\0", "x" * 100_000])
def test_an_id_that_is_none_leads_nowhere_else(either: Any, words: Any, respx_mock: Any, task_id: str) -> None:
    route = respx_mock.get(url__startswith=words.root).respond(404, json=words.refusal(1203, "task not found"))
    with pytest.raises((NotFoundError, InvalidRequestError)):
        either.run(either.open().tasks.get(task_id, operation="text_to_video"))
    for call in route.calls:
        assert call.request.url.raw_path.decode().count("/") == 5
        assert not call.request.url.query


@pytest.mark.parametrize("source", ["", "{}", "831", '{"klingkit_task": 99}', b"\xff", "[" * 100_000, None])
def test_a_handle_that_is_none_is_refused(either: Any, source: Any) -> None:
    with pytest.raises(InvalidRequestError):
        either.open().tasks.resume(source)


def test_a_handle_of_another_relay_is_refused_with_its_name(either: Any) -> None:
    task = '{"klingkit_task": 1, "relay": "haoee", "operation": "video_text2video", "task_id": "1"}'
    with pytest.raises(InvalidRequestError) as caught:
        either.open().tasks.resume(task)
    sentence(caught.value, "haoee", "anyapi")
