"""Read from Python code which operations and fields it uses: calls of klingkit's methods, and paths in texts.

Code is parsed and never run. What is computed stays unknown; nothing is guessed.
"""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from klingkit_contract.catalogue import Role
from klingkit_contract.switch.usage import UNKNOWN, Use, Via, gather

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from klingkit_contract.switch.paths import Paths

__all__ = ["read_python"]

_BODIES = ("json", "data", "content", "body", "params")
_NOT_FIELDS = frozenset({"extra", "extra_headers"})
_VERBS = frozenset({"get", "post", "request", "urlopen", "Request", "send", "build_request", "stream"})


def read_python(code: str, name: str, paths: Paths) -> tuple[list[Use], list[str]]:
    """Return what `code` uses, and remarks on what could not be read. `name` is how places in it are called.

    Raises:
        SyntaxError, ValueError: it is no Python.
    """
    reader = _Reader(name, paths)
    reader.read(ast.parse(code))
    return reader.uses, reader.remarks


@dataclass(slots=True)
class _Reader:
    name: str
    paths: Paths
    uses: list[Use] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)  # texts that a call has already told about

    def read(self, tree: ast.Module) -> None:
        """Collect the uses of a module, one function after the other: calls first, then paths that stand alone."""
        shared = _constants(tree)
        for scope in _scopes(tree):
            own = _constants(scope)
            self.constants = {name: node for name, node in {**shared, **own}.items() if node is not None}
            nodes = list(_inside(scope))
            for node in nodes:
                if isinstance(node, ast.Call):
                    self._call(node)
            whole = [node for node in nodes if isinstance(node, ast.JoinedStr | ast.BinOp)]
            self.told |= {id(part) for node in whole for part in ast.walk(node) if part is not node}
            for node in nodes:
                if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and id(node) not in self.told:
                    self._path(node, None)

    def _call(self, call: ast.Call) -> None:
        chain = _chain(call.func)
        operation = _methods().get((chain[-2], chain[-1])) if len(chain) > 1 else None
        if operation:
            self._create(call, operation, chain)
        elif len(chain) > 1 and chain[-2] == "tasks" and chain[-1] in {"get", "list"}:
            self._task(call, chain[-1])
        elif chain and chain[-1] in _VERBS:
            self._request(call, chain[-1])

    def _create(self, call: ast.Call, operation: str, chain: list[str]) -> None:
        names = _positional(chain[-2], chain[-1])
        given: dict[str, Any] = {}
        whole = not any(isinstance(argument, ast.Starred) for argument in call.args)
        for name, node in zip(names, call.args, strict=False):
            given[name] = self._value(node)
        for keyword in call.keywords:
            if keyword.arg is None or keyword.arg == "extra":
                value = self._value(keyword.value)
                given |= value if isinstance(value, dict) else {}
                whole = whole and isinstance(value, dict)
            elif keyword.arg not in _NOT_FIELDS:
                given[keyword.arg] = self._value(keyword.value)
        where = self._where(call)
        fields = gather({name: value for name, value in given.items() if value is not None})
        if not whole:
            self.remarks.append(f"{where}: some arguments of {chain[-1]} cannot be read from the code")
        known = self.paths.contract.operations
        create = known.get(f"{operation}_create") or known.get(operation)
        if create is None:
            return
        self.uses.append(Use(create.id, Via.KLINGKIT, where, fields, whole))
        query = self.paths.contract.query_of(create) if create.role is Role.CREATE else None
        if query is not None:
            self.uses.append(Use(query.id, Via.KLINGKIT, where))  # whoever makes a task asks how it goes

    def _task(self, call: ast.Call, verb: str) -> None:
        keywords = {keyword.arg: keyword.value for keyword in call.keywords}
        node = keywords.get("operation") or (call.args[0] if verb == "list" and call.args else None)
        named = self._value(node) if node is not None else UNKNOWN
        if not isinstance(named, str):
            self.remarks.append(f"{self._where(call)}: which operation's tasks are asked for cannot be read")
            return
        base = _base(named).removesuffix(f"_{verb}")
        create = self.paths.contract.operations.get(f"{base}_create")
        query = self.paths.contract.query_of(create) if create and verb == "get" else None
        self.uses.append(Use(query.id if query else f"{base}_{verb}", Via.KLINGKIT, self._where(call)))

    def _request(self, call: ast.Call, verb: str) -> None:
        arguments = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in {"url", "path"})]
        method = next((self._method(node) for node in call.args if self._method(node)), "")
        method = method or ("POST" if verb == "post" else "GET" if verb == "get" else "")
        for node in arguments:
            if self._path(node, call, method):
                return

    def _method(self, node: ast.expr) -> str:
        value = self._value(node)
        return value.upper() if isinstance(value, str) and value.upper() in {"GET", "POST", "DELETE"} else ""

    def _path(self, node: ast.expr, call: ast.Call | None, method: str = "") -> bool:
        text = self._text(node)
        body = self._body(call) if call else None
        operation = self.paths.operation(text, method or ("POST" if body is not None else "")) if text else ""
        if not operation:
            return False
        self.told |= {id(part) for part in ast.walk(node)}
        known = isinstance(body, dict)
        fields = gather(body) if known else {}
        if not known and operation.endswith("_create"):
            self.remarks.append(f"{self._where(node)}: the body sent to {text} cannot be read from the code")
        self.uses.append(Use(operation, Via.RAW, self._where(node), fields, known or method == "GET"))
        return True

    def _body(self, call: ast.Call) -> Any:
        for keyword in call.keywords:
            if keyword.arg in _BODIES:
                node = keyword.value
                if isinstance(node, ast.Call) and _chain(node.func)[-1:] == ["dumps"] and node.args:
                    node = node.args[0]
                return self._value(node)
        return None

    def _text(self, node: ast.expr) -> str:
        """Return a text with an X for every part that is not known, or an empty string."""
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else ""
        if isinstance(node, ast.JoinedStr):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = self._text(node.left), self._text(node.right)
            return f"{left or 'X'}{right or 'X'}" if left or right else ""
        if isinstance(node, ast.Name) and node.id in self.constants:
            return self._text(self.constants[node.id])
        return ""

    def _value(self, node: ast.expr, depth: int = 0) -> Any:
        """Return the value of a literal, with UNKNOWN for each part that is none."""
        if depth > 20:
            return UNKNOWN
        match node:
            case ast.Constant(value=value):
                return value if isinstance(value, str | int | float | bool | None) else UNKNOWN
            case ast.Dict(keys=keys, values=values):
                pairs = zip(keys, values, strict=True)
                return {
                    key.value: self._value(value, depth + 1)
                    for key, value in pairs
                    if isinstance(key, ast.Constant) and isinstance(key.value, str)
                }
            case ast.List(elts=members) | ast.Tuple(elts=members):
                return [self._value(member, depth + 1) for member in members]
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
            case ast.Name(id=name) if name in self.constants:
                return self._value(self.constants[name], depth + 1)
        return UNKNOWN

    def _where(self, node: ast.expr) -> str:
        return f"{self.name}:{node.lineno}"


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the module and every function in it: names mean one thing within each."""
    yield tree
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield what stands in a scope, but not in the functions within it."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _inside(child)


def _constants(scope: ast.AST) -> dict[str, ast.expr | None]:
    """Return what the names of a scope stand for: their value if they get one once, None if they get others."""
    values: dict[str, list[ast.expr]] = {}
    stores: Counter[str] = Counter()
    for node in _inside(scope):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                values.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                values.setdefault(name, []).append(value)
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                stores[name] += 1
            case ast.arg(arg=name):
                stores[name] += 2
    return {name: values[name][0] if name in values and stores[name] == 1 else None for name in stores}


def _chain(node: ast.expr) -> list[str]:
    """Return the names of ``a.b.c`` as far back as they are plain; the start may be anything."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else ["", *names] if names else names


@cache
def _methods() -> Mapping[tuple[str, str], str]:
    """Return which operation a method such as ``video.text_to_video`` stands for: a create without its verb, or whole.

    The wrapper's own tables are read: its client takes a while to load.
    """
    from klingkit._methods.table import ROWS

    return {(row.group, row.method): operation for operation, row in ROWS.items()}


def _base(named: str) -> str:
    """Return the id without verb of the operation that code names by its id or its method."""
    from klingkit import InvalidRequestError
    from klingkit._surface import find_operation

    try:
        return find_operation(named).id
    except InvalidRequestError:
        return named


@cache
def _positional(group: str, method: str) -> tuple[str, ...]:
    """Return the names of the arguments that may be given without one."""
    from klingkit import Kling, KlingError

    try:
        with Kling(relay="official", api_key="sk-no-request-is-made") as kling:
            signature = inspect.signature(getattr(getattr(kling, group), method))
    except (AttributeError, KlingError):
        return ()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(name for name, parameter in signature.parameters.items() if parameter.kind in kinds)
