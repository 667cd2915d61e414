"""The proxy: what passes is what was sent, what broke a promise is told, and no key is written down."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from klingkit import Kling, RelayServerError
from klingkit_contract.errors import OptionError, UnknownRelayError
from klingkit_contract.proxy.har import HarFile
from klingkit_contract.proxy.journal import JournalFile
from klingkit_contract.proxy.serving import proxying
from klingkit_contract.proxy.upstream import read_upstream
from klingkit_contract.proxy.watching import Watcher
from klingkit_emulator.launch import launch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from klingkit_contract.proxy.traffic import Traffic
    from klingkit_contract.proxy.upstream import Upstream

KEY = "sk-proxy+Key/0123456789="
MEGABYTE = 1_000_000


class Echo(BaseHTTPRequestHandler):
    """A relay that tells what reached it, or sends what the path asks for."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def answer(self) -> None:
        size = self.headers.get("content-length")
        if self.headers.get("transfer-encoding") == "chunked":
            body = b""
            while length := int(self.rfile.readline().strip() or b"0", 16):
                body += self.rfile.read(length)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(size or 0))
        if self.path.startswith("/kling/big"):
            self.send_response(200)
            self.send_header("content-type", "video/mp4")
            self.send_header("content-length", str(64 * MEGABYTE))
            self.end_headers()
            for _ in range(64):
                self.wfile.write(b"\x07" * MEGABYTE)
        elif self.path.startswith("/kling/away"):
            self.send_response(302)
            self.send_header("Location", "https://elsewhere.example/x")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith("/kling/broken"):
            self.send_response(200)
            self.send_header("content-length", "1000")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
        else:
            said = {"method": self.command, "target": self.path, "headers": self.headers.items(), "body": body.hex()}
            raw = json.dumps(said).encode()
            self.send_response(203, "Fine")
            self.send_header("X-Twice", "one")
            self.send_header("X-Twice", "two")
            self.send_header("Connection", "x-hop")
            self.send_header("X-Hop", "stays here")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815 - names that http.server calls


@contextmanager
def echoing() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def passed() -> list[Traffic]:
    """What went through the proxy."""
    return []


@pytest.fixture
def proxy(passed: list[Traffic]) -> Iterator[httpx.Client]:
    """A client of a proxy in front of the echo."""
    with (
        echoing() as relay,
        proxying(read_upstream("anyapi", relay), passed.append) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        yield client


def until(condition: Any) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen within 10 seconds"
        time.sleep(0.01)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("target", ["/kling/v1/videos/text2video?a=b%2Fc&a=&x=%20+", "/kling//odd%2Fpath/;p=1", "/?"])
def test_method_target_headers_and_body_arrive_as_they_were_sent(proxy: httpx.Client, method: str, target: str) -> None:
    body = bytes(range(256))
    sent = {"authorization": f"Bearer {KEY}", "x-own": "ü".encode().decode("latin-1"), "accept": "a/b, c/d"}
    with socket.create_connection((proxy.base_url.host, proxy.base_url.port or 0)) as raw:
        lines = [f"{method} {target} HTTP/1.1", "Host: the.proxy", f"Content-Length: {len(body)}", "Connection: close"]
        head = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in sent.items())]) + "\r\n\r\n"
        raw.sendall(head.encode("latin-1") + body)
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    said = json.loads(answer.partition(b"\r\n\r\n")[2])
    headers = {name.lower(): value for name, value in said["headers"]}
    assert (said["method"], said["target"], bytes.fromhex(said["body"])) == (method, target.removesuffix("?"), body)
    assert {name: headers[name] for name in sent} == sent
    assert headers["host"].startswith("127.0.0.1:")
    assert headers["content-length"] == "256"
    assert set(headers) == {*sent, "host", "content-length"}


def test_status_and_repeated_headers_come_back_without_those_of_the_connection(proxy: httpx.Client) -> None:
    answer = proxy.get("/kling/x")
    assert answer.status_code == 203
    assert answer.headers.get_list("x-twice") == ["one", "two"]
    assert "x-hop" not in answer.headers
    assert answer.headers["server"].startswith("BaseHTTP")  # the relay's own, not the proxy's


def test_a_body_of_unknown_length_is_passed_on_as_it_comes(proxy: httpx.Client) -> None:
    said = proxy.post("/kling/x", content=iter([b"one", b"two"])).json()
    assert bytes.fromhex(said["body"]) == b"onetwo"
    assert dict(said["headers"])["transfer-encoding"] == "chunked"


def test_a_redirect_is_passed_on_and_not_followed(proxy: httpx.Client) -> None:
    answer = proxy.get("/kling/away")
    assert (answer.status_code, answer.headers["location"]) == (302, "https://elsewhere.example/x")


def test_media_streams_through_and_is_not_kept(proxy: httpx.Client, passed: list[Traffic]) -> None:
    with proxy.stream("GET", "/kling/big") as answer:
        size = sum(map(len, answer.iter_raw()))
    assert size == 64 * MEGABYTE
    until(lambda: passed)
    assert passed[0].response.size == size
    assert len(passed[0].response.read()[0]) < 1024


def test_an_answer_that_breaks_off_breaks_off_here_as_well(proxy: httpx.Client, passed: list[Traffic]) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        proxy.get("/kling/broken")
    until(lambda: passed)
    assert "broke off" in passed[0].note


def test_an_application_that_goes_away_ends_the_exchange(proxy: httpx.Client, passed: list[Traffic]) -> None:
    with socket.create_connection((proxy.base_url.host, proxy.base_url.port or 0)) as raw:
        raw.sendall(b"GET /kling/big HTTP/1.1\r\nHost: x\r\n\r\n")
        raw.recv(1000)
    until(lambda: passed)
    assert "went away" in passed[0].note
    assert passed[0].response.size < 64 * MEGABYTE


def test_a_relay_that_is_down_is_one_sentence_that_says_whether_anything_was_sent(passed: list[Traffic]) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with (
            proxying(read_upstream("anyapi", address), passed.append) as proxy,
            Kling("anyapi", api_key=KEY, base_url=proxy, max_retries=0) as kling,
        ):
            answer = httpx.post(f"{proxy}/kling/v1/videos/text2video", json={}, trust_env=False)
            with pytest.raises(RelayServerError, match="could not be reached"):
                kling.tasks.get("831", operation="text_to_video")
    assert answer.status_code == 502
    assert "Nothing was sent." in answer.json()["error"]["message"]
    assert passed[0].status == 0


class Watched:
    """A proxied emulated relay, and an application that uses it."""

    def __init__(self, upstream: Upstream, folder: Path) -> None:
        self.har, self.lines = folder / "traffic.har", folder / "findings.jsonl"
        self._files = HarFile(self.har, upstream.address), JournalFile(self.lines)
        self.watcher = Watcher(upstream, [file.write for file in self._files])
        self.watcher.start()

    def finish(self) -> list[tuple[str, str]]:
        """Return (operation, check) of what was found."""
        self.watcher.finish()
        for file in self._files:
            file.close()
        return sorted((place[0], place[1]) for place in self.watcher.findings)


def use(address: str, key: str, folder: Path, relay: str = "anyapi") -> None:
    """Make a video and save it, as an application would."""
    with Kling(relay, api_key=key, base_url=address) as kling:
        task = kling.video.text_to_video("A fox", model_name="kling-v3", mode="std", duration=5)
        task.wait(timeout=60).download(folder / "fox.mp4")


@pytest.mark.parametrize("defect", ["", "id-as-number", "text-plain"])
def test_what_an_honest_relay_does_is_no_finding_and_what_another_does_is(tmp_path: Path, defect: str) -> None:
    with launch(["anyapi"], speed=10_000, defects=[defect] if defect else []) as emulator:
        upstream = read_upstream("anyapi", emulator.base_url("anyapi"))
        watched = Watched(upstream, tmp_path)
        with proxying(upstream, watched.watcher.see) as address:
            use(address, emulator.api_key, tmp_path)
        found = watched.finish()
    assert bool(found) == bool(defect)
    assert (tmp_path / "fox.mp4").stat().st_size > 1000
    assert watched.watcher.exchanges >= 2


def test_a_task_from_before_the_proxy_is_no_finding(tmp_path: Path) -> None:
    with launch(["official"], speed=10_000) as emulator:
        with Kling("official", api_key=emulator.api_key, base_url=emulator.base_url("official")) as kling:
            task = kling.video.text_to_video("A fox", model_name="kling-v3", external_task_id="mine-1")
        upstream = read_upstream("official", emulator.base_url("official"))
        watched = Watched(upstream, tmp_path)
        with (
            proxying(upstream, watched.watcher.see) as address,
            Kling("official", api_key=emulator.api_key, base_url=address) as kling,
        ):
            for name in (task.task_id, "mine-1", task.task_id):
                kling.tasks.get(name, operation="text_to_video")
        assert watched.finish() == []
        assert watched.watcher.exchanges == 3


def test_a_web_page_with_status_200_is_found_and_the_har_shows_it(tmp_path: Path) -> None:
    with launch(["anyapi"], speed=10_000) as emulator:
        emulator.plant("html-200", relay="anyapi", operation="create")
        upstream = read_upstream("anyapi", emulator.base_url("anyapi"))
        watched = Watched(upstream, tmp_path)
        with proxying(upstream, watched.watcher.see) as address:
            httpx.post(
                f"{address}/kling/v1/videos/text2video",
                json={"model_name": "kling-v3", "prompt": "A fox", "mode": "std", "duration": "5", "multi_shot": False},
                headers={"authorization": f"Bearer {emulator.api_key}"},
                trust_env=False,
            )
        assert watched.finish() == [("video_text2video_create", "html-page")]
    log = json.loads(watched.har.read_text())["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "klingkit")
    (entry,) = log["entries"]
    assert entry["response"]["status"] == 200
    assert "html-page" in entry["comment"]
    (line,) = map(json.loads, watched.lines.read_text().splitlines())
    assert (line["check"], line["relay"]) == ("html-page", "anyapi")


def test_no_form_of_a_key_is_written_down(tmp_path: Path) -> None:
    import base64

    forms = [KEY, quote(KEY, safe=""), json.dumps(KEY)[1:-1], base64.b64encode(KEY.encode()).decode()]
    with echoing() as relay:
        upstream = read_upstream("anyapi", relay)
        watched = Watched(upstream, tmp_path)
        with proxying(upstream, watched.watcher.see) as address:
            for form in forms:
                httpx.post(
                    f"{address}/kling/v1/videos/text2video?k={quote(form, safe='')}",
                    json={"prompt": form},
                    headers={"authorization": f"Bearer {KEY}", "x-note": form},
                    trust_env=False,
                )
        watched.finish()
    written = watched.har.read_text() + watched.lines.read_text()
    assert "text2video" in written
    for form in forms:
        assert form not in written


def test_an_unknown_relay_and_an_address_that_is_none_are_refused() -> None:
    with pytest.raises(UnknownRelayError):
        read_upstream("anyapy")
    with pytest.raises(OptionError):
        read_upstream("anyapi", "mirror.example")


@pytest.mark.parametrize("tail", ["", "/", "/kling", "/sub", "/sub/kling/"])
def test_the_address_may_carry_the_prefix_or_not(tail: str) -> None:
    upstream = read_upstream("anyapi", f"https://mirror.example{tail}")
    assert upstream.path == ("/sub" if "sub" in tail else "")
    assert upstream.prefix == "/kling"


def test_the_command_tells_where_to_send_to_and_what_it_saw(tmp_path: Path) -> None:
    with launch(["anyapi"], speed=10_000) as emulator:
        emulator.plant("html-200", relay="anyapi", operation="get")
        words = ["--relay", "anyapi", "--port", "0", "--base-url", emulator.base_url("anyapi")]
        process = subprocess.Popen(
            [sys.executable, "-m", "klingkit.cli", "proxy", *words, "--har", str(tmp_path / "t.har")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        address = re.match(r"(http://\S+) → ", process.stdout.readline())
        assert address is not None
        get = f"{address[1]}{urlsplit('/kling/v1/videos/text2video/831').path}"
        answer = httpx.get(get, headers={"authorization": f"Bearer {emulator.api_key}"}, trust_env=False)
        process.terminate()
        out, err = process.communicate(timeout=30)
    assert "html" in answer.headers["content-type"]
    assert process.returncode == 1
    assert "html-page" in err
    assert "1 exchanges" in out
    assert json.loads((tmp_path / "t.har").read_text())["log"]["entries"]
