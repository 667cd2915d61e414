"""What is wrong with a create is told at once, before anything is sent, by what the relay's own documents say."""

from __future__ import annotations

import io
import pickle
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import Kling, KlingWarning
from klingkit._documented import documented
from klingkit._errors import InvalidRequestError
from klingkit._pictures import picture_size
from klingkit._problems import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from klingkit._problems import Problem

LONG = "x" * 2501
ADDRESS = "https://example.com/fox.png"


def png(width: int, height: int) -> bytes:
    """Return the beginning of a png."""
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + width.to_bytes(4) + height.to_bytes(4) + bytes(400)


def jpg(width: int, height: int) -> bytes:
    """Return the beginning of a jpg, with a comment before its size."""
    frame = b"\xff\xc2\x00\x11\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x03"
    return b"\xff\xd8\xff\xfe\x00\x06abcd" + frame + bytes(400)


def problems(call: Callable[[], Any]) -> list[Problem]:
    with pytest.raises(InvalidRequestError) as caught:
        call()
    return list(caught.value.problems)


@pytest.fixture
def kling() -> Callable[..., Kling]:
    """A client whose relay nobody ever asks: the port is closed."""

    def client(relay: str = "official", **more: Any) -> Kling:
        return Kling(relay=relay, api_key="k", base_url="http://127.0.0.1:1", max_retries=0, environ={}, **more)

    return client


def sent(call: Callable[[], Any]) -> bool:
    """Tell whether a call got as far as the network."""
    from klingkit import ConnectionFailedError

    try:
        call()
    except ConnectionFailedError:
        return True
    except InvalidRequestError:
        return False
    raise AssertionError("the port is not closed")


def test_everything_wrong_is_told_at_once_with_field_value_allowed_values_and_page(kling: Any) -> None:
    video = kling().video
    found = problems(
        lambda: video.text_to_video(LONG, model_name="kling-v3", mode="turbo", duration=20, aspect_ratio="2:1")
    )
    told = {problem.field: problem for problem in found}
    assert told.keys() == {"prompt", "mode", "duration", "aspect_ratio"}
    assert (told["mode"].value, told["mode"].allowed) == ("turbo", ("std", "pro", "4k"))
    assert "2501 characters; at most 2500" in told["prompt"].sentence
    assert "3 to 15" in told["duration"].sentence
    assert all(problem.source.startswith("https://kling.ai/") for problem in found)


def test_several_problems_are_a_line_each_and_one_is_a_sentence(kling: Any) -> None:
    with pytest.raises(InvalidRequestError) as several:
        kling().video.text_to_video("", model_name="kling-v3", mode="turbo")
    first, *lines = str(several.value).splitlines()
    assert first == "2 things are wrong; nothing was sent:"
    assert [line[:9] for line in lines[:2]] == ["- prompt ", "- mode is"]
    with pytest.raises(InvalidRequestError) as single:
        kling().video.text_to_video("A fox", model_name="kling-v3", mode="turbo")
    assert str(single.value).startswith("mode is 'turbo'; it can be std, pro or 4k. See https://")
    assert single.value.argument == "mode"


def test_a_bad_picture_does_not_hide_a_bad_prompt(kling: Any, tmp_path: Path) -> None:
    empty = tmp_path / "empty.png"
    empty.touch()
    found = problems(lambda: kling().video.image_to_video(empty, LONG, model_name="kling-v3", mode="turbo"))
    assert [problem.field for problem in found] == ["image", "prompt", "mode"]


def test_an_open_file_that_was_read_is_not_blamed_for_another_argument(kling: Any) -> None:
    found = problems(
        lambda: kling().video.image_to_video(io.BytesIO(png(400, 300)), "x", model_name="kling-v3", duration=2.5)
    )
    assert [problem.field for problem in found] == ["duration"]


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"model_name": "kling-v2-6", "duration": 7}, "duration", "5 or 10"),
        ({"model_name": "kling-v2-6", "sound": "on"}, "sound", "now: sound 'on', mode 'std'"),
        ({"model_name": "kling-v2-6", "sound": "on", "mode": "std"}, "sound", "mode pro only"),
        ({"model_name": "kling-v2-5-turbo", "sound": "on"}, "sound", "kling-v2-5-turbo has no sound"),
        ({"model_name": "kling-v2-5-turbo", "mode": "4k"}, "mode", "std or pro"),
        ({"model_name": "kling-v3", "cfg_scale": 0.7}, "cfg_scale", "kling-v3 has no cfg_scale"),
        ({"model_name": "kling-v3", "camera_control": {"type": "down_back"}}, "camera_control", "preset camera"),
        (
            {"model_name": "kling-v1", "camera_control": {"type": "simple", "config": {"pan": 1, "roll": 1}}},
            "camera_control.config",
            "exactly one",
        ),
        ({"model_name": "kling-v2-6", "multi_shot": True, "shot_type": "intelligence"}, "multi_shot", "kling-v3"),
        ({"model_name": "kling-v3", "multi_shot": True}, "shot_type", "because of multi_shot true"),
    ],
)
def test_what_a_model_does_not_make_is_refused_with_what_it_makes(
    kling: Any, asked: dict[str, Any], field: str, words: str
) -> None:
    found = problems(lambda: kling().video.text_to_video("A fox", **asked))
    assert field in [problem.field for problem in found]
    assert words in " ".join(problem.sentence for problem in found)


def test_what_was_left_out_counts_as_what_the_relay_takes_it_for(kling: Any) -> None:
    both = {"model_name": "kling-v2-5-turbo", "image_tail": ADDRESS}
    [problem] = problems(lambda: kling().video.image_to_video(ADDRESS, "A fox", **both))
    assert problem.field == "mode"
    assert "mode is left out, which means 'std'; kling-v2-5-turbo makes pro" in problem.sentence
    assert sent(lambda: kling().video.image_to_video(ADDRESS, "A fox", mode="pro", **both))


@pytest.mark.parametrize(
    "asked",
    [
        {"model_name": "kling-v3", "duration": 7, "sound": "on", "mode": "4k"},
        {"model_name": "kling-v2-6", "sound": "on", "mode": "pro"},
        {"model_name": "kling-v1", "cfg_scale": 0.5, "duration": 10},
        {"model_name": "kling-v1", "camera_control": {"type": "simple", "config": {"pan": 1, "roll": 0}}},
        {"model_name": "kling-v3", "multi_shot": True, "shot_type": "intelligence"},
    ],
)
def test_what_a_model_makes_is_sent(kling: Any, asked: dict[str, Any]) -> None:
    assert sent(lambda: kling().video.text_to_video("A fox", **asked))


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"image_tail": ADDRESS, "camera_control": {"type": "down_back"}}, "image_tail"),
        ({"element_list": [{"element_id": 1}], "voice_list": [{"voice_id": "v"}]}, "element_list"),
        ({"voice_list": [{"voice_id": "v"}]}, "sound"),
        ({"camera_control": {"type": "simple"}}, "camera_control.config"),
    ],
)
def test_fields_that_contradict_each_other_are_named(kling: Any, asked: dict[str, Any], field: str) -> None:
    found = problems(lambda: kling().video.image_to_video(ADDRESS, "A fox", model_name="kling-v3", **asked))
    assert field in [problem.field for problem in found]


def test_a_model_nobody_knows_is_sent_with_a_warning_that_can_be_filtered(kling: Any) -> None:
    video = kling().video
    with pytest.warns(KlingWarning, match="'kling-v9'"):
        assert sent(lambda: video.text_to_video("A fox", model_name="kling-v9", duration=60 // 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", KlingWarning)
        assert sent(lambda: video.text_to_video("A fox", model_name="kling-v9"))


def test_the_relays_own_shorter_list_wins_over_the_one_spec(kling: Any) -> None:
    """AnyAPI documents no kling-v2-6, which the one spec has."""
    [problem] = problems(lambda: kling("anyapi").video.text_to_video("A fox", model_name="kling-v2-6"))
    assert problem.field == "model_name"
    assert "kling-v2-6" not in problem.allowed
    assert problem.source == "https://docs.anyapi.vip/api/kling/video/"
    assert sent(lambda: kling().video.text_to_video("A fox", model_name="kling-v2-6"))


def test_what_travels_in_a_gateways_container_is_held_against_the_one_spec(kling: Any) -> None:
    video = kling("xiexus").video
    found = problems(
        lambda: video.image_to_video(ADDRESS, "A fox", model_name="kling-v2-6", negative_prompt=LONG, duration=7)
    )
    assert [problem.field for problem in found] == ["negative_prompt", "duration"]


def test_validation_can_be_left_out_for_a_client(kling: Any) -> None:
    assert sent(lambda: kling(validate=False).video.text_to_video(LONG, model_name="kling-v2-6", mode="turbo"))


def test_what_is_given_as_extra_is_sent_as_it_is(kling: Any) -> None:
    assert sent(lambda: kling().video.text_to_video("A fox", model_name="kling-v3", extra={"mode": "8k", "new": 1}))


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (png(299, 400), "299 x 400 pixels; each side has to be at least 300"),
        (jpg(400, 299), "400 x 299 pixels"),
        (png(1000, 399), "2.5 times"),
        (jpg(399, 1000), "2.5 times"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "damaged"),
        (b"\xff\xd8\xff" + bytes(500), "damaged"),
        (b"GIF89a" + bytes(500), "neither jpg nor png"),
        (b"", "empty"),
    ],
)
def test_a_picture_that_kling_does_not_take_is_refused_by_its_header(kling: Any, picture: bytes, words: str) -> None:
    [problem] = problems(lambda: kling().video.image_to_video(picture, "A fox", model_name="kling-v3"))
    assert (problem.field, words in problem.sentence) == ("image", True)


@pytest.mark.parametrize("picture", [png(300, 750), png(750, 300), jpg(300, 300), jpg(65500, 65500)])
def test_a_picture_at_the_limits_is_sent(kling: Any, picture: bytes) -> None:
    assert sent(lambda: kling().video.image_to_video(picture, "A fox", model_name="kling-v3"))


def test_a_last_frame_may_have_any_shape(kling: Any) -> None:
    tail = {"model_name": "kling-v3", "image_tail": png(3000, 300)}
    assert sent(lambda: kling().video.image_to_video(ADDRESS, "A fox", **tail))


@pytest.mark.parametrize("count", [5, 0])
def test_the_number_of_pictures_is_told(kling: Any, count: int) -> None:
    [problem] = problems(
        lambda: kling().video.multi_image_to_video([ADDRESS] * count, "They meet", model_name="kling-v1-6")
    )
    assert (problem.field, problem.rule) == ("image_list", "count")
    assert "it takes 1 to 4" in problem.sentence


def test_a_folder_and_a_file_that_is_not_there_are_told_by_name(kling: Any, tmp_path: Path) -> None:
    pictures = [tmp_path, tmp_path / "gone.png"]
    found = problems(lambda: kling().video.multi_image_to_video(pictures, LONG, model_name="kling-v1-6"))
    assert [problem.field for problem in found] == ["image_list[0]", "prompt"]
    assert "is the folder" in found[0].sentence


def test_the_command_shows_problems_in_80_columns_and_exits_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from klingkit.cli._dispatch import main

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("KLINGKIT_API_KEY", "k")
    shots = '[{"index": 1, "prompt": "a fox", "duration": 2}]'
    story = ["--multi-shot", "--shot-type", "customize", "--multi-prompt", shots, "--duration", "7"]
    command = ["generate", "text-to-video", "--model-name", "kling-v2-6", *story, "--relay", "official", "--dry-run"]
    assert main(command) == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "klingkit generate: 3 things are wrong; nothing was sent:"
    assert [line[:14] for line in told if line.startswith("- ")] == [
        "- multi_prompt",
        "- multi_shot: ",
        "- duration is ",
    ]
    assert max(len(line) for line in told) <= 80


def test_the_command_tells_of_an_unknown_model_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from klingkit.cli._dispatch import main

    monkeypatch.setenv("KLINGKIT_API_KEY", "k")
    command = ["generate", "text-to-video", "A fox", "--model-name", "kling-v9", "--relay", "official", "--dry-run"]
    assert main(command) == 0
    assert capsys.readouterr().err.startswith("note: klingkit does not know the model 'kling-v9' at official")


def test_an_error_with_problems_can_be_pickled(kling: Any) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        kling().video.text_to_video(None, model_name="kling-v3")
    copy = pickle.loads(pickle.dumps(caught.value))
    assert copy.problems == caught.value.problems
    assert copy.problems[0].value is ABSENT


def test_a_size_behind_what_was_read_is_left_to_the_relay() -> None:
    assert picture_size(b"\xff\xd8\xff\xe1\xff\xff" + bytes(1000)) is None
    assert picture_size(jpg(640, 480)) == (640, 480)
    assert picture_size(png(640, 480)) == (640, 480)


def test_every_rule_of_every_document_is_executed() -> None:
    import klingkit_data
    from klingkit._clauses import KINDS

    folder = klingkit_data.path("resolved/requests/kling.json").parent
    for file in folder.glob("*.json"):
        table = klingkit_data.load(f"resolved/requests/{file.name}")
        for operation, row in table["operations"].items():
            assert documented(file.stem, operation) is not None
            for rule in row.get("rules", ()):
                assert rule["kind"] in KINDS
                assert rule["text"]
                assert rule["source"].startswith("https://")
