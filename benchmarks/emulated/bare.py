"""A server that only looks as if it kept tasks: the same uvicorn, an answer of the usual length, nothing behind it.

What it reaches is as far as any application can come here with this server.
"""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn

from klingkit_emulator.launch import listen, url_of

_BODY = (
    b'{"code":0,"message":"SUCCEED","request_id":"5bb4e2cd-9b0e-4e8a-8d4e-5a1f9b1c2d3e","data":{"task_id":"%b",'
    b'"task_status":"succeed","task_info":{"external_task_id":"mine-12345"},"created_at":1763800000000,'
    b'"updated_at":1763800020000,"task_status_msg":"","watermark_info":{"enabled":false},"task_result":{"videos":[{'
    b'"id":"%b-0","url":"http://127.0.0.1:8642/media/%b/0.mp4","duration":"5.000"}]},"final_unit_deduction":"1"}}'
)


async def _answer(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    name = scope["raw_path"].rpartition(b"/")[2]
    body = _BODY % (name, name, name)
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve until killed."""
    config = uvicorn.Config(_answer, http="h11", ws="none", lifespan="off", log_config=None, access_log=False)
    with listen("127.0.0.1", 0) as listener:
        print(f"{url_of(listener)}/\nStop with a signal.", flush=True)
        asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
