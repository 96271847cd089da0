"""The boundaries in the text of one module: where data come in, where they leave, and where a failure is swallowed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from peakguard.adoption.known import METHODS, PATTERNS, QUIET, Sort
from peakguard.adoption.names import dotted, imported

_BROAD = ("Exception", "BaseException")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Boundary(NamedTuple):
    """One place in a program. `function` is its qualified name, empty for statements of the module itself.

    `parameter` is the one that names the file that a writer writes, empty where none does.
    """

    sort: Sort
    file: str
    line: int
    column: int
    module: str
    function: str
    call: str
    parameter: str

    @property
    def target(self) -> str:
        """What a binding would name; empty where no binding can."""
        return f"{self.module}:{self.function}" if self.function else ""


def scan(text: str, file: str, module: str) -> list[Boundary]:
    """The boundaries of a module, in the order of its text. Raises SyntaxError, or ValueError for a null byte."""
    tree = ast.parse(text, file)
    names = imported(tree, module, is_package=file.endswith("__init__.py"))
    return sorted(_Scan(file, module, names).of(tree, (), None), key=lambda each: (each.line, each.column))


class _Scan:
    """One walk through a module."""

    def __init__(self, file: str, module: str, names: Mapping[str, str]) -> None:
        self._file = file
        self._module = module
        self._names = names

    def of(self, node: ast.AST, path: tuple[str, ...], function: Function | None) -> Iterator[Boundary]:
        """The boundaries below a node; `function` is the outermost one around it, which a binding can name."""
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef) and function is None:
                yield from self.of(child, (*path, child.name), None)
            elif isinstance(child, Function) and function is None:
                yield from self.of(child, (*path, child.name), child)
            else:
                yield from self._one(child, path, function)
                yield from self.of(child, path, function)

    def _one(self, node: ast.AST, path: tuple[str, ...], function: Function | None) -> Iterator[Boundary]:
        name = ".".join(path) if function is not None else ""
        if isinstance(node, ast.Call):
            sort, written = self._sort(node)
            if sort is not None:
                parameter = _parameter(written, function) if sort == "writer" else ""
                at = node.lineno, node.col_offset + 1
                yield Boundary(sort, self._file, *at, self._module, name, _shown(node), parameter)
        elif isinstance(node, ast.ExceptHandler) and _swallows(node):
            kind = ast.unparse(node.type) if node.type is not None else ""
            call = f"except {kind}".rstrip() + f": {ast.unparse(node.body[0])}"
            yield Boundary("silence", self._file, node.lineno, node.col_offset + 1, self._module, name, call, "")

    def _sort(self, call: ast.Call) -> tuple[Sort | None, ast.expr | None]:
        """What a call does, and the expression that names the file it writes."""
        first = call.args[0] if call.args else None
        name = dotted(call.func, self._names)
        if (isinstance(call.func, ast.Name) and call.func.id == "open" and name is None) or name == "io.open":
            return ("writer" if _writes(call, 1) else "reader"), first
        if name is not None and not any(fnmatchcase(name, quiet) for quiet in QUIET):
            for sort, patterns in PATTERNS.items():
                if any(_covers(pattern, name) for pattern in patterns):
                    return sort, _file(name, call)
        if not isinstance(call.func, ast.Attribute):
            return None, None
        method = call.func.attr
        if method == "open" and name is None:
            return ("writer" if _writes(call, 0) else "reader"), call.func.value
        if method.startswith("to_") and not (call.args or call.keywords):
            return None, None  # it gives a text, and writes nothing
        owner = call.func.value if method in ("write_text", "write_bytes") else first
        return METHODS.get(method), owner


def _file(name: str, call: ast.Call) -> ast.expr | None:
    """The argument that names the file; none for `pickle.dump`, which is given one that is open."""
    place = {"pickle.dump": None, "joblib.dump": 1, "shutil.move": 1}.get(name, 1 if name.startswith("shutil.") else 0)
    return call.args[place] if place is not None and len(call.args) > place else None


def _covers(pattern: str, name: str) -> bool:
    return pattern.count(".") == name.count(".") and fnmatchcase(name, pattern)


def _writes(call: ast.Call, place: int) -> bool:
    mode = call.args[place] if len(call.args) > place else None
    mode = next((each.value for each in call.keywords if each.arg == "mode"), mode)
    return isinstance(mode, ast.Constant) and isinstance(mode.value, str) and bool(set(mode.value) & set("wax+"))


def _parameter(node: ast.expr | None, function: Function | None) -> str:
    """The parameter that an expression is, or wraps as `Path(path)` does."""
    if function is None or node is None:
        return ""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        node = node.args[0]
    arguments = function.args
    known = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    return node.id if isinstance(node, ast.Name) and node.id in known else ""


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes whatever comes, and does nothing about it."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    if not any(kind is None or (isinstance(kind, ast.Name) and kind.id in _BROAD) for kind in kinds):
        return False
    return all(_does_nothing(statement) for statement in handler.body)


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Return):
        return statement.value is None or _is_constant(statement.value)
    if isinstance(statement, ast.Assign):
        return _is_constant(statement.value)
    is_words = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_words or isinstance(statement, ast.Pass | ast.Continue | ast.Break)


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return not node.elts
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Dict) and not node.keys)


def _shown(call: ast.Call) -> str:
    """The call as it is written, without what it is given."""
    return f"{ast.unparse(call.func)}(…)"
