"""The configuration file: where it lies, what it may say, and what happens when it is broken."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import ConfigurationError, Kling, UnknownRelayError, UnsupportedByRelayError, relay_ids
from klingkit._settings import default_relay, read_settings, settings_path

if TYPE_CHECKING:
    from pathlib import Path

KEY = "sk-0123456789"
MIRROR = """
default_relay = "mirror"

[relay.mirror]
like = "anyapi"
base_url = "https://mirror.example"
"""


class File:
    """A configuration file and the environment that points to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environ = {"KLINGKIT_CONFIG": str(path)}

    def write(self, text: str | bytes) -> dict[str, str]:
        """Write the file and return the environment."""
        self.path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.environ


@pytest.fixture
def config(tmp_path: Path) -> File:
    return File(tmp_path / "config.toml")


def test_the_file_is_looked_for_where_the_variable_says(tmp_path: Path) -> None:
    named = tmp_path / "mine.toml"
    assert settings_path({"KLINGKIT_CONFIG": str(named), "XDG_CONFIG_HOME": str(tmp_path)}) == named


def test_the_file_is_looked_for_in_the_xdg_folder(tmp_path: Path) -> None:
    assert settings_path({"XDG_CONFIG_HOME": str(tmp_path)}) == tmp_path / "klingkit" / "config.toml"


@pytest.mark.parametrize(
    ("platform", "folder"),
    [("linux", ".config"), ("darwin", "Library/Application Support"), ("win32", "AppData/Roaming")],
)
def test_without_a_variable_it_lies_in_the_platforms_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, folder: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    expected = tmp_path / folder / "klingkit" / "config.toml"
    assert settings_path({"HOME": str(tmp_path), "XDG_CONFIG_HOME": "relative"}) == expected


def test_no_file_is_no_settings(tmp_path: Path) -> None:
    settings = read_settings({"XDG_CONFIG_HOME": str(tmp_path)})
    assert not settings.found
    assert settings.default_relay is None
    assert dict(settings.relays) == {}


def test_a_file_that_was_named_has_to_exist(config: File) -> None:
    with pytest.raises(ConfigurationError, match=r"config\.toml, which KLINGKIT_CONFIG names, does not exist"):
        read_settings(config.environ)


def test_a_relay_of_the_users_own_is_taken_by_the_client_and_offers_what_the_one_it_is_like_does(
    config: File, respx_mock: Any, words: Any
) -> None:
    environ = config.write(MIRROR)
    root = "https://mirror.example/kling/v1/videos/text2video"
    created = respx_mock.post(root).respond(json=words.task())
    with Kling("mirror", environ={**environ, "KLINGKIT_MIRROR_API_KEY": KEY}) as kling:
        task = kling.video.text_to_video("a fox", model_name="kling-v3")
    like = config.write(MIRROR.replace('"anyapi"', '"openai-next"'))
    with (
        Kling("mirror", environ={**like, "KLINGKIT_MIRROR_API_KEY": KEY}) as kling,
        pytest.raises(UnsupportedByRelayError, match=r"mirror documents no multi_image_to_image"),
    ):
        kling.image.multi_image_to_image(["https://cdn.example/cat.png"], model_name="kling-v2-1")
    assert (task.relay, task.task_id) == ("mirror", "831")
    assert created.calls.last.request.headers["authorization"] == f"Bearer {KEY}"


def test_the_key_of_the_relay_it_is_like_is_not_sent_to_another_host(config: File) -> None:
    environ = {**config.write(MIRROR), "KLINGKIT_ANYAPI_API_KEY": KEY}
    with pytest.raises(ConfigurationError, match="KLINGKIT_MIRROR_API_KEY"):
        Kling("mirror", environ=environ)


def test_what_a_relay_says_itself_wins_over_what_it_inherits(config: File) -> None:
    environ = config.write(
        '[relay.other]\nlike = "anyapi"\ntitle = "Other"\nbase_url = "http://127.0.0.1:8000"\npath_prefix = ""\n'
        'dialect = "haoee"\nkey_variable = "OTHER_KEY"\nreviewed = 2026-01-31\n'
    )
    relay = read_settings(environ).relays["other"]
    assert relay.title == "Other"
    assert relay.base_url == "http://127.0.0.1:8000"
    assert relay.path_prefix == ""
    assert relay.dialect == "haoee"
    assert relay.key_variable == "OTHER_KEY"
    assert relay.reviewed == "2026-01-31"


def test_a_relay_like_no_other_can_be_called_when_undocumented_operations_are_allowed(
    config: File, respx_mock: Any, words: Any
) -> None:
    environ = config.write('[relay.new]\nbase_url = "https://new.example"\ndialect = "kling"\n')
    respx_mock.post("https://new.example/v1/videos/text2video").respond(json=words.task())
    with Kling("new", api_key=KEY, environ=environ) as kling, pytest.raises(UnsupportedByRelayError):
        kling.video.text_to_video("a fox", model_name="kling-v3")
    with Kling("new", api_key=KEY, environ=environ, allow_undocumented=True) as kling:
        assert kling.video.text_to_video("a fox", model_name="kling-v3").task_id == "831"


def test_an_unknown_relay_is_refused_with_the_users_own_in_the_list(config: File) -> None:
    with pytest.raises(UnknownRelayError, match=r"anyapi, .*, mirror\."):
        Kling("mirrow", api_key=KEY, environ=config.write(MIRROR))


def test_a_broken_file_does_not_stop_the_relays_klingkit_comes_with(config: File) -> None:
    with Kling("anyapi", api_key=KEY, environ=config.write("[relay")) as kling:
        assert kling.relay == "anyapi"


def test_an_edited_file_is_read_again(config: File) -> None:
    assert read_settings(config.write(MIRROR)).default_relay == "mirror"
    assert read_settings(config.write('default_relay = "anyapi"')).default_relay == "anyapi"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("[relay.a]\nbase_url = \n", 2, "Invalid value"),
        ("[relay", 1, "the file is TOML"),
        (b"# \xe4rger\n", 1, "UTF-8"),
        (b"# fine\n# \xe4rger\n", 2, "UTF-8"),
        ("x = " + "[" * 5000 + "]" * 5000, 1, "nested too deep"),
        ('\nrelay_ids = "anyapi"', 2, "there is no setting 'relay_ids'"),
        ('relay = "anyapi"', 1, "relay has to be tables"),
        ('\n\ndefault_relay = "nope"', 3, "default_relay is none of the relays: official, anyapi"),
        ("default_relay = 3", 1, "default_relay is none of the relays"),
        ('# mine\n[relay.anyapi]\nbase_url = "https://a.example"', 2, 'like = "anyapi"'),
        ('[relay.My_Relay]\nlike = "anyapi"', 1, "lower-case letters"),
        ('[relay.a]\ndialect = "kling"', 1, "base_url is missing"),
        ('[relay.a]\nbase_url = "https://a.example"', 1, "dialect is missing"),
        ('[relay.a]\nlike = "b"', 2, "like is none of the relays"),
        ('[relay.b]\nlike = "anyapi"\n\n[relay.a]\nlike = "anyapi"\nbase_url = 3', 6, "base_url has to be a text"),
        ('[relay.a]\nlike = "anyapi"\nbase_url = "mirror.example"', 3, "base_url has to be scheme and host"),
        ('[relay.a]\nlike = "anyapi"\nbase_url = "https://me:pw@a.example"', 3, "base_url has to be scheme and host"),
        ('[relay.a]\nlike = "anyapi"\ndialect = "klingon"', 3, "there is no dialect 'klingon'"),
        ('[relay.a]\nlike = "anyapi"\nauth = "jwt"', 3, "auth has to be"),
        ('[relay.a]\nlike = "anyapi"\npath_prefix = "kling/"', 3, "path_prefix has to be"),
        ('[relay.a]\nlike = "anyapi"\nkey_variable = "sk-0123456789"', 3, "name of an environment variable"),
        ('[relay.a]\nlike = "anyapi"\napi_key = "sk-0123456789"', 3, "Keys are not kept here"),
        ("[relay]\na = 3", 2, "relay.a has to be a table"),
    ],
)
def test_what_makes_no_sense_is_refused_with_file_and_line(
    config: File, text: str | bytes, line: int, problem: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_settings(config.write(text))
    sentence = str(caught.value)
    assert sentence.startswith(f"{config.path}, line {line}: ")
    assert problem in sentence
    assert "sk-0123456789" not in sentence


def test_a_folder_in_its_place_is_refused(config: File) -> None:
    config.path.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_settings(config.environ)


def test_the_relay_comes_from_the_option_then_the_variable_then_the_file(config: File) -> None:
    environ = config.write(MIRROR)
    assert default_relay("haoee", {**environ, "KLINGKIT_RELAY": "xiexus"}) == "haoee"
    assert default_relay(None, {**environ, "KLINGKIT_RELAY": "xiexus"}) == "xiexus"
    assert default_relay(None, environ) == "mirror"


def test_no_relay_anywhere_is_refused_with_all_the_ways_to_name_one(config: File) -> None:
    with pytest.raises(ConfigurationError, match=r"--relay ID.*KLINGKIT_RELAY.*default_relay"):
        default_relay(None, config.write(""))


def test_the_list_of_relays_does_not_depend_on_the_file(config: File, monkeypatch: pytest.MonkeyPatch) -> None:
    before = relay_ids()
    config.write(MIRROR)
    monkeypatch.setenv("KLINGKIT_CONFIG", str(config.path))
    assert relay_ids() == before


def test_a_relay_like_gateway_software_says_where_it_is(config: File) -> None:
    environ = config.write('[relay.mine]\nlike = "newapi-b"\n')
    with pytest.raises(ConfigurationError, match="base_url is missing; write it, newapi-b is software and has none"):
        read_settings(environ)
    environ = config.write('[relay.mine]\nlike = "newapi-b"\nbase_url = "https://mine.example"\n')
    with Kling("mine", api_key=KEY, environ=environ) as kling:
        assert kling.base_url == "https://mine.example/kling"
        with pytest.raises(UnsupportedByRelayError, match="mine drops sound"):
            kling.video.text_to_video("x", model_name="kling-v2-6", mode="pro", sound="on")
