"""What opens a relay: its key, or the pair that tokens for it are signed with; and where that was found."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from klingkit._errors import ConfigurationError, MissingKeyError
from klingkit._secrets import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._registry import Relay

__all__ = ["ANY_RELAY_VARIABLE", "KEYRING_SERVICE", "Credential", "find_credential"]

ANY_RELAY_VARIABLE = "KLINGKIT_API_KEY"
"""The environment variable whose key serves every relay that has none of its own."""

KEYRING_SERVICE = "klingkit"
"""The name under which the system's keyring keeps keys; the user name is the relay's id."""

_KEYRING = "the system's keyring"


@dataclass(frozen=True, slots=True)
class Credential:
    """What was found, and where. Either `key` or the pair is set.

    Attributes:
        source: ``api_key``, ``access_key``, the name of a variable, or the keyring; for people.
        key: sent as it is.
        access_key: names the account in the tokens that `secret_key` signs.
        secret_key: never sent.
    """

    source: str
    key: str = field(default="", repr=False)
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)

    @property
    def signs(self) -> bool:
        """Whether tokens are signed, instead of a key being sent."""
        return not self.key

    def secret(self) -> Secret:
        """Return what calls are authorised with.

        Raises:
            ConfigurationError: tokens are to be signed, and the extra for it is not installed.
        """
        if not self.signs:
            return Secret(self.key)
        from klingkit._signing import SigningSecret  # few need it, and it loads a library

        return SigningSecret(self.access_key, self.secret_key)


def find_credential(
    relay: Relay,
    environ: Mapping[str, str] | None = None,
    *,
    api_key: str | None = None,
    access_key: str | None = None,
    secret_key: str | None = None,
) -> Credential:
    """Return what opens `relay`: of the arguments, the relay's own variables, KLINGKIT_API_KEY, the keyring, the first.

    Args:
        relay: the relay.
        environ: read instead of the environment; the keyring is left alone then.
        api_key: the key.
        access_key: with `secret_key`, what tokens are signed with; only where the relay takes such tokens.
        secret_key: see `access_key`.

    Raises:
        MissingKeyError: there is nothing anywhere.
        ConfigurationError: what was found cannot be used; the sentence does not show it.
    """
    variables = os.environ if environ is None else environ
    pair = (access_key or "").strip(), (secret_key or "").strip()
    if any(pair):
        if api_key:
            raise ConfigurationError("Give either api_key, or access_key and secret_key, not both.", relay=relay.id)
        return _signing(relay, *pair, ("access_key", "secret_key"))
    if found := (api_key or "").strip():
        return _plain(relay, found, "api_key")
    if found := variables.get(relay.key_variable, "").strip():
        return _plain(relay, found, relay.key_variable)
    names = (relay.access_key_variable, relay.secret_key_variable)
    if all(names) and any(pair := (variables.get(names[0], "").strip(), variables.get(names[1], "").strip())):
        return _signing(relay, *pair, names)
    if found := variables.get(ANY_RELAY_VARIABLE, "").strip():
        return _plain(relay, found, ANY_RELAY_VARIABLE)
    if environ is None and (found := _from_keyring(relay)):
        return _plain(relay, found, _KEYRING)
    raise MissingKeyError(
        f"There is no API key for {relay.id}: pass api_key=..., or set {relay.key_variable} "
        f"(or {ANY_RELAY_VARIABLE}, which serves every relay)"
        + (f", or {names[0]} and {names[1]}." if all(names) else "."),
        relay=relay.id,
    )


def _plain(relay: Relay, key: str, where: str) -> Credential:
    word, _, rest = key.partition(" ")
    if word.lower() == "bearer":
        key = rest.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            f"The API key in {where} holds blanks, line breaks or characters outside ASCII, which no HTTP header "
            "takes; copy it again from the relay's console.",
            relay=relay.id,
        )
    return Credential(where, key=key)


def _signing(relay: Relay, access: str, secret: str, names: tuple[str, str]) -> Credential:
    if not relay.access_key_variable:
        raise ConfigurationError(
            f"{relay.id} takes no signed tokens, so it has no use for an access key; pass its api_key.", relay=relay.id
        )
    for value, name, other in ((access, names[0], names[1]), (secret, names[1], names[0])):
        if not value:
            raise ConfigurationError(f"{other} is set and {name} is not; a token needs both.", relay=relay.id)
        if not value.isascii() or not value.isprintable() or " " in value:
            raise ConfigurationError(
                f"{name} holds blanks, line breaks or characters outside ASCII; copy it again from the console.",
                relay=relay.id,
            )
    return Credential(f"{names[0]} and {names[1]}", access_key=access, secret_key=secret)


def _from_keyring(relay: Relay) -> str:
    try:
        import keyring
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError:
        return ""  # the extra is not installed
    try:
        return (keyring.get_password(KEYRING_SERVICE, relay.id) or "").strip()
    except NoKeyringError:
        return ""
    except KeyringError as error:
        raise ConfigurationError(
            f"{_KEYRING[0].upper()}{_KEYRING[1:]} cannot be read ({type(error).__name__}); unlock it, "
            f"or set {relay.key_variable}.",
            relay=relay.id,
        ) from error
