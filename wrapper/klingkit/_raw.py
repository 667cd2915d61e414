"""``kling.raw``: what the one spec does not know, said to the relay as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._calls import RawAnswer, ask_raw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from klingkit._engine import AsyncEngine, Engine

__all__ = ["AsyncRaw", "Raw", "RawAnswer"]


class Raw:
    """``kling.raw``: calls of your own, with the client's key, address, limits and errors.

    Paths begin with a slash and follow the relay's address (``kling.base_url``), such as ``/v1/videos/text2video``.
    Nothing is translated or checked.
    """

    __slots__ = ("_engine",)

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> RawAnswer:
        """Ask for `path`; again if something passing is in the way.

        Args:
            path: what follows the relay's address.
            params: the query; what is None is left out.
            extra_headers: HTTP headers to add.

        Raises:
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked, or is refused.
            InvalidRequestError: an argument is wrong.
        """
        return self._run("GET", path, params, None, extra_headers)

    def post(
        self,
        path: str,
        json: object = None,
        *,
        params: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> RawAnswer:
        """Send `json` to `path`, once: it may cost something, and is never sent again.

        Args:
            path: what follows the relay's address.
            json: the body, a JSON value.
            params: the query; what is None is left out.
            extra_headers: HTTP headers to add.

        Raises:
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses.
            OutcomeUnknownError: no usable answer came; it may have been carried out, and charged.
            InvalidRequestError: an argument is wrong.
        """
        return self._run("POST", path, params, json, extra_headers)

    def delete(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> RawAnswer:
        """Delete `path`, asking once. Arguments are those of `get`, errors those of `post`."""
        return self._run("DELETE", path, params, None, extra_headers)

    def _run(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        json: object,
        extra_headers: Mapping[str, str] | None,
    ) -> RawAnswer:
        return self._engine.run(ask_raw(self._engine.session, method, path, params, json, extra_headers))


class AsyncRaw:
    """``kling.raw`` of `AsyncKling`: as `Raw`; every call is awaited."""

    __slots__ = ("_engine",)

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def get(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> RawAnswer:
        """Ask for `path`, as `Raw.get` does."""
        return await self._run("GET", path, params, None, extra_headers)

    async def post(
        self,
        path: str,
        json: object = None,
        *,
        params: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> RawAnswer:
        """Send `json` to `path`, once, as `Raw.post` does."""
        return await self._run("POST", path, params, json, extra_headers)

    async def delete(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
    ) -> RawAnswer:
        """Delete `path`, asking once, as `Raw.delete` does."""
        return await self._run("DELETE", path, params, None, extra_headers)

    async def _run(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        json: object,
        extra_headers: Mapping[str, str] | None,
    ) -> RawAnswer:
        return await self._engine.run(ask_raw(self._engine.session, method, path, params, json, extra_headers))
