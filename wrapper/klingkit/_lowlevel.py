"""The seam to the generated client: method, path, query and body of a call, as the one spec has them.

Only the requests are taken from it. Sending and reading is klingkit's own: answers of relays are no schemas.
"""

from __future__ import annotations

import functools
import importlib
import typing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit._errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from klingkit._surface import Operation

__all__ = ["Wire", "create", "get", "list_page"]


@dataclass(frozen=True, slots=True)
class Wire:
    """A call in words of the one spec. `path` is percent-encoded and begins with ``/v1``."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


def create(operation: Operation, fields: Mapping[str, Any]) -> Wire:
    """Return the create of `operation` with `fields`; fields and words the spec does not know are kept.

    Raises:
        InvalidRequestError: a nested object lacks a member, or is no object.
    """
    module = _module(operation, "create")
    model = _body_model(module)
    try:
        body = model.from_dict(fields)
    except KeyError as error:
        raise InvalidRequestError(f"The field {error} is missing; give it.", argument=str(error.args[0])) from error
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidRequestError(
            f"A field of {operation.id} has the wrong type ({str(error) or type(error).__name__}); see its docs."
        ) from error
    return _wire(module._get_kwargs(body=body))


def get(operation: Operation, task_id: str) -> Wire:
    """Return the query for one task by its id, or by the caller's own id."""
    wire = _wire(_module(operation, "get")._get_kwargs(task_id=task_id))
    *head, last = wire.path.split("/")
    if last and not last.strip("."):  # a client would resolve "." and ".." as folders
        wire = Wire(wire.method, "/".join([*head, last.replace(".", "%2E")]))
    return wire


def list_page(operation: Operation, page: int | None, page_size: int | None) -> Wire:
    """Return the query for a page of tasks; what is None is left to the relay."""
    given = {name: value for name, value in (("page_num", page), ("page_size", page_size)) if value is not None}
    return _wire(_module(operation, "list")._get_kwargs(**given))


@functools.cache
def _body_model(module: ModuleType) -> Any:
    return typing.get_type_hints(module._get_kwargs)["body"]


@functools.cache
def _module(operation: Operation, verb: str) -> ModuleType:
    from klingkit_api import api  # loaded with the first call, and of it what that needs

    return importlib.import_module(f"{api.__name__}.{operation.area}.{operation.id}_{verb}")


def _wire(kwargs: Mapping[str, Any]) -> Wire:
    return Wire(kwargs["method"].upper(), kwargs["url"], kwargs.get("params", {}), kwargs.get("json"))
