"""Write up a claim as a finding: redacted exchange, the promise, and two ways to see it again."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from klingkit_contract.exchanges import Auth
from klingkit_contract.findings import Exchange, Finding

if TYPE_CHECKING:
    from klingkit_contract.catalogue import Entry
    from klingkit_contract.exchanges import Record
    from klingkit_contract.judge import Claim
    from klingkit_contract.redaction import Redactor

__all__ = ["Evidence"]

_MOST_TEXT = 4000  # characters of a body that are shown
_MOST_WORD = 200  # characters of one Base64 run that are shown
_MOST_CURL = 6000  # characters; a longer command is of no use to anyone
_CREDENTIALS = {
    Auth.KEY: "Authorization: Bearer $KLINGKIT_API_KEY",
    Auth.OTHER: "Authorization: Bearer $KLINGKIT_OTHER_API_KEY",
    Auth.WRONG: "Authorization: Bearer sk-wrong",
    Auth.ELSEWHERE: "X-Api-Key: $KLINGKIT_API_KEY",
}
_LONG_RUN = re.compile(rf"[A-Za-z0-9+/=_-]{{{_MOST_WORD},}}")
_CHANGING = re.compile(r"\b(?:\d{9,}|(?=[\w-]*\d)[\w-]{12,})\b")  # ids, UUIDs, times: another one in every run
_WRONG_WORD = re.compile(r"(\"[^\"]{1,60}\") is not one of")
_MOST_SIGNATURE = 160  # characters
_TEXTUAL = ("json", "text", "xml", "javascript", "html")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Writes findings of one relay. `command` is the part of the command that names what was checked.

    `max_cost` is the limit in money, or empty; `signed` tells whether tokens were sent in place of a key; `examples` is
    how many requests were generated, where it was not the usual number.
    """

    relay: str
    command: str
    budget: int
    seed: int
    redactor: Redactor
    max_cost: str = ""
    signed: bool = False
    examples: int | None = None

    def finding(self, entry: Entry, claim: Claim, times: int) -> Finding:
        """Return the finding of `claim`, which was seen so many times."""
        check = entry.check
        again = f" (seen {times} times)" if times > 1 else ""
        limit = f" --max-cost '{self.max_cost}'" if self.max_cost else ""
        grown = f"--seed {self.seed}" + (f" --examples {self.examples}" if self.examples else "")
        return Finding(
            relay=self.relay,
            operation=claim.operation,
            check=check.id,
            severity=claim.severity or check.severity,
            promised=check.promise,
            pointer=claim.pointer,
            seen=self.redactor.text(claim.seen) + again,
            reproduce=f"{self.command} --check {check.id} --budget {self.budget}{limit} {grown}",
            curl=self._curl(claim.record),
            exchange=self._exchange(claim.record),
            signature=self._signature(claim),
        )

    def _signature(self, claim: Claim) -> str:
        """Return the topic without what is another in every run, and the word where a wrong word is what is wrong."""
        words = dict.fromkeys(_WRONG_WORD.findall(claim.seen)) if " enum" in f" {claim.topic}" else ()
        clean = self.redactor.text(" ".join([claim.topic, *words]))  # first: half a key is no key to look for
        return " ".join(_CHANGING.sub("#", clean).split())[:_MOST_SIGNATURE]

    def _exchange(self, record: Record) -> Exchange:
        request, answer = record.request, record.answer
        headers = request.headers
        if request.auth is not Auth.NONE and not record.outside:
            headers = (*headers, ("authorization", "Bearer …"))
        return Exchange(
            method=request.method,
            url=self.redactor.text(record.url) if record.outside else self._own_url(record),
            request_headers=self.redactor.headers(headers),
            request_body=self._text(request.body, "json"),
            status=answer.status,
            response_headers=self.redactor.headers(answer.headers),
            response_body=self._text(answer.body, answer.media_type),
            note=self.redactor.text(answer.note),
        )

    def _own_url(self, record: Record) -> str:
        """Return the address of a request of ours; its query holds no secrets and is worth seeing."""
        address, _, query = record.url.partition("?")
        shown = self.redactor.text(address)
        return f"{shown}?{self.redactor.text(query)}" if query else shown

    def _text(self, body: bytes, media_type: str) -> str:
        if not body:
            return ""
        if not any(part in media_type for part in _TEXTUAL) and b"\0" in body[:64]:
            return f"[{len(body)} bytes, beginning {body[:12].hex(' ')}]"
        text = self.redactor.text(body.decode("utf-8", "replace"))
        shown = _shorten_runs(text)
        return shown if len(shown) <= _MOST_TEXT else f"{shown[:_MOST_TEXT]}… [{len(text)} characters]"

    def _credentials(self, auth: Auth) -> str:
        """Return the header that carries the key: a token has to be signed first."""
        words = _CREDENTIALS[auth]
        return words.replace("$KLINGKIT_API_KEY", "$TOKEN") if self.signed else words

    def _curl(self, record: Record) -> str:
        request = record.request
        parts = ["curl", "-sS", "-i"]
        if request.method != "GET":
            parts += ["-X", request.method]
        words = [shlex.quote(part) for part in [*parts, self._own_url(record) if not record.outside else record.url]]
        if "?" in record.url and record.outside:
            return ""  # the address carries its own credentials
        if request.auth is not Auth.NONE:
            words.append(f'-H "{self._credentials(request.auth)}"')
        words += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in self.redactor.headers(request.headers)]
        if request.body:
            try:
                words.append(f"--data-raw {shlex.quote(self.redactor.text(request.body.decode()))}")
            except UnicodeDecodeError:
                return ""
        command = " ".join(words)
        return command if len(command) <= _MOST_CURL else ""


def _shorten_runs(text: str) -> str:
    """Cut long runs without a space or a quote (Base64 pictures) to their beginning."""
    return _LONG_RUN.sub(lambda run: f"{run[0][:40]}…[{len(run[0])} characters]", text)
