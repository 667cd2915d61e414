"""Exchanges as HAR 1.2, for browsers' developer tools: a whole file after each of them, and no key in it."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from klingkit_contract.findings import Finding
    from klingkit_contract.proxy.traffic import Body, Traffic
    from klingkit_contract.redaction import Redactor

__all__ = ["HarFile"]

_MOST_TEXT = 200_000  # characters of one body that are written
_FOOT = b"\n]}}\n"


class HarFile:
    """A HAR file that grows. It is valid JSON whenever nobody is writing to it.

    Args:
        path: where it lies; what was there is replaced.
        address: of the relay, which targets are appended to.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path, address: str) -> None:
        self._address = address
        creator = {"name": "klingkit", "version": version("klingkit")}
        head = f'{{"log": {{"version": "1.2", "creator": {json.dumps(creator)}, "entries": ['
        self._file = path.open("wb")
        os.chmod(path, 0o600)  # prompts and results are nobody else's business
        self._file.write(head.encode() + _FOOT)
        self._file.flush()
        self._first = True

    def write(self, traffic: Traffic, findings: Sequence[Finding], redactor: Redactor) -> None:
        """Add one exchange."""
        entry = json.dumps(self._entry(traffic, findings, redactor), ensure_ascii=False)
        self._file.seek(-len(_FOOT), os.SEEK_END)
        self._file.write((b"\n" if self._first else b",\n") + entry.encode("utf-8", "replace") + _FOOT)
        self._file.flush()
        self._first = False

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _entry(self, traffic: Traffic, findings: Sequence[Finding], redactor: Redactor) -> dict[str, Any]:
        waited, took = traffic.waited * 1000, traffic.took * 1000
        entry: dict[str, Any] = {
            "startedDateTime": traffic.started.isoformat(timespec="milliseconds"),
            "time": round(took, 3),
            "request": self._request(traffic, redactor),
            "response": self._response(traffic, redactor),
            "cache": {},
            "timings": {"send": 0, "wait": round(waited, 3), "receive": round(max(took - waited, 0), 3)},
        }
        told = [f"{found.check}: {found.seen}" for found in findings]
        if traffic.note:
            told.append(redactor.text(traffic.note))
        return {**entry, "comment": " ".join(told)} if told else entry

    def _request(self, traffic: Traffic, redactor: Redactor) -> dict[str, Any]:
        url = redactor.text(f"{self._address}{traffic.target}".partition("?")[0])
        query = parse_qsl(urlsplit(traffic.target).query, keep_blank_values=True)
        shown = [{"name": redactor.text(name), "value": redactor.text(value)} for name, value in query]
        asked = "&".join(f"{row['name']}={row['value']}" for row in shown)
        row: dict[str, Any] = {
            "method": traffic.method,
            "url": f"{url}?{asked}" if asked else url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(traffic.request_headers, redactor),
            "queryString": shown,
            "headersSize": -1,
            "bodySize": traffic.request.size,
        }
        if traffic.request.size:
            text, comment = _text(traffic.request, redactor)
            row["postData"] = {"mimeType": traffic.request.media_type, "text": text, "comment": comment}
        return row

    def _response(self, traffic: Traffic, redactor: Redactor) -> dict[str, Any]:
        text, comment = _text(traffic.response, redactor)
        return {
            "status": traffic.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _headers(traffic.headers, redactor),
            "content": {
                "size": traffic.response.size,
                "mimeType": traffic.response.media_type,
                "text": text,
                "comment": comment,
            },
            "redirectURL": redactor.text(dict(traffic.headers).get("location", "")),
            "headersSize": -1,
            "bodySize": traffic.response.size,
        }


def _headers(headers: tuple[tuple[str, str], ...], redactor: Redactor) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in redactor.headers(headers)]


def _text(body: Body, redactor: Redactor) -> tuple[str, str]:
    """Return a body as text, and what there is to say about it when that is not all of it."""
    raw, whole = body.read()
    try:
        text = redactor.text(raw.decode())
    except UnicodeDecodeError:
        return "", f"{body.size} bytes, not text"
    if not whole or len(text) > _MOST_TEXT:
        return text[:_MOST_TEXT], f"the beginning of {body.size} bytes"
    return text, ""
