"""Large pictures arrive whole, and a refusal that comes before their end is read."""

from __future__ import annotations

import base64
import json
import socket
import threading
from typing import Any

import pytest

from klingkit import BalanceError, Network

LARGE = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (1024).to_bytes(4, "big") * 2 + bytes(range(256)) * 2000


def test_a_large_picture_arrives_whole_and_a_refused_one_is_a_refusal(
    either: Any, transport: str, serve: Any, words: Any, http: Any
) -> None:
    def answer(request: bytes, connection: socket.socket) -> None:
        body = json.loads(request.partition(b"\r\n\r\n")[2])
        connection.sendall(http(json.dumps(words.task(task_id=str(len(body["image"])))).encode()))

    server = serve(answer)
    kling = either.open("official", base_url=server.url, network=Network(transport))  # type: ignore[arg-type]
    task = either.run(kling.video.image_to_video(LARGE, "x", model_name="kling-v2-1", duration=5))
    assert int(task.task_id) == (len(LARGE) + 2) // 3 * 4


def test_a_large_text_is_sent_in_parts_that_each_have_time(
    either: Any, transport: str, serve: Any, words: Any, http: Any
) -> None:
    def answer(request: bytes, connection: socket.socket) -> None:
        said = json.loads(request.partition(b"\r\n\r\n")[2])
        connection.sendall(http(json.dumps(words.task(task_id=str(len(said["image"])))).encode()))

    coded = base64.b64encode(LARGE).decode()
    kling = either.open("official", base_url=serve(answer).url, network=Network(transport))  # type: ignore[arg-type]
    task = either.run(kling.video.image_to_video(coded, "x", model_name="kling-v2-1", duration=5))
    assert int(task.task_id) == len(coded)


def test_a_refusal_before_the_picture_was_sent_whole_is_read(either: Any, transport: str, http: Any) -> None:
    refused = json.dumps({"code": 1101, "message": "no balance"}).encode()
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(http(refused, "402 Payment Required", "connection: close"))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):  # what is on its way; without that the system resets the connection
                pass

    threading.Thread(target=refuse, daemon=True).start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    kling = either.open("official", base_url=url, network=Network(transport), max_retries=0)  # type: ignore[arg-type]
    with pytest.raises(BalanceError):
        either.run(kling.video.image_to_video(LARGE, "x", model_name="kling-v2-1", duration=5))
    listener.close()
