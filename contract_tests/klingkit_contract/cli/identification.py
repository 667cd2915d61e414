"""`klingkit check --identify`: ask a relay what nobody bills, and say what software answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from klingkit_contract.addresses import is_loopback
from klingkit_contract.errors import UnreachableError
from klingkit_contract.identity import Identity, identify
from klingkit_contract.targets import COMMON_KEY, check_address
from klingkit_contract.transport import Clock, HttpTransport, Pace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import Console

    from klingkit_contract.exchanges import Answer

__all__ = ["ask", "show"]

_FINDINGS = 1
_NATIVE = "/kling/v1/videos/text2video"
_OPENAI = "/v1/videos"
_NO_TASK = "900000000000000000"  # like the official ids, from a range they do not use
_TIMEOUT = 15.0
_PREFIX = "/kling"


def show(url: str, api_key: str, environment: Mapping[str, str], console: Console, *, as_json: bool) -> int:
    """Ask the relay at `url`, print what it is, and return the exit status: 0 when that is known, else 1.

    Raises:
        OptionError: the address is none.
        UnreachableError: nothing answers there.
    """
    check_address(url)
    key = (api_key or environment.get(COMMON_KEY, "")).strip()
    answers = dict(ask(url, key))
    found = identify(answers.items())
    if as_json:
        print(json.dumps({"url": url, **asdict(found), "sentence": found.sentence()}, indent=2))
    else:
        _print(url, found, answers, console, has_key=bool(key))
    return 0 if found.family else _FINDINGS


def ask(url: str, key: str) -> Iterator[tuple[str, Answer]]:
    """Yield the answer to each question, by its name in the table of fingerprints.

    Queries alone, but for one create that no gateway can serve: it has no prompt, and a model that nobody has. It is
    sent only to a gateway that has shown to be of a generation which refuses both.

    Raises:
        UnreachableError: nothing answers there.
    """
    root = url.rstrip("/").removesuffix("/v1").removesuffix(_PREFIX)
    headers = (("accept", "application/json"), *((("authorization", f"Bearer {key}"),) if key else ()))
    questions = {"unknown-id": f"{_NATIVE}/{_NO_TASK}", "wrong-method": _NATIVE, "openai-id": f"{_OPENAI}/{_NO_TASK}"}
    with HttpTransport(Pace(0, Clock()), timeout=_TIMEOUT, loopback=is_loopback(url)) as transport:
        seen: list[tuple[str, Answer]] = []
        for probe, path in questions.items():
            answer = transport.send("GET", root + path, headers, b"")
            if not answer.status and not seen:
                raise UnreachableError(f"{urlsplit(url).hostname} gives no answer ({answer.note}); check the address.")
            seen.append((probe, answer))
            yield probe, answer
        so_far = identify(seen)
        if key and so_far.family == "new-api" and len(so_far.generations) > 1 and "C" not in so_far.generations:
            body = json.dumps({"model_name": "klingkit-no-such-model"}).encode()
            typed = (*headers, ("content-type", "application/json"))
            yield "lone-model", transport.send("POST", root + _NATIVE, typed, body)


def _print(url: str, found: Identity, answers: Mapping[str, Answer], console: Console, *, has_key: bool) -> None:
    console.print(f"{url} runs {found.sentence()}.", markup=False, highlight=False)
    for probe, answer in answers.items():
        signs = [sign.id for sign in found.signs if sign.probe == probe]
        said = f"HTTP {answer.status}" if answer.status else answer.note
        console.print(f"  {probe:<13} {said}{', '.join(['', *signs])}", markup=False, highlight=False, style="dim")
    if not has_key and found.family in {"new-api", "one-api"} and not found.settled:
        console.print(f"With a key (--api-key or {COMMON_KEY}) more can be told, at no cost.", markup=False)
