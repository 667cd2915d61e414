"""Read from JSON bodies and HAR recordings which operations and fields were used.

Of a recording, method, path and JSON body are read; headers, where keys travel, are not looked at.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from klingkit_contract.errors import OptionError
from klingkit_contract.switch.usage import UNKNOWN, Use, Via, gather

if TYPE_CHECKING:
    from pathlib import Path

    from klingkit_contract.switch.paths import Paths
    from klingkit_contract.switch.surface import Surface

__all__ = ["read_json"]

_MOST_NAMED = 4  # candidates that a sentence lists


def read_json(content: bytes, file: Path, paths: Paths, surface: Surface) -> tuple[list[Use], list[str]]:
    """Return what a HAR recording or a request body uses, and remarks on what could not be read.

    Args:
        content: what the file holds.
        file: what it is called; a name with an operationId or the end of its path says what a body is sent to.
        paths: the paths of the one spec.
        surface: the relay that the requests were made for.

    Raises:
        OptionError: it is no JSON, or a body that fits no operation or several.
    """
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise OptionError(f"--used-by: {file} is no JSON ({error}).") from error
    entries = (
        value.get("log", {}).get("entries") if isinstance(value, dict) and isinstance(value.get("log"), dict) else None
    )
    if isinstance(entries, list):
        return _recording(entries, file, paths)
    if not isinstance(value, dict):
        raise OptionError(f"--used-by: {file} is neither a HAR recording nor the JSON body of a request.")
    return [_use(_operation_of(value, file, surface), str(file), value)], []


def _recording(entries: list[Any], file: Path, paths: Paths) -> tuple[list[Use], list[str]]:
    uses: list[Use] = []
    strange = 0
    for number, entry in enumerate(entries, 1):
        request = entry.get("request") if isinstance(entry, dict) else None
        url, method = (
            (str(request.get(key, "")) for key in ("url", "method")) if isinstance(request, dict) else ("", "")
        )
        operation = paths.operation(url.partition("?")[0], method.upper())
        if not operation:
            strange += 1
            continue
        where = f"{file}, entry {number}"
        posted = request.get("postData") if isinstance(request, dict) else None
        body = _parsed(posted.get("text")) if isinstance(posted, dict) else None
        if isinstance(body, dict):
            uses.append(_use(operation, where, body))
        else:
            asked = (
                {name: (value,) for name, value in parse_qsl(urlsplit(url).query)} if method.upper() == "GET" else {}
            )
            uses.append(Use(operation, Via.RAW, where, dict.fromkeys(asked, (UNKNOWN,)), whole=method.upper() == "GET"))
    remarks = [f"{file}: {strange:,} of {len(entries):,} requests go to no operation of the spec"] if strange else []
    return uses, remarks


def _parsed(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _use(operation: str, where: str, body: dict[str, Any]) -> Use:
    return Use(operation, Via.RAW, where, gather(body), body=body)


def _operation_of(body: dict[str, Any], file: Path, surface: Surface) -> str:
    """Return the operation whose request `body` is: by the file's name, else the only one whose schema it keeps."""
    posted = [each for each in surface.contract.operations.values() if surface.contract.request_schema(each)]
    word = file.stem.lower().replace("-", "_")
    for operation in posted:
        ending = operation.path.rpartition("/")[2].lower().replace("-", "_")
        if word in {operation.id, operation.family, ending}:
            return operation.id
    fitting = [each.id for each in posted if surface.contract.valid(surface.contract.request_schema(each), body)]
    if len(fitting) == 1:
        return fitting[0]
    named = ", ".join(fitting[:_MOST_NAMED]) + (" ..." if len(fitting) > _MOST_NAMED else "")
    what = f"fits several operations ({named})" if fitting else f"fits no operation that {surface.relay} documents"
    raise OptionError(
        f"--used-by: the body in {file} {what}; name the file after its operation, as in {posted[0].id}.json."
    )
