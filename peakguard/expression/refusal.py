"""What the language leaves out of Python: each construct by name, and what to write instead."""

from __future__ import annotations

import ast

_METHOD = "Call a function, such as starts_with(symbol, 'BTC')"
_SPLIT = "Write the condition itself; an expression is one value"

_CONSTRUCTS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Attribute: ("a field or method", "Write the column's own name; a method is a function here, such as lower(x)"),
    ast.Await: ("await", _SPLIT),
    ast.BitAnd: ("`&`", "Write `and`"),
    ast.BitOr: ("`|`", "Write `or`"),
    ast.BitXor: ("`^`", "Write `!=` for bools, or pow(x, 2) for a power"),
    ast.Dict: ("a table", _SPLIT),
    ast.DictComp: ("a table", _SPLIT),
    ast.FormattedValue: ("an f-string", "Write a plain string"),
    ast.GeneratorExp: ("a generator here", "Write it as the argument of sum, any, all, count, min, max or mean"),
    ast.Invert: ("`~`", "Write `not`"),
    ast.Is: ("`is`", "Write `==`"),
    ast.IsNot: ("`is not`", "Write `!=`"),
    ast.JoinedStr: ("an f-string", "Write a plain string"),
    ast.LShift: ("`<<`", "Write pow(x, n) or a product"),
    ast.Lambda: ("a lambda", _SPLIT),
    ast.List: ("a list", "A list stands only right of `in`"),
    ast.ListComp: ("a list comprehension", _SPLIT),
    ast.MatMult: ("`@`", "Write `*`"),
    ast.NamedExpr: ("an assignment", _SPLIT),
    ast.Pow: ("`**`", "Write pow(x, n) with n from 0 to 8, or sqrt(x)"),
    ast.RShift: ("`>>`", "Write `//`"),
    ast.Set: ("a set", "Write x in (1, 2, 3)"),
    ast.SetComp: ("a set", _SPLIT),
    ast.Slice: ("a slice", _SPLIT),
    ast.Starred: ("`*`", "Write the arguments one by one"),
    ast.Subscript: ("a subscript", "Use prev(x) for the row before"),
    ast.Tuple: ("a tuple", "A tuple stands only right of `in`"),
    ast.Yield: ("yield", _SPLIT),
    ast.YieldFrom: ("yield", _SPLIT),
}


def describe(node: ast.AST) -> tuple[str, str]:
    """A construct in words, and what to write instead of it."""
    return _CONSTRUCTS.get(type(node), (type(node).__name__, _SPLIT))


METHOD = ("a method call", _METHOD)
NESTED_GENERATOR = (
    "a generator inside a generator",
    "One `for` is all there is; check the inner list by a rule of its own",
)
GENERATOR_AND_MORE = ("a generator with other arguments", "Write sum(p.qty for p in positions)")
ASYNCHRONOUS = ("`async`", "Write `for` alone")
GENERATOR_TARGET = ("this target of `for`", "Write one plain name, as in `for p in positions`")
GENERATOR_SOURCE = ("this source of a generator", "Iterate over a list column, or a list field of a record")
