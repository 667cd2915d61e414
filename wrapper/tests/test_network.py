"""How the network is reached: which transport, which proxy, whom to trust."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit import AsyncKling, ConfigurationError, Kling, Network
from klingkit._network import no_proxy_for, proxies_of, uses_httpx
from klingkit._route import Router

if TYPE_CHECKING:
    from collections.abc import Mapping


@pytest.fixture
def no_mocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """As outside tests: nothing that mocks httpx is loaded."""
    for name in ("respx", "pytest_httpx", "vcr"):
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.usefixtures("no_mocks")
@pytest.mark.parametrize(
    ("network", "environ", "expected"),
    [
        (Network(), {}, False),
        (Network("httpx"), {}, True),
        (Network(), {"KLINGKIT_TRANSPORT": "httpx"}, True),
        (Network("builtin"), {"KLINGKIT_TRANSPORT": "httpx"}, False),
        (Network(), {"HTTPS_PROXY": "http://proxy:3128"}, False),
        (Network(), {"HTTPS_PROXY": "https://proxy:3128"}, True),
        (Network(), {"ALL_PROXY": "socks5://proxy"}, True),
        (Network(proxy="socks5h://proxy"), {}, True),
        (Network(proxy=""), {"ALL_PROXY": "socks5://proxy"}, False),
    ],
)
def test_the_built_in_transport_is_used_where_it_can_do_what_is_asked(
    network: Network, environ: Mapping[str, str], expected: bool
) -> None:
    assert uses_httpx(network, environ) is expected


def test_a_test_that_mocks_httpx_is_never_passed_by() -> None:
    assert "respx" in sys.modules
    assert uses_httpx(Network(), {})
    assert not uses_httpx(Network("builtin"), {})


@pytest.mark.parametrize(
    "environ", [{"KLINGKIT_TRANSPORT": "fast"}, {"HTTP_PROXY": "http://"}, {"HTTP_PROXY": "ftp://proxy"}]
)
def test_a_setting_that_makes_no_sense_is_said_to_be_one(environ: Mapping[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        uses_httpx(Network(), environ)


@pytest.mark.parametrize(
    "arguments",
    [
        {"transport": "fast"},
        {"proxy": "proxy:port"},
        {"proxy": 3128},
        {"max_connections": 0},
        {"max_connections": True},
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Network(**arguments)


def test_a_proxy_beyond_the_built_in_transport_is_refused_when_that_was_asked_for() -> None:
    with pytest.raises(ConfigurationError, match="http proxies only"):
        uses_httpx(Network("builtin", proxy="socks5://proxy"), {})


def test_credentials_of_a_proxy_are_not_shown() -> None:
    assert "secret" not in repr(Network(proxy="http://me:secret@proxy"))


def test_a_client_of_ones_own_and_a_network_exclude_each_other() -> None:
    with httpx.Client() as own, pytest.raises(ConfigurationError, match="not both"):
        Kling("anyapi", api_key="k", http_client=own, network=Network())
    with pytest.raises(ConfigurationError, match=r"klingkit\.Network"):
        AsyncKling("anyapi", api_key="k", network="builtin")  # type: ignore[arg-type]


def test_proxies_are_read_as_everybody_reads_them() -> None:
    environ = {"http_proxy": "low:1", "HTTP_PROXY": "up:1", "ALL_PROXY": "http://all:2"}
    found = proxies_of(Network(), environ)
    assert {scheme: proxy.host for scheme, proxy in found.items()} == {"http": "low", "https": "all"}
    assert found["http"].port == 1
    assert "http" not in proxies_of(Network(), {"HTTP_PROXY": "up:1", "REQUEST_METHOD": "GET"})


@pytest.mark.parametrize(
    ("host", "rule", "expected"),
    [
        ("relay.example", "relay.example", True),
        ("api.relay.example", "relay.example", True),
        ("api.relay.example", ".relay.example", True),
        ("api.relay.example", "*.relay.example", True),
        ("otherrelay.example", "relay.example", False),
        ("relay.example", "relay.example:443", True),
        ("relay.example", "*", True),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("::1", "::1", True),
        ("relay.example", " , ,", False),
        ("relay.example", "a/b", False),
    ],
)
def test_no_proxy_excepts_names_domains_addresses_and_networks(host: str, rule: str, expected: bool) -> None:
    assert no_proxy_for(host, {"NO_PROXY": rule}) is expected


@pytest.mark.parametrize(
    ("url", "host", "port", "shown", "target"),
    [
        ("https://relay.example/a?b=c#d", "relay.example", 443, "relay.example", "/a?b=c"),
        ("http://Relay.Example:8080", "relay.example", 8080, "relay.example:8080", "/"),
        ("HTTPS://u:p@relay.example:443/", "relay.example", 443, "relay.example", "/"),
        ("http://[::1]:99/x", "::1", 99, "[::1]:99", "/x"),
        ("https://[::1]", "::1", 443, "[::1]", "/"),
        ("https://relay.example/a b/狐?x=%2F", "relay.example", 443, "relay.example", "/a%20b/%E7%8B%90?x=%2F"),
        ("https://relay.example?x=1", "relay.example", 443, "relay.example", "/?x=1"),
        ("https://bücher.example/", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/"),
        ("https://relay.example/v1/%2E%2E/x", "relay.example", 443, "relay.example", "/v1/%2E%2E/x"),
        ("https://relay.example/a\r\nx: y", "relay.example", 443, "relay.example", "/a%0D%0Ax:%20y"),
    ],
)
def test_an_address_is_taken_apart(url: str, host: str, port: int, shown: str, target: str) -> None:
    route, found = Router(Network(proxy="")).find(url)
    assert (route.origin.host, route.origin.port, route.origin.shown, found) == (host, port, shown, target)


@pytest.mark.parametrize(
    "url",
    [
        "relay.example",
        "ftp://relay.example",
        "https://",
        "https://relay example/",
        "http://a:99999999/",
        "http://a:x/",
        f"https://{'ü' * 70}.example/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(OSError, match=r"no http|malformed"):
        Router(Network(proxy="")).find(url)


def test_bodies_of_one_host_share_a_route() -> None:
    router = Router(Network(proxy=""))
    assert router.find("https://a.example/1")[0] is router.find("https://a.example/2")[0]
