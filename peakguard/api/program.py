"""A Python program run inside this interpreter, as Python itself would run it."""

from __future__ import annotations
import __future__

import ast
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

_FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})
"""The compiler's flags of `from __future__ import …`."""


class Program(NamedTuple):
    """What `__main__` is made of; `name` is what people call it, `called` what `sys.argv[0]` holds."""

    name: str
    called: str
    path: str
    source: bytes | str
    attributes: dict[str, Any]


def script(path: str) -> Program:
    """A file with Python source. Raises PeakguardError (PG2088) where there is none."""
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise PeakguardError(codes.NOT_A_PYTHON_PROGRAM, command=path, problem=f"cannot be read: {reason}") from error
    sys.path[0] = os.path.dirname(os.path.realpath(path))
    whole = os.path.join(os.getcwd(), path)
    loader = SourceFileLoader("__main__", whole)
    name = os.path.splitext(os.path.basename(path))[0]
    return Program(
        name, path, whole, source, {"__file__": whole, "__loader__": loader, "__spec__": None, "__package__": None}
    )


def module(name: str) -> Program:
    """A module, as `python -m` finds it. Raises PeakguardError (PG2088) where there is none with a source."""
    from importlib.util import find_spec

    sys.path[0] = os.getcwd()
    try:
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = find_spec(f"{name}.__main__")
    except ImportError:
        spec = None
    read: Any = getattr(spec.loader, "get_source", None) if spec is not None else None
    source = read(spec.name) if spec is not None and read is not None else None
    if spec is None or source is None or spec.origin is None:
        problem = "is no module with a source that can be run"
        raise PeakguardError(codes.NOT_A_PYTHON_PROGRAM, command=f"-m {name}", problem=problem)
    attributes = {
        "__file__": spec.origin,
        "__loader__": spec.loader,
        "__spec__": spec,
        "__package__": spec.parent,
        "__cached__": spec.cached,
    }
    return Program(spec.name, spec.origin, spec.origin, source, attributes)


def text(source: str) -> Program:
    """A program given as text, as `python -c` takes it."""
    sys.path[0] = ""
    return Program("__main__", "-c", "<string>", source, {"__spec__": None, "__package__": None, "__loader__": None})


def execute(program: Program, arguments: Sequence[str], guard_main: Callable[[ModuleType], bool]) -> None:
    """Run a program as `__main__`.

    `guard_main` is told of the module after each of its statements until it says that all guards are on: functions of
    the program itself exist only once their `def` has run, and are called before the file has come to its end.
    """
    main = ModuleType("__main__")
    main.__dict__.update(program.attributes, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    sys.argv = [program.called, *arguments]
    if guard_main(main):
        _run(compile(program.source, program.path, "exec", dont_inherit=True), main)
        return
    is_guarded, flags = False, 0
    tree = ast.parse(program.source, program.path)
    main.__doc__ = ast.get_docstring(tree, clean=False)
    for statement in tree.body:
        code = compile(ast.Module([statement], []), program.path, "exec", flags, dont_inherit=True)
        flags |= code.co_flags & _FUTURE
        _run(code, main)
        is_guarded = is_guarded or guard_main(main)


def names_of(program: Program) -> set[str] | None:
    """Every name that a program may come to have; None where that cannot be told, as of one that is no Python."""
    names: set[str] = set()
    try:
        tree = ast.parse(program.source, program.path)
    except (SyntaxError, ValueError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
    return None if "*" in names else names


def _run(code: CodeType, main: ModuleType) -> None:
    exec(code, main.__dict__)  # noqa: S102 # the program that we are asked to run
