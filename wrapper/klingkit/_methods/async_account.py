# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""``kling.account`` of `AsyncKling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import AsyncGroup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from klingkit._methods import records as r
    from klingkit._methods import types as t

__all__ = ["AsyncAccount"]


class AsyncAccount(AsyncGroup):
    """``kling.account``: what was paid, and what is left; free of charge.

    Every call is awaited.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

    async def costs(
        self,
        start_time: t.Moment,
        end_time: t.Moment,
        *,
        resource_pack_name: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.AccountCosts:
        """Return the account's resource packs, and what is left in them.

        The account's resource packs that were valid in a time span, and what is left in them. Free of charge; at most
        one call per second. What is left lags by 12 hours. The data repeats a code of its own.

        Args:
            start_time: Start of the time span (a datetime, or Unix milliseconds).
            end_time: End of the time span (a datetime, or Unix milliseconds).
            resource_pack_name: Only the pack of this name.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `AccountCosts`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, GET /account/costs.
        """
        from klingkit._methods.records import AccountCosts

        return (
            await self._call(
                "account_costs_get",
                {"start_time": start_time, "end_time": end_time, "resource_pack_name": resource_pack_name},
                None,
                extra_headers,
                validate=validate,
            )
        ).one(AccountCosts)

    async def balance(
        self,
        start_time: t.Moment | None = None,
        end_time: t.Moment | None = None,
        *,
        limit: int | None = None,
        filters: Sequence[t.BalanceBillingFilter] | None = None,
        cursor: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.BalanceBillingPage:
        """Return a page of what tasks took from the account's balance.

        Which balance deductions are wanted. What tasks took from the account's balance, a page at a time; the next page
        is asked with `cursor` alone. Free of charge. Since 2026-07-06.

        Args:
            start_time: From when on tasks were created (a datetime, or Unix milliseconds); before end_time. Needed
                without a cursor.
            end_time: Until when tasks were created (a datetime, or Unix milliseconds). Needed without a cursor.
            limit: Deductions per page, at most 500. Kling's default is 500.
            filters: Which deductions are wanted: all filters apply, and of each any value.
            cursor: next_cursor of the page before; it overrides everything else. Empty means the first page.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `BalanceBillingPage`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, POST /account/billing/balance.
        """
        from klingkit._methods.records import BalanceBillingPage

        return (
            await self._call(
                "account_balance_run",
                {"start_time": start_time, "end_time": end_time, "limit": limit, "filters": filters, "cursor": cursor},
                extra,
                extra_headers,
                validate=validate,
            )
        ).one(BalanceBillingPage)

    async def packages(
        self,
        start_time: t.Moment | None = None,
        end_time: t.Moment | None = None,
        *,
        limit: int | None = None,
        filters: Sequence[t.PackageBillingFilter] | None = None,
        cursor: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.PackageBillingPage:
        """Return a page of what tasks took from the account's resource packs.

        Which resource pack deductions are wanted; package_name and package_id exclude each other as filters. What tasks
        took from the account's resource packs, a page at a time; the next page is asked with `cursor` alone. Free of
        charge.

        Args:
            start_time: From when on tasks were created (a datetime, or Unix milliseconds); before end_time. Needed
                without a cursor.
            end_time: Until when tasks were created (a datetime, or Unix milliseconds). Needed without a cursor.
            limit: Deductions per page, at most 500. Kling's default is 500.
            filters: Which deductions are wanted: all filters apply, and of each any value.
            cursor: next_cursor of the page before; it overrides everything else. Empty means the first page.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `PackageBillingPage`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, POST /account/billing/package.
        """
        from klingkit._methods.records import PackageBillingPage

        return (
            await self._call(
                "account_package_run",
                {"start_time": start_time, "end_time": end_time, "limit": limit, "filters": filters, "cursor": cursor},
                extra,
                extra_headers,
                validate=validate,
            )
        ).one(PackageBillingPage)
