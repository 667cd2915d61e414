"""The generator's templates, patched: each patch removes one trap of the generated client.

The shipped templates are read from the installed generator and changed in memory, so that everything not patched
follows the generator. A patch names the text it replaces; when an upgrade changed that text, the command stops.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from klingkit_spec.errors import SpecError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PATCHES", "Patch", "TemplateError", "write_templates"]


class TemplateError(SpecError):
    """A shipped template no longer holds the text a patch replaces; the sentence names both."""


@dataclass(frozen=True)
class Patch:
    """One replacement in one template.

    Attributes:
        template: the template's path inside the generator's folder of templates.
        anchor: the text to replace; it must occur exactly once.
        replacement: what stands there instead.
        why: the trap this removes, in a few words.
    """

    template: str
    anchor: str
    replacement: str
    why: str


def _builder(kind: str) -> Patch:
    """Return the patch that stops ``with_<kind>`` from changing the client it is called on."""
    change = f"{kind}.update({kind})" if kind != "timeout" else "timeout = timeout"
    anchor = "".join(
        f"        if self.{client} is not None:\n            self.{client}.{change}\n"
        for client in ("_client", "_async_client")
    )
    return Patch("client.py.jinja", anchor, "", f"with_{kind} changed the client it was called on as well")


_STATUS = "Cloudflare's 520 and other statuses without a name raised ValueError"
_PARSE_ERROR = "an answer of an unforeseen shape raised, and its bytes were lost"
_SECRETS = "repr() showed the key, and logs and tracebacks with it"

_LAZY = "importing one operation imported every model, httpx and TLS with it: half a second"
_LOOKUP = """

def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
"""

PATCHES: tuple[Patch, ...] = (
    Patch(
        "literal_enum.py.jinja",
        "from typing import Literal\n",
        "from typing import Literal, cast\n",
        "for the next patch",
    ),
    Patch(
        "literal_enum.py.jinja",
        "(value: {{ enum.get_instance_type_string() | as_unembedded_code }}) -> {{ enum.class_info.name}}:\n"
        "    if value in {{ enum.get_class_name_snake_case() | upper }}_VALUES:\n"
        "        return value\n"
        '    raise TypeError(f"Unexpected value {value!r}. Expected one of {{"{"}}'
        '{{ enum.get_class_name_snake_case() | upper }}_VALUES!r}")',
        "(value: object) -> {{ enum.class_info.name}}:\n"
        '    """ Return `value` as it is: a value the spec does not list is data, not an error """\n'
        "    return cast({{ enum.class_info.name }}, value)",
        "a value the spec does not list raised TypeError",
    ),
    Patch(
        "property_templates/literal_enum_property.py.jinja",
        "{% macro check_type_for_construct(property, source) %}isinstance({{ source }}, "
        "{{ property.get_instance_type_string() | as_unembedded_code }}){% endmacro %}\n",
        "",
        "a value of another type, such as a number where the spec has digits, raised TypeError",
    ),
    Patch("types.py.jinja", "from http import HTTPStatus\n", "", _STATUS),
    Patch("types.py.jinja", "    status_code: HTTPStatus\n", "    status_code: int\n", _STATUS),
    Patch(
        "types.py.jinja",
        "    parsed: T | None\n",
        "    parsed: T | None\n"
        "    parse_error: Exception | None = None\n"
        '    """ Why `parsed` is None although the status is documented; `content` holds the answer """\n',
        _PARSE_ERROR,
    ),
    Patch("endpoint_module.py.jinja", "from http import HTTPStatus\n", "", _STATUS),
    Patch(
        "endpoint_module.py.jinja",
        "    return Response(\n"
        "        status_code=HTTPStatus(response.status_code),\n"
        "        content=response.content,\n"
        "        headers=response.headers,\n"
        "        parsed=_parse_response(client=client, response=response),\n"
        "    )\n",
        "    parsed = None\n"
        "    parse_error: Exception | None = None\n"
        "    try:\n"
        "        parsed = _parse_response(client=client, response=response)\n"
        "    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:\n"
        "        parse_error = error\n"
        "    return Response(\n"
        "        status_code=response.status_code,\n"
        "        content=response.content,\n"
        "        headers=response.headers,\n"
        "        parsed=parsed,\n"
        "        parse_error=parse_error,\n"
        "    )\n",
        _PARSE_ERROR,
    ),
    Patch(
        "client.py.jinja",
        '"token": namespace(type="str", default="", ',
        '"token": namespace(type="str", default="field(repr=False)", ',
        _SECRETS,
    ),
    Patch(
        "client.py.jinja",
        'field(factory=dict, kw_only=True, alias="headers")',
        'field(factory=dict, kw_only=True, alias="headers", repr=False)',
        _SECRETS,
    ),
    Patch(
        "client.py.jinja",
        'field(factory=dict, kw_only=True, alias="cookies")',
        'field(factory=dict, kw_only=True, alias="cookies", repr=False)',
        _SECRETS,
    ),
    Patch(
        "client.py.jinja",
        'field(factory=dict, kw_only=True, alias="httpx_args")',
        'field(factory=dict, kw_only=True, alias="httpx_args", repr=False)',
        _SECRETS,
    ),
    Patch(
        "client.py.jinja",
        '"self._headers[self.auth_header_name] = f\\"{self.prefix} {self.token}\\" if self.prefix else self.token"',
        '"self._headers = {**self._headers, self.auth_header_name: '
        'f\\"{self.prefix} {self.token}\\" if self.prefix else self.token}"',
        "the key was written into the dictionary of headers the caller had passed",
    ),
    Patch(
        "client.py.jinja",
        'field(default=None, kw_only=True, alias="timeout")',
        'field(factory=lambda: httpx.Timeout(60.0, connect=5.0), kw_only=True, alias="timeout")',
        "the default was to wait for ever",
    ),
    Patch(
        "client.py.jinja",
        "        httpx.TimeoutException if this is exceeded.\n",
        "        httpx.TimeoutException if this is exceeded. 60 seconds, and 5 to connect, unless given; None\n"
        "        waits for ever.\n",
        "the default was to wait for ever",
    ),
    Patch(
        "endpoint_module.py.jinja",
        "from typing import Any, cast\n",
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING, Any, cast\n",
        _LAZY,
    ),
    Patch(
        "endpoint_module.py.jinja",
        "import httpx\n\nfrom ...client import AuthenticatedClient, Client\n",
        "if TYPE_CHECKING:\n    import httpx\n\n    from ...client import AuthenticatedClient, Client\n\n",
        _LAZY,
    ),
    Patch(
        "package_init.py.jinja",
        "from .client import AuthenticatedClient, Client\n",
        "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from .client import AuthenticatedClient, Client\n",
        _LAZY,
    ),
    Patch(
        "package_init.py.jinja",
        '    "Client",\n)',
        '    "Client",\n)\n\n_MODULES = dict.fromkeys(__all__, ".client")\n' + _LOOKUP,
        _LAZY,
    ),
    Patch(
        "models_init.py.jinja",
        "{% for import in imports | sort %}\n{{ import }}\n{% endfor %}\n",
        "from typing import TYPE_CHECKING\n\n"
        "if TYPE_CHECKING:\n{% for import in imports | sort %}\n    {{ import }}\n{% endfor %}\n"
        "    ...\n",
        _LAZY,
    ),
    Patch(
        "models_init.py.jinja",
        ")\n{% endif %}",
        ")\n{% endif %}\n\n"
        "_MODULES = {\n"
        "{% for import in imports | sort %}\n"
        "{% set source, names = import.removeprefix('from ').split(' import ') %}\n"
        "{% for name in names.split(',') %}\n"
        '    "{{ name.strip() }}": "{{ source.strip() }}",\n'
        "{% endfor %}\n"
        "{% endfor %}\n"
        "}\n" + _LOOKUP,
        _LAZY,
    ),
    _builder("headers"),
    _builder("cookies"),
    _builder("timeout"),
)


def write_templates(shipped: Path, target: Path) -> None:
    """Write the patched copies of the templates in the folder `shipped` into the existing folder `target`.

    Raises:
        TemplateError: an anchor does not occur exactly once, or its template is gone.
    """
    for name in sorted({patch.template for patch in PATCHES}):
        source = shipped / name
        if not source.is_file():
            raise TemplateError(f"{name}: the installed openapi-python-client ships no such template; {_ADVICE}")
        text = source.read_text(encoding="utf-8")
        for patch in PATCHES:
            if patch.template == name:
                text = _applied(patch, text)
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_text(text, encoding="utf-8", newline="\n")


_ADVICE = "adapt the patches in klingkit_spec/client_templates.py to this version."


def _applied(patch: Patch, text: str) -> str:
    found = text.count(patch.anchor)
    if found != 1:
        raise TemplateError(
            f"{patch.template}: the text to patch was found {found} times instead of once: {_first_line(patch)!r}; "
            f"{_ADVICE}"
        )
    return text.replace(patch.anchor, patch.replacement)


def _first_line(patch: Patch) -> str:
    return patch.anchor.strip().partition("\n")[0]
