"""When there is no connection, nothing was sent, and the sentence says what to check. Proxies are such a way, too."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import pytest

from klingkit import ConnectionFailedError, Kling, Network, Timeouts


def test_without_a_listener_nothing_was_sent_and_the_sentence_says_what_to_check(asked: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectionFailedError, match=r"nothing was sent.*base_url") as caught:
        asked(f"http://127.0.0.1:{port}")
    assert not caught.value.sent


def test_a_name_nobody_knows_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch, asked: Any) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectionFailedError, match=r"relay\.example is not known here"):
        asked("http://relay.example")


def test_a_full_pool_is_a_call_that_was_not_sent(transport: str, serve: Any, words: Any, http: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: bytes, connection: socket.socket) -> None:
        begun.set()
        go_on.wait(10)
        connection.sendall(http(json.dumps(words.task()).encode()))

    server = serve(slow)
    network = Network(transport, max_connections=1)  # type: ignore[arg-type]
    limits = Timeouts(pool=0.1)
    with Kling("anyapi", api_key="k", base_url=server.url, network=network, max_retries=0, timeout=limits) as kling:
        first = threading.Thread(target=lambda: kling.tasks.get("831", operation="text_to_video"))
        first.start()
        begun.wait(10)
        with pytest.raises(ConnectionFailedError, match="nothing was sent"):
            kling.tasks.get("832", operation="text_to_video")
        go_on.set()
        first.join()
    assert len(server.seen) == 1


def test_a_proxy_is_asked_and_its_refusal_is_a_call_that_was_not_sent(
    either: Any, transport: str, serve: Any, http: Any, running: str
) -> None:
    target = serve(http(running.encode()))
    relay = serve(http(running.encode()))
    network = Network(transport, proxy=f"http://user:p%40ss@127.0.0.1:{relay.port}")  # type: ignore[arg-type]
    kling = either.open(base_url=target.url, network=network, max_retries=0)
    assert either.run(kling.tasks.get("831", operation="text_to_video")).state == "running"
    head = relay.seen[0].decode().lower()
    assert head.startswith(f"get {target.url}/kling/v1/videos/text2video/831 http/1.1\r\n")
    assert "proxy-authorization: basic dxnlcjpwqhnz\r\n" in head
    assert not target.seen

    refusing = serve(http(b"", "407 Proxy Authentication Required"))
    network = Network(transport, proxy=f"http://127.0.0.1:{refusing.port}")  # type: ignore[arg-type]
    secure = either.open(base_url="https://relay.example", network=network, max_retries=0, api_key="sk-one-two-three")
    with pytest.raises(ConnectionFailedError, match="nothing was sent"):
        either.run(secure.tasks.get("831", operation="text_to_video"))
    assert refusing.seen[0].lower().startswith(b"connect relay.example:443 http/1.1\r\n")
    assert b"sk-one" not in b"".join(refusing.seen)


def test_a_proxy_of_the_environment_is_used_but_for_what_it_excepts(
    serve: Any, monkeypatch: pytest.MonkeyPatch, asked: Any, http: Any, running: str
) -> None:
    target, proxy = serve(http(running.encode())), serve(http(running.encode()))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("http_proxy", proxy.url)
    asked("http://relay.example")
    assert len(proxy.seen) == 1
    monkeypatch.setenv("NO_PROXY", "example.org, 127.0.0.1")
    asked(target.url)
    assert (len(proxy.seen), len(target.seen)) == (1, 1)
