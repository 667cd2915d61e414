"""What stands in the head of a request, and what of an answer's head is not kept."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from klingkit import ConfigurationError, Network, Timeouts
from klingkit._effects import Call
from klingkit._secrets import Secret
from klingkit._transports import sync_sender


def test_cookies_of_a_relay_are_not_kept_for_an_odd_one_would_spoil_every_later_request(
    either: Any, transport: str, serve: Any, http: Any, running: str
) -> None:
    answer = http(running.encode(), "200 OK", "set-cookie: a=b")
    server = serve(answer.replace(b"a=b", b"a=\x844\x86"))
    kling = either.open(base_url=server.url, network=Network(transport))  # type: ignore[arg-type]
    for _ in range(2):
        assert either.run(kling.tasks.get("831", operation="text_to_video")).state == "running"
    assert b"\r\ncookie:" not in b"".join(server.seen).lower()


def test_an_odd_cookie_of_the_callers_own_http_client_is_said_to_be_one(
    either: Any, serve: Any, http: Any, running: str
) -> None:
    server = serve(http(running.encode()))
    own = (httpx.Client if either.kind == "sync" else httpx.AsyncClient)(cookies={"a": "\x84"})
    kling = either.open(base_url=server.url, http_client=own)
    with pytest.raises(ConfigurationError, match="nothing was sent"):
        either.run(kling.tasks.get("831", operation="text_to_video"))
    assert server.seen == []
    either.run(own.aclose()) if isinstance(own, httpx.AsyncClient) else own.close()


def test_the_key_goes_to_the_relay_and_the_head_is_well_formed(serve: Any, asked: Any, http: Any, running: str) -> None:
    server = serve(http(running.encode()))
    asked(server.url, api_key="sk-one-two-three")
    head = server.seen[0].decode().lower()
    assert head.startswith("get /kling/v1/videos/text2video/831 http/1.1\r\n")
    assert f"\r\nhost: 127.0.0.1:{server.port}\r\n" in head
    assert head.count("authorization: bearer sk-one-two-three\r\n") == 1
    assert "content-length" not in head


def test_a_key_that_is_made_anew_is_sent_anew(transport: str, serve: Any, words: Any, http: Any) -> None:
    class Renewed(Secret):
        number = 0

        def reveal(self) -> str:
            self.number += 1
            return f"token-{self.number}"

    server = serve(http(json.dumps(words.task()).encode()), hang_up=False)
    sender = sync_sender(server.url, Renewed("key"), Network(transport))  # type: ignore[arg-type]
    for _ in range(2):
        sender.send(Call("anyapi", "video_text2video_get", "GET", f"{server.url}/v1", Timeouts()))
    sender.close()
    assert [head.lower().count(b"bearer token-%d\r\n" % at) for at, head in enumerate(server.seen, 1)] == [1, 1]
