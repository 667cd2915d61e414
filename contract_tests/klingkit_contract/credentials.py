"""What opens a relay's account: a key that is sent as it is, or a pair of keys that tokens are signed with.

They are looked for where the client looks for them, and everything that was ever sent is remembered, so that it can be
taken out of whatever is written down.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from klingkit._credentials import find_credential
from klingkit._errors import ConfigurationError
from klingkit._errors import MissingKeyError as NoKeyError
from klingkit._registry import registered
from klingkit_contract.errors import MissingKeyError, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["SignedKey", "opened", "revealed"]


class SignedKey:
    """An access key and a secret key; what is sent is a token, made anew before it expires.

    Args:
        access_key: names the account.
        secret_key: signs; never sent.
        now: tells Unix seconds; without it the system does.

    Raises:
        OptionError: the extra that signs is not installed.
    """

    def __init__(self, access_key: str, secret_key: str, now: Callable[[], float] | None = None) -> None:
        from klingkit._signing import SigningSecret  # loads a library that few need

        try:
            self._secret = SigningSecret(access_key, secret_key, now)
        except ConfigurationError as error:
            raise OptionError(str(error)) from error
        self._access_key, self._secret_key, self._now = access_key, secret_key, now
        self._minted: dict[str, None] = {}

    def __repr__(self) -> str:
        return "SignedKey()"

    def reveal(self) -> str:
        """Return a token that is good for some minutes more."""
        token = self._secret.reveal()
        self._minted[token] = None
        return token

    def renewed(self, status: int, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this answer refused the token for its times alone; if so the next one goes by the relay's clock."""
        return self._secret.renewed(status, headers, body)

    def forged(self) -> SignedKey:
        """Return one that signs for the same account with a secret key that was never given out."""
        return SignedKey(self._access_key, secrets.token_hex(16), self._now)

    @property
    def sensitive(self) -> list[str]:
        """What lets its reader in: the secret key, every token that was made, and the signature of each."""
        return [self._secret_key, *self._minted, *(token.rpartition(".")[2] for token in self._minted)]

    @property
    def hidden(self) -> list[str]:
        """What is written down nowhere: the access key, which names the account, as well."""
        return [self._access_key, *self.sensitive]


def opened(
    relay: str,
    environment: Mapping[str, str],
    *,
    api_key: str = "",
) -> tuple[str, SignedKey | None]:
    """Return the key for a registered relay, or what signs in its place; the other is empty or None.

    The same places in the same order as `klingkit.Kling`: `api_key`, the relay's variable, the variables of its pair,
    KLINGKIT_API_KEY, and, where `environment` is the process's own, the system's keyring.

    Raises:
        MissingKeyError: there is nothing anywhere.
        OptionError: what was found cannot be used.
    """
    row = registered()[relay]
    try:
        found = find_credential(row, None if environment is os.environ else environment, api_key=api_key)
    except NoKeyError as error:
        pair = f", or {row.access_key_variable} and {row.secret_key_variable}" if row.access_key_variable else ""
        raise MissingKeyError(
            f"no key for {relay}: give --api-key or set {row.key_variable} or KLINGKIT_API_KEY{pair} "
            "(without a key, --all-emulated shows what a run looks like)."
        ) from error
    except ConfigurationError as error:
        raise OptionError(str(error)) from error
    return (found.key, None) if not found.signs else ("", SignedKey(found.access_key, found.secret_key))


def revealed(key: str | SignedKey) -> str:
    """Return what is sent for `key` now."""
    return key if isinstance(key, str) else key.reveal()
