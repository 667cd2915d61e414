"""The local server, in a process of its own: an API that costs little, and one large file, plain and over TLS.

    python -m benchmarks.client.server --folder DIR --cpu 1

It prints one line of JSON with its addresses when it is ready, and ends when its input ends. It measures overhead
alone; how relays behave is the emulator's task.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path

from benchmarks.client.pinning import pin
from benchmarks.client.shapes import answer

__all__ = ["FILE_BYTES", "main", "make_file"]

FILE_BYTES = 200_000_000
_BLOCK = 1 << 18
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_HOST = re.compile(rb"\r\nhost: *([^\r]+)", re.IGNORECASE)
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nserver: local\r\nx-request-id: 7f3b2c1d9a\r\n"
    b"cache-control: no-store\r\ncontent-length: %d\r\n\r\n"
)


class Api(asyncio.Protocol):
    """One connection. Bodies are counted off, never kept."""

    files: dict[str, str] = {}  # noqa: RUF012 - set once before the server starts

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._buffer = b""
        self._left = 0
        self._tail: bytes | None = None
        self._request = ("GET", "/", "")

    def data_received(self, data: bytes) -> None:
        """Take what came; answer each request that is whole."""
        while data:
            if self._left:
                taken = min(self._left, len(data))
                self._left -= taken
                data = data[taken:]
                if not self._left:
                    self._reply()
            elif self._tail is not None:
                self._tail = (self._tail + data)[-len(_LAST_CHUNK) :]
                data = b""
                if self._tail == _LAST_CHUNK:
                    self._tail = None
                    self._reply()
            else:
                data = self._head(data)

    def _head(self, data: bytes) -> bytes:
        head, found, rest = (self._buffer + data).partition(b"\r\n\r\n")
        if not found:
            self._buffer += data
            return b""
        self._buffer = b""
        method, target, _ = head.split(b" ", 2)
        host = _HOST.search(head)
        self._request = (method.decode(), target.decode(), host.group(1).decode() if host else "")
        length = _LENGTH.search(head)
        if _CHUNKED.search(head):
            self._tail = b"\r\n"
        elif length and int(length.group(1)):
            self._left = int(length.group(1))
        else:
            self._reply()
        return rest

    def _reply(self) -> None:
        body = answer(*self._request, self.files)
        self._transport.write(_HEAD % len(body) + body)


def make_file(folder: Path) -> Path:
    """Write the large file, which begins like the video it is said to be, and return its path."""
    path = folder / "video.mp4"
    block = os.urandom(1_000_000)
    with path.open("wb") as stream:
        beginning = b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41"
        stream.write(beginning + block[len(beginning) :])
        for _ in range(FILE_BYTES // len(block) - 1):
            stream.write(block)
    return path


def _certificate(folder: Path) -> tuple[Path, Path]:
    certificate, key = folder / "local.crt", folder / "local.key"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    subject += ["-addext", "basicConstraints=critical,CA:FALSE"]  # some refuse an authority as a server
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - nothing of it comes from outside
    return certificate, key


def _serve_files(listener: socket.socket, path: Path, context: ssl.SSLContext | None) -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve_file, args=(connection, path, context), daemon=True).start()


def _serve_file(connection: socket.socket, path: Path, context: ssl.SSLContext | None) -> None:
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            connection = context.wrap_socket(connection, server_side=True)
        with connection, connection.makefile("rb") as incoming, path.open("rb") as stream:
            while incoming.readline():
                while incoming.readline() not in {b"\r\n", b""}:
                    pass
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: %d\r\n\r\n" % FILE_BYTES
                )
                stream.seek(0)
                if context is None:
                    connection.sendfile(stream)
                else:
                    while block := stream.read(_BLOCK):
                        connection.sendall(block)
    except OSError:
        pass  # the contender hung up


def _start_files(folder: Path) -> dict[str, str]:
    path = make_file(folder)
    certificate, key = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    addresses = {}
    for scheme, tls in (("http", None), ("https", context)):
        listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        threading.Thread(target=_serve_files, args=(listener, path, tls), daemon=True).start()
        addresses[scheme] = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/v1/videos/done/content"
    return addresses


async def _run() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Api, "127.0.0.1", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"api": f"http://127.0.0.1:{port}", "files": Api.files}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # whoever started us keeps it open


def main() -> None:
    """Serve until the input ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the file and the certificate are put")
    parser.add_argument("--cpu", type=int, help="run on this CPU alone")
    arguments = parser.parse_args()
    pin(arguments.cpu)
    Api.files = _start_files(arguments.folder)
    try:
        import uvloop
    except ImportError:
        asyncio.run(_run())
    else:
        uvloop.run(_run())


if __name__ == "__main__":
    main()
