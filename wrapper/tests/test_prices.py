"""What a create costs: estimates, and the limit that keeps an expensive one from being sent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import klingkit_data
from klingkit import ConfigurationError, InvalidRequestError, Kling, TooExpensiveError
from klingkit._prices import PER, estimate

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-0123456789"
TABLE = klingkit_data.load("prices.toml")


@pytest.mark.parametrize(
    ("operation", "arguments", "said"),
    [
        ("text_to_video", {"model_name": "kling-v3"}, "0.42 USD (5 x 0.084 USD per second)"),
        (
            "text_to_video",
            {"model_name": "kling-v3", "mode": "pro", "duration": 10, "sound": "on"},
            "1.68 USD (10 x 0.168 USD per second)",
        ),
        (
            "image_to_video",
            {"model_name": "kling-v2-6", "mode": "pro", "sound": "on"},
            "0.70 USD (5 x 0.14 USD per second)",
        ),
        ("multi_image_to_image", {"model_name": "kling-v2-1", "n": 3}, "0.168 USD (3 x 0.056 USD per image)"),
        ("multi_image_to_image", {}, "0.056 USD (1 x 0.056 USD per image)"),
        ("text_to_video", {"model_name": "kling-v1"}, "no price is known"),
        ("tts", {}, "0.007 USD"),
        ("audio_text2audio_create", {}, "0.035 USD"),
        ("avatar", {"mode": "pro"}, "0.112 USD per result second"),
    ],
)
def test_the_price_goes_by_what_is_asked_for(operation: str, arguments: dict[str, Any], said: str) -> None:
    assert str(Kling("official", api_key=KEY).estimate(operation, **arguments)) == said


def test_a_field_that_must_be_left_out_changes_the_price() -> None:
    asked = {"model_name": "kling-v2-6", "mode": "pro", "sound": "on"}
    plain = estimate("official", "video_image2video", asked, TABLE)
    voiced = estimate("official", "video_image2video", {**asked, "voice_list": [{"voice_id": "1"}]}, TABLE)
    assert (plain.rate, voiced.rate) == (Decimal("0.14"), Decimal("0.168"))


def test_what_is_charged_by_the_length_of_the_result_has_a_rate_and_no_amount() -> None:
    price = estimate("official", "video_avatar", {}, TABLE)
    assert (price.amount, str(price)) == (None, "0.056 USD per result second")


def test_an_estimate_tells_where_its_price_is_from() -> None:
    assert TABLE["as_of"] in Kling("official", api_key=KEY).estimate("text_to_video", model_name="kling-v3").source


def test_a_relay_without_prices_has_no_estimate() -> None:
    assert Kling("anyapi", api_key=KEY).estimate("text_to_video", model_name="kling-v3").amount is None


def test_every_row_of_the_table_prices_operations_that_exist_by_fields_that_exist() -> None:
    relays = klingkit_data.load("resolved/surface.json")["relays"]
    for row in TABLE["price"]:
        assert row["per"] in PER
        assert row["unit"] in TABLE["unit"]
        rows = relays[row["relay"]]["operations"]
        for operation in row["operations"]:
            fields = next(rows[f"{operation}_{verb}"] for verb in ("create", "run") if f"{operation}_{verb}" in rows)
            assert {*row.get("when", {}), *row.get("without", [])} <= set(fields.get("fields", {}))


def test_no_row_is_hidden_behind_an_earlier_one() -> None:
    rows = TABLE["price"]
    for at, row in enumerate(rows):
        for operation in row["operations"]:
            fields = {name: values[0] for name, values in row.get("when", {}).items()}
            fields |= {"duration": "5", "n": 1, "voice_list": [1], "video_list": [1], "image": "x"}
            for name in row.get("without", []):
                fields.pop(name, None)
            first = next(r for r in rows if estimate("official", operation, fields, {**TABLE, "price": [r]}).rate)
            assert first is row, f"row {at} of prices.toml, {operation}: an earlier row wins"


def test_a_create_over_the_limit_is_not_sent(either: Any, respx_mock: Any) -> None:
    kling = either.open("official", max_cost=0.40)
    with pytest.raises(TooExpensiveError, match=r"costs 0\.42 USD .* more than max_cost 0\.4 USD; nothing was sent"):
        either.run(kling.video.text_to_video("A fox", model_name="kling-v3"))
    assert not respx_mock.calls


def test_a_call_over_the_limit_is_not_sent_either(either: Any, respx_mock: Any) -> None:
    with pytest.raises(TooExpensiveError, match=r"tts at official costs 0\.007 USD"):
        either.run(either.open("official", max_cost=0.001).audio.tts("Hello", voice_id="1", voice_language="en"))
    assert not respx_mock.calls


def test_a_limit_of_one_call_is_set_by_with_options(either: Any, respx_mock: Any) -> None:
    kling = either.open("official").with_options(max_cost=0.1)
    with pytest.raises(TooExpensiveError):
        either.run(kling.video.text_to_video("A fox", model_name="kling-v3"))


def test_a_create_within_the_limit_is_sent(either: Any, respx_mock: Any, words: Any) -> None:
    route = respx_mock.post(url__regex=".*text2video").respond(json=words.task())
    kling = either.open("official", max_cost="0.42 USD")
    either.run(kling.video.text_to_video("A fox", model_name="kling-v3"))
    assert route.call_count == 1


def test_a_limit_in_another_currency_lets_nothing_pass(either: Any, respx_mock: Any) -> None:
    with pytest.raises(TooExpensiveError, match="give max_cost in USD"):
        either.run(either.open("official", max_cost="9 CNY").video.text_to_video("A fox", model_name="kling-v3"))


def test_what_has_no_price_is_not_sent_under_a_limit(either: Any, respx_mock: Any) -> None:
    with pytest.raises(TooExpensiveError, match=r"no known price.*\[\[price\]\]") as caught:
        either.run(either.open("anyapi", max_cost=5).video.text_to_video("A fox", model_name="kling-v3"))
    assert isinstance(caught.value, InvalidRequestError)
    assert caught.value.estimate is not None


@pytest.mark.parametrize("value", [-1, True, "much", "3 dollars", float("nan"), float("inf"), [], "1e5"])
def test_a_limit_that_is_no_money_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="max_cost"):
        Kling("anyapi", api_key=KEY, max_cost=value)


def written(folder: Path, text: str) -> dict[str, str]:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return {"KLINGKIT_CONFIG": str(folder / "config.toml")}


def test_the_users_own_prices_come_first(tmp_path: Path) -> None:
    own = """
[[price]]
relay = "anyapi"
operations = ["text_to_video"]
when = { mode = ["pro"] }
per = "call"
amount = 0.5
currency = "CNY"
"""
    kling = Kling("anyapi", api_key=KEY, environ=written(tmp_path, own))
    assert str(kling.estimate("text_to_video", mode="pro")) == "0.50 CNY"
    assert kling.estimate("text_to_video", mode="pro").source == "configuration file"
    assert kling.estimate("text_to_video", mode="std").amount is None


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("x = 1", "has no 'x'"),
        ('relay = "anyapi"', "needs operations, per, amount, currency"),
        ('relay = "nowhere"\noperations = ["text_to_video"]\nper = "call"\namount = 1\ncurrency = "CNY"', "nowhere"),
        ('relay = "anyapi"\noperations = []\nper = "call"\namount = 1\ncurrency = "CNY"', "has operations"),
        ('relay = "anyapi"\noperations = ["dance"]\nper = "call"\namount = 1\ncurrency = "CNY"', "dance"),
        ('relay = "anyapi"\noperations = ["text_to_video"]\nper = "day"\namount = 1\ncurrency = "CNY"', "per 'day'"),
        ('relay = "anyapi"\noperations = ["text_to_video"]\nper = "call"\namount = -1\ncurrency = "CNY"', "0 or more"),
        ('relay = "anyapi"\noperations = ["text_to_video"]\nper = "call"\namount = 1\ncurrency = "yuan"', "capitals"),
    ],
)
def test_a_slip_in_the_users_prices_is_told_with_its_line(tmp_path: Path, row: str, problem: str) -> None:
    kling = Kling("anyapi", api_key=KEY, environ=written(tmp_path, f"[[price]]\n{row}\n"))
    with pytest.raises(ConfigurationError, match=r"config\.toml, line 1: a price .*") as caught:
        kling.estimate("text_to_video")
    assert problem in str(caught.value)
