"""Callbacks arrive, one for each change, as the bare task."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jsonschema_rs
import pytest

T2V = "video_text2video"


@pytest.fixture
def receiver():
    """A server that notes what it is POSTed, and the address to POST to."""
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append((self.path, self.headers["content-type"], json.loads(body)))
            self.send_response(500 if self.path == "/broken" else 200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield got, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.005)


@pytest.mark.parametrize(("prompt", "last"), [("a fox", "succeed"), ("[fail: no fox]", "failed")])
def test_every_change_is_announced_with_the_task_as_a_query_answers_it(callers, ask, receiver, prompt, last):
    got, url = receiver
    caller = callers("official")
    created = caller.create(T2V, prompt=prompt, callback_url=f"{url}/hook?a=1", external_task_id=f"hook {last}")
    final = caller.finish(T2V, ask.task_id(created))[-1]
    wait_for(lambda: got and got[-1][2]["task_status"] == last)
    assert {(path, kind) for path, kind, _ in got} == {("/hook?a=1", "application/json")}
    # On a slow machine a change that is over is not told any more; none is told twice.
    assert [task["task_status"] for _, _, task in got] in (["processing", last], [last])
    assert got[-1][2] == final.json()["data"]
    schema = {"$ref": "#/components/schemas/Task", "components": caller.document.root["components"]}
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert not [error for _, _, task in got for error in validator.iter_errors(task)]


@pytest.mark.parametrize(
    "address", ["{url}/broken", "http://127.0.0.1:9/", "no address", "ftp://x/", "http://[", "http://é.invalid:x"]
)
def test_a_callback_that_cannot_be_delivered_hurts_nobody(callers, ask, emulator, receiver, address):
    caller = callers("official")
    before = emulator.state()["callbacks"]["failed"]
    created = caller.create(T2V, callback_url=address.format(url=receiver[1]))
    assert ask.status(caller.finish(T2V, ask.task_id(created))[-1]) == "succeed"
    wait_for(lambda: emulator.state()["callbacks"]["failed"] > before)


def test_a_relay_that_documents_no_callbacks_sends_none(callers, receiver):
    got, url = receiver
    caller = callers("xiexus")
    caller.make(caller.obj, callback_url=url, metadata={"callback_url": url})
    other = callers("official").create(T2V, callback_url=f"{url}/marker")
    assert other.status_code == 200
    wait_for(lambda: got and got[-1][2]["task_status"] == "succeed")
    assert {path for path, _, _ in got} == {"/marker"}
