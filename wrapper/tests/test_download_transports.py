"""Saving results over both transports, from real sockets: resumed, renewed, limited, never with the key, over TLS."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
from typing import TYPE_CHECKING, Any

import pytest

from klingkit import AsyncKling, ConfigurationError, ConnectionFailedError, DownloadError, Kling, Network, Timeouts
from klingkit._target import target_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VIDEO = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00" + b"".join(
    hashlib.sha256(str(at).encode()).digest() for at in range(100_000)
)
RANGE = re.compile(r"\r\nrange: bytes=(\d+)-\r\n", re.IGNORECASE)
IF_RANGE = re.compile(r"\r\nif-range: ([^\r]+)\r\n", re.IGNORECASE)


class Host:
    """A relay and the host of its files in one. Files are cut after `cuts` bytes, one cut for each request.

    Attributes:
        etag: how the host calls the version of the file; empty sends none.
        ranges: whether parts are sent.
        gone: paths that have ended.
        heads: the heads of the requests for files.
        asked: how often the task was asked for.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self.etag = '"v1"'
        self.ranges = True
        self.chunked = False
        self.cuts: list[int] = []
        self.gone: set[str] = set()
        self.names = ["a.mp4"]
        self.renewed: list[str] = []
        self.redirects: dict[str, str] = {}
        self.heads: list[str] = []
        self.asked = 0
        self.content = VIDEO
        self.most = self.now = 0
        self.pause: threading.Event | None = None
        self._lock = threading.Lock()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                while head := self._head(connection):
                    target = head.split(" ")[1]
                    if not (
                        self._task(connection) if "/v1/videos/" in target else self._file(connection, head, target)
                    ):
                        return
        except OSError:
            pass

    @staticmethod
    def _head(connection: socket.socket) -> str:
        data = b""
        while not data.endswith(b"\r\n\r\n"):
            more = connection.recv(65536)
            if more.startswith(b"\x16"):  # a greeting of TLS is no request
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
                return ""
            if not more:
                return ""
            data += more
        return data.decode()

    def _task(self, connection: socket.socket) -> bool:
        self.asked += 1
        if self.asked > 1 and self.renewed:
            self.names = self.renewed
        videos = [{"id": f"f{at}", "url": f"{self.url}/{name}", "duration": "5"} for at, name in enumerate(self.names)]
        data = {"task_id": "831", "task_status": "succeed", "task_result": {"videos": videos}}
        self._say(connection, "200 OK", json.dumps({"code": 0, "message": "", "data": data}).encode())
        return True

    @staticmethod
    def _say(connection: socket.socket, status: str, body: bytes, *headers: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def _file(self, connection: socket.socket, head: str, target: str) -> bool:
        with self._lock:
            self.heads.append(head)
            self.now += 1
            self.most = max(self.most, self.now)
            cut = self.cuts.pop(0) if self.cuts else None
        try:
            if target in self.redirects:
                self._say(connection, "302 Found", b"", f"location: {self.redirects[target]}")
                return True
            if target in self.gone:
                self._say(connection, "403 Forbidden", b"<Error><Code>AccessDenied</Code></Error>")
                return True
            return self._send(connection, head, cut)
        finally:
            with self._lock:
                self.now -= 1

    def _send(self, connection: socket.socket, head: str, cut: int | None) -> bool:
        body, status, headers = self.content, "200 OK", [f"etag: {self.etag}"] if self.etag else []
        wanted, condition = RANGE.search(head), IF_RANGE.search(head)
        if wanted and self.ranges and condition and condition.group(1) == self.etag:
            start = int(wanted.group(1))
            headers.append(f"content-range: bytes {start}-{len(body) - 1}/{len(body)}")
            body, status = body[start:], "206 Partial Content"
        if self.chunked:
            lines = [f"HTTP/1.1 {status}", "transfer-encoding: chunked", *headers]
            parts = [body[at : at + 70_001] for at in range(0, len(body), 70_001)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        else:
            lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        if self.pause is not None:
            connection.sendall(body[:100_000])
            self.pause.wait(10)
            body = body[100_000:]
        connection.sendall(body if cut is None else body[:cut])
        if cut is not None:
            connection.shutdown(socket.SHUT_WR)
        return cut is None

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def host() -> Iterator[Host]:
    running = Host()
    yield running
    running.close()


@pytest.fixture(params=["builtin", "httpx"])
def transport(request: pytest.FixtureRequest) -> str:
    """The transports, one after the other."""
    return str(request.param)


def result_of(either: Any, transport: str, host: Host, **arguments: Any) -> Any:
    """Return the result of the task that made the file."""
    arguments.setdefault("network", Network(transport))  # type: ignore[arg-type]
    kling = either.open(base_url=host.url, api_key="sk-one-two-three", **arguments)
    return either.run(either.run(kling.tasks.get("831", operation="text_to_video")).wait())


def ranges(host: Host) -> list[int | None]:
    """Return where each request for the file asked to begin."""
    return [int(found.group(1)) if (found := RANGE.search(head)) else None for head in host.heads]


def test_a_file_is_saved_whole(either: Any, transport: str, host: Host, tmp_path: Path) -> None:
    for host.chunked in (False, True):
        path = either.run(result_of(either, transport, host).download(tmp_path, overwrite=True))
        assert path.read_bytes() == VIDEO
    assert [each.name for each in tmp_path.iterdir()] == ["831.mp4"]


def test_a_file_that_broke_off_is_resumed_behind_what_came(
    either: Any, transport: str, host: Host, tmp_path: Path
) -> None:
    host.cuts = [1_500_000, 900_000]
    path = either.run(result_of(either, transport, host).download(tmp_path))
    assert path.read_bytes() == VIDEO
    assert ranges(host) == [None, 1_500_000, 2_400_000]
    assert IF_RANGE.findall(host.heads[1]) == ['"v1"']


def test_a_chunked_file_that_broke_off_is_resumed_too(either: Any, transport: str, host: Host, tmp_path: Path) -> None:
    host.chunked, host.cuts = True, [1_500_000]
    path = either.run(result_of(either, transport, host).download(tmp_path))
    assert path.read_bytes() == VIDEO
    assert len(host.heads) == 2
    assert (ranges(host)[1] or 0) > 1_000_000


def test_a_file_that_changed_meanwhile_is_fetched_from_the_start(
    either: Any, transport: str, host: Host, tmp_path: Path
) -> None:
    host.cuts = [1_500_000]
    result = result_of(either, transport, host)
    send = host._send

    def change(connection: socket.socket, head: str, cut: int | None) -> bool:
        going_on = send(connection, head, cut)
        host.etag, host.content = '"v2"', VIDEO[:-7] + b"another"
        return going_on

    host._send = change  # type: ignore[method-assign]
    assert either.run(result.download(tmp_path)).read_bytes() == VIDEO[:-7] + b"another"
    assert ranges(host) == [None, 1_500_000]


@pytest.mark.parametrize("etag", ["", 'W/"weak"'])
def test_a_file_without_a_firm_mark_is_never_put_together(
    either: Any, transport: str, host: Host, tmp_path: Path, etag: str
) -> None:
    host.etag, host.cuts = etag, [1_500_000]
    assert either.run(result_of(either, transport, host).download(tmp_path)).read_bytes() == VIDEO
    assert ranges(host) == [None, None]


def test_a_host_that_breaks_off_without_end_is_given_up_and_leaves_nothing(
    either: Any, transport: str, host: Host, tmp_path: Path
) -> None:
    host.cuts = [1000] * 50
    with pytest.raises(DownloadError, match="only the download") as caught:
        either.run(result_of(either, transport, host).download(tmp_path))
    assert caught.value.retryable
    assert len(host.heads) == 3
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_has_ended_is_asked_for_again_once(
    either: Any, transport: str, host: Host, tmp_path: Path
) -> None:
    result = result_of(either, transport, host)
    before = host.asked
    host.gone, host.renewed = {"/a.mp4"}, ["fresh.mp4"]
    assert either.run(result.download(tmp_path)).read_bytes() == VIDEO
    assert host.asked == before + 1
    host.gone = {"/a.mp4", "/fresh.mp4"}
    with pytest.raises(DownloadError, match="HTTP 403"):
        either.run(result.download(tmp_path, overwrite=True))
    assert host.asked == before + 2


def test_the_key_goes_to_no_host_of_files_and_over_no_redirect(
    either: Any, transport: str, host: Host, tmp_path: Path
) -> None:
    other = Host()
    host.redirects = {"/a.mp4": f"{other.url}/b.mp4"}
    assert either.run(result_of(either, transport, host).download(tmp_path)).read_bytes() == VIDEO
    sent = "".join([*host.heads, *other.heads]).lower()
    assert len(other.heads) == 1
    assert "sk-one" not in sent
    assert "authorization" not in sent
    assert "cookie" not in sent
    other.close()


def test_a_redirect_in_a_circle_ends(either: Any, transport: str, host: Host, tmp_path: Path) -> None:
    host.redirects = {"/a.mp4": "/b.mp4", "/b.mp4": "/a.mp4"}
    with pytest.raises(DownloadError, match="without end"):
        either.run(result_of(either, transport, host).download(tmp_path))
    assert len(host.heads) == 6


def test_more_than_max_bytes_is_not_read(either: Any, transport: str, host: Host, tmp_path: Path) -> None:
    for host.chunked in (False, True):
        with pytest.raises(DownloadError, match="max_bytes"):
            either.run(result_of(either, transport, host).download(tmp_path, max_bytes=1_000_000))
    assert list(tmp_path.iterdir()) == []


def test_several_files_are_fetched_side_by_side_up_to_a_limit(
    either: Any, transport: str, host: Host, tmp_path: Path
) -> None:
    host.names = [f"{at}.mp4" for at in range(6)]
    host.pause = threading.Event()
    threading.Timer(0.5, host.pause.set).start()
    saved = either.run(result_of(either, transport, host).download_all(tmp_path / "out", concurrency=3))
    assert [path.name for path in saved] == [f"831-{at}.mp4" for at in range(1, 7)]
    assert all(path.read_bytes() == VIDEO for path in saved)
    assert 1 < host.most <= 3


def test_when_one_of_several_fails_the_others_that_are_whole_stay(
    either: Any, transport: str, host: Host, tmp_path: Path
) -> None:
    host.names = ["0.mp4", "1.mp4"]
    host.gone = {"/1.mp4"}
    with pytest.raises(DownloadError, match="HTTP 403"):
        either.run(result_of(either, transport, host).download_all(tmp_path, concurrency=1))
    assert [path.name for path in tmp_path.iterdir()] == ["831-1.mp4"]


def test_a_download_that_is_cancelled_leaves_nothing(transport: str, host: Host, tmp_path: Path) -> None:
    host.pause = threading.Event()

    async def fetch() -> None:
        network = Network(transport)  # type: ignore[arg-type]
        async with AsyncKling("anyapi", api_key="k", base_url=host.url, network=network) as kling:
            task = await kling.tasks.get("831", operation="text_to_video")
            result = await task.wait()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.7):
                    await result.download(tmp_path)

    asyncio.run(fetch())
    host.pause.set()
    assert list(tmp_path.iterdir()) == []


def test_what_a_late_thread_does_to_a_download_that_was_given_up_leaves_nothing(tmp_path: Path) -> None:
    target = target_of(tmp_path / "fox.mp4", "831", None, overwrite=False)
    target.begin("")
    target.abandon(final=True)
    for late in (lambda: target.write(b"x"), lambda: target.begin(""), target.finish):
        with pytest.raises(OSError, match="given up"):
            late()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate nobody has signed, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl, which makes a certificate, is not installed")
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "made.crt", folder / "made.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True)
    return made, key


@pytest.fixture
def secure(certificate: tuple[Path, Path]) -> Iterator[Host]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    running = Host(context)
    yield running
    running.close()


def test_a_self_signed_certificate_is_refused_before_anything_is_sent(
    either: Any, transport: str, secure: Host
) -> None:
    with pytest.raises(ConnectionFailedError, match=r"nothing was sent.*not trusted.*SSL_CERT_FILE"):
        result_of(either, transport, secure, max_retries=0)
    assert not secure.asked


def test_plain_http_is_told_from_tls(either: Any, transport: str, host: Host) -> None:
    kling = either.open(
        base_url=host.url.replace("http:", "https:"),
        network=Network(transport),
        max_retries=0,  # type: ignore[arg-type]
    )
    with pytest.raises(ConnectionFailedError, match=r"(?i)nothing was sent.*check.*base_url"):
        either.run(kling.tasks.get("831", operation="text_to_video"))


def test_a_certificate_file_of_ones_own_is_trusted(
    either: Any, transport: str, secure: Host, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    network = Network(transport, ca_file=certificate[0])  # type: ignore[arg-type]
    secure.cuts = [2_000_000]
    path = either.run(result_of(either, transport, secure, network=network).download(tmp_path))
    assert path.read_bytes() == VIDEO
    assert ranges(secure) == [None, 2_000_000]


def test_over_a_proxy_tls_reaches_to_the_relay(
    either: Any, transport: str, secure: Host, certificate: tuple[Path, Path]
) -> None:
    seen: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def copy(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                seen.append(data)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def tunnel() -> None:
        near, _ = listener.accept()
        with near, socket.create_connection(("127.0.0.1", int(secure.url.rpartition(":")[2]))) as far:
            seen.append(near.recv(65536))
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=copy, args=(far, near), daemon=True)
            back.start()
            copy(near, far)
            back.join(5)

    threading.Thread(target=tunnel, daemon=True).start()
    proxy = f"http://u:p@127.0.0.1:{listener.getsockname()[1]}"
    network = Network(transport, proxy=proxy, ca_file=certificate[0])  # type: ignore[arg-type]
    result_of(either, transport, secure, network=network)
    listener.close()
    assert seen[0].lower().startswith(b"connect 127.0.0.1:")
    assert b"proxy-authorization: basic dtpw\r\n" in seen[0].lower()
    assert b"sk-one" not in b"".join(seen)
    assert secure.asked == 1


def test_a_certificate_file_that_is_none_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for name in (broken, tmp_path / "missing.pem"):
        with pytest.raises(ConfigurationError, match="PEM file"):
            Network(ca_file=name)


def test_a_slow_answer_over_tls_is_late_and_not_unsent(
    secure: Host, certificate: tuple[Path, Path], transport: str
) -> None:
    from klingkit import AnswerTimeoutError

    stop = threading.Event()
    secure._task = lambda _: stop.wait(10)  # type: ignore[method-assign]
    network = Network(transport, ca_file=certificate[0])  # type: ignore[arg-type]
    limits = Timeouts(read=0.3)
    with Kling("anyapi", api_key="k", base_url=secure.url, network=network, timeout=limits, max_retries=0) as kling:
        with pytest.raises(AnswerTimeoutError) as caught:
            kling.tasks.get("831", operation="text_to_video")
        assert caught.value.sent
    stop.set()
