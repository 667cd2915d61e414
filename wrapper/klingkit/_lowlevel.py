"""The seam to the generated client: method, path, query and body of a call, as the one spec has them.

Only the requests are taken from it. Sending and reading is klingkit's own: answers of relays are no schemas.
"""

from __future__ import annotations

import functools
import importlib
import re
import typing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from klingkit._errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

    from klingkit._surface import Operation

__all__ = ["Wire", "call", "create", "get", "list_page"]


_SNAKE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Wire:
    """A call in words of the one spec. `path` is percent-encoded and begins with ``/v1``."""

    method: str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


def create(operation: Operation, fields: Mapping[str, Any], paths: Mapping[str, str] | None = None) -> Wire:
    """Return the create of `operation` with `fields`, and with `paths` in its path.

    Fields and words the spec does not know are kept.

    Raises:
        InvalidRequestError: a nested object lacks a member, or is no object.
    """
    module = _module(operation, "create")
    return _wire(module._get_kwargs(**(paths or {}), body=_body(module, operation.id, fields)))


def call(area: str, operation: str, apart: Mapping[str, Any], fields: Mapping[str, Any]) -> Wire:
    """Return a call that makes no task: `apart` is what goes into path and query, `fields` the body.

    Raises:
        InvalidRequestError: a nested object lacks a member, or is no object.
    """
    module = _module_named(area, operation)
    given = {_SNAKE.sub("_", name).lower(): value for name, value in apart.items()}
    if _body_model(module) is not None:
        given["body"] = _body(module, operation, fields)
    return _wire(module._get_kwargs(**given))


def get(operation: Operation, task_id: str, *, external: bool = False) -> Wire:
    """Return the query for one task by its id, or by the caller's own id."""
    if operation.shared:
        name = "external_task_ids" if external else "task_ids"
        return call(operation.area, f"{operation.shared}_get", {name: task_id}, {})
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
    return typing.get_type_hints(module._get_kwargs).get("body")


def _body(module: ModuleType, operation: str, fields: Mapping[str, Any]) -> Any:
    try:
        return _body_model(module).from_dict(fields)
    except KeyError as error:
        raise InvalidRequestError(f"The field {error} is missing; give it.", argument=str(error.args[0])) from error
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidRequestError(
            f"A field of {operation} has the wrong type ({str(error) or type(error).__name__}); see its docs."
        ) from error


def _module(operation: Operation, verb: str) -> ModuleType:
    return _module_named(operation.area, f"{operation.id}_{verb}")


def _module_named(area: str, name: str) -> ModuleType:
    from klingkit_api import api  # a thousand lines and httpx: loaded with the first call

    return importlib.import_module(f"{api.__name__}.{area}.{name}")


def _wire(kwargs: Mapping[str, Any]) -> Wire:
    return Wire(kwargs["method"].upper(), kwargs["url"], kwargs.get("params", {}), kwargs.get("json"))
