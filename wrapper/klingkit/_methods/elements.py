# OUTPUT of `klingkit spec client`. Do not edit: change openapi/methods.toml or the sources, run it again.
"""``kling.elements`` of `Kling`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from klingkit._groups import Group

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping, Sequence

    from klingkit._methods import records as r
    from klingkit._methods import types as t
    from klingkit._task import Task

__all__ = ["Elements"]


class Elements(Group):
    """``kling.elements``: subjects to be shown again: the account's own, and the vendor's.

    Nothing that is left out is sent, so the relay's defaults hold, except where a relay requires a
    field. Facts and limits are those of the official documentation; relays may take less.
    """

    __slots__ = ()

    def create(
        self,
        element_name: str,
        element_description: str,
        *,
        reference_type: t.ElementSource,
        element_image_list: t.ElementImageList | None = None,
        element_video_list: t.ElementVideoList | None = None,
        element_voice_id: str | None = None,
        tag_list: Sequence[t.ElementTagReference] | None = None,
        callback_url: str | None = None,
        external_task_id: str | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> Task:
        """Start an element made from pictures or from a clip.

        A subject to be shown again, made from pictures or from a clip. Starts a custom element task and charges for it
        (the video pack pays; no price is published). The answer comes at once, the result takes half a minute to two
        minutes. The element's id stands in the finished task. Elements of the older custom-elements call are a library
        of their own.

        Args:
            element_name: The element's name, at most 20 characters.
            element_description: What the element is, at most 100 characters.
            reference_type: What it is made from; the list of the other kind is ignored.
            element_image_list: The pictures. Needed when `reference_type` is `image_refer`.
            element_video_list: The clip. Needed when `reference_type` is `video_refer`.
            element_voice_id: A custom or preset voice to bind to it; empty binds none. Elements made from pictures take
                one when they show a person or a humanoid (since 2026-03-23).
            tag_list: What kind of thing it is.
            callback_url: Address that is POSTed the task whenever its status changes.
            external_task_id: Your own id for the task, unique per account. klingkit chooses one where the relay takes
                one.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            The Task, accepted and not yet finished.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses (BalanceError, ContentPolicyError, ...); nothing is charged.
            OutcomeUnknownError: no usable answer came, and the task was not found by its external_task_id.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, POST
        /v1/general/advanced-custom-elements.
        """
        return self._create(
            "element_custom",
            {
                "element_name": element_name,
                "element_description": element_description,
                "reference_type": reference_type,
                "element_image_list": element_image_list,
                "element_video_list": element_video_list,
                "element_voice_id": element_voice_id,
                "tag_list": tag_list,
                "callback_url": callback_url,
                "external_task_id": external_task_id,
            },
            extra,
            extra_headers,
            validate=validate,
        )

    def get(self, task_id: str) -> Task:
        """Return the task that makes or made an element, as it stands now.

        Where one custom element task stands. Free of charge. An unknown id answers HTTP 400 with code 1201.

        Args:
            task_id: The task's id, or the caller's external_task_id.

        Returns:
            The task; `wait` and `refresh` go on from there.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, GET
        /v1/general/advanced-custom-elements/{task_id}.
        """
        return self._get("element_custom", task_id)

    def list(
        self,
        *,
        page: int = 1,
        page_size: int = 30,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> builtins.list[r.Element]:
        """Return a page of the account's own elements that are ready.

        The account's custom element tasks, a page at a time. Free of charge.

        Args:
            page: Which page, from 1 to 1000.
            page_size: Tasks per page, from 1 to 500.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            A list of `Element`; `raw` of each is the untouched object.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, GET
        /v1/general/advanced-custom-elements.
        """
        from klingkit._methods.records import Element

        return self._call(
            "element_custom_list", {"pageNum": page, "pageSize": page_size}, None, extra_headers, validate=validate
        ).many(Element, "data[].task_result.elements[]")

    def presets(
        self,
        *,
        page: int = 1,
        page_size: int = 30,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> builtins.list[r.Element]:
        """Return a page of the vendor's elements.

        The vendor's own elements, a page at a time, as finished tasks. Free of charge.

        Args:
            page: Which page, from 1 to 1000.
            page_size: Tasks per page, from 1 to 500.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            A list of `Element`; `raw` of each is the untouched object.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, GET
        /v1/general/advanced-presets-elements.
        """
        from klingkit._methods.records import Element

        return self._call(
            "element_preset_list", {"pageNum": page, "pageSize": page_size}, None, extra_headers, validate=validate
        ).many(Element, "data[].task_result.elements[]")

    def delete(
        self,
        element_id: str,
        *,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.Removal:
        """Delete one of the account's own elements.

        Which element is deleted. Deletes one of the account's own elements; preset elements stay. POST, not DELETE. No
        charge is documented. Older and picture pages name /v1/general/delete-elements for it; this path was seen to
        work.

        Args:
            element_id: The id of one of the account's own elements, here as a text of digits.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `Removal`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Source: openapi/sources/official/media.openapi.yaml, POST
        /v1/general/delete-advanced-elements.
        """
        from klingkit._methods.records import Removal

        return self._call(
            "element_custom_delete", {"element_id": element_id}, extra, extra_headers, validate=validate
        ).one(Removal)

    def create_simple(
        self,
        element_name: str,
        element_description: str,
        *,
        element_frontal_image: t.ImageInput,
        element_refer_list: Sequence[t.ImageInput | t.ElementImageReference],
        tag_list: Sequence[t.ElementTagReference] | None = None,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.SimpleElement:
        """Make an element of the older library.

        A subject to be shown again, for the older library. Makes an element from pictures and answers it at once: there
        is no task to query. Take it as charged; no price is published. Superseded by advanced-custom-elements on
        2026-02-25; ids do not cross over.

        Args:
            element_name: The element's name, at most 20 characters.
            element_description: What the element is, at most 100 characters.
            element_frontal_image: The subject from the front. A path, bytes, a binary file, an address or Base64; jpg,
                jpeg or png, at most 10 MB, each side at least 300 px, aspect ratio 1:2.5 to 2.5:1.
            element_refer_list: 1 to 3 pictures from other sides.
            tag_list: What kind of thing it is.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `SimpleElement`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation; nothing was sent.
            ConnectionFailedError: the relay could not be reached; nothing was sent.
            RelayError: the relay refuses; nothing is charged.
            OutcomeUnknownError: no usable answer came; the call may have been carried out, and charged.

        Offered by haoee, official; claimed by haoee. Superseded by the vendor. Source:
        openapi/sources/official/media.openapi.yaml, POST /v1/general/custom-elements.
        """
        from klingkit._methods.records import SimpleElement

        return self._call(
            "element_simple_run",
            {
                "element_name": element_name,
                "element_description": element_description,
                "element_frontal_image": element_frontal_image,
                "element_refer_list": element_refer_list,
                "tag_list": tag_list,
            },
            extra,
            extra_headers,
            validate=validate,
        ).one(SimpleElement)

    def list_simple(
        self,
        *,
        page: int = 1,
        page_size: int = 30,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> builtins.list[r.SimpleElement]:
        """Return a page of the account's elements of the older library.

        The account's elements of the older library, a page at a time. Free of charge. Superseded by
        advanced-custom-elements on 2026-02-25; ids do not cross over.

        Args:
            page: Which page, from 1 to 1000.
            page_size: Tasks per page, from 1 to 500.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            A list of `SimpleElement`; `raw` of each is the untouched object.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Superseded by the vendor. Source: openapi/sources/official/media.openapi.yaml, GET
        /v1/general/custom-elements.
        """
        from klingkit._methods.records import SimpleElement

        return self._call(
            "element_simple_list", {"pageNum": page, "pageSize": page_size}, None, extra_headers, validate=validate
        ).many(SimpleElement, "data[]")

    def presets_simple(
        self,
        *,
        page: int = 1,
        page_size: int = 30,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> builtins.list[r.SimpleElement]:
        """Return a page of the vendor's elements of the older library.

        The vendor's own elements of the older library, a page at a time. Free of charge. Superseded by
        advanced-custom-elements on 2026-02-25; ids do not cross over.

        Args:
            page: Which page, from 1 to 1000.
            page_size: Tasks per page, from 1 to 500.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            A list of `SimpleElement`; `raw` of each is the untouched object.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by haoee, official; claimed by haoee. Superseded by the vendor. Source:
        openapi/sources/official/media.openapi.yaml, GET /v1/general/presets-elements.
        """
        from klingkit._methods.records import SimpleElement

        return self._call(
            "element_simple_preset_list",
            {"pageNum": page, "pageSize": page_size},
            None,
            extra_headers,
            validate=validate,
        ).many(SimpleElement, "data[]")

    def delete_simple(
        self,
        element_id: str,
        *,
        extra: Mapping[str, Any] | None = None,
        extra_headers: Mapping[str, str] | None = None,
        validate: bool | None = None,
    ) -> r.Removal:
        """Delete an element of the older library.

        Which element is deleted. Deletes one of the account's own elements; preset elements stay. POST, not DELETE. No
        charge is documented. Some pages name this path for elements of the newer library, too. Superseded by
        delete-advanced-elements.

        Args:
            element_id: The id of one of the account's own elements, here as a text of digits.
            extra: Fields the one spec does not know; merged on top.
            extra_headers: HTTP headers to add.
            validate: Whether the arguments are checked before anything is sent; else the client's own setting holds.

        Returns:
            `Removal`; `raw` is the untouched answer.

        Raises:
            InvalidRequestError: an argument is wrong, or the relay does not offer the operation.
            TransportError, RelayError, UnexpectedAnswerError: it could not be asked.

        Offered by official. Superseded by the vendor. Source: openapi/sources/official/media.openapi.yaml, POST
        /v1/general/delete-elements.
        """
        from klingkit._methods.records import Removal

        return self._call(
            "element_simple_delete", {"element_id": element_id}, extra, extra_headers, validate=validate
        ).one(Removal)
