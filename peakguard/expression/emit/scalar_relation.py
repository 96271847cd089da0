"""Comparisons and membership in Python, whose floats compare as IEEE says: NaN needs no guard here."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from peakguard.expression.emit.scalar_arithmetic import is_exact, unconverted
from peakguard.expression.emit.scalar_text import COMPARISON, FALSE, NOT, NULL, SUM, TRUE, Written
from peakguard.expression.emit.scalar_writer import Operation, Writer
from peakguard.expression.typed import Typed

_SYMBOLS = {"eq": "==", "ge": ">=", "gt": ">", "le": "<=", "lt": "<", "ne": "!="}
CHAINED = re.compile(r" (==|>=|>|<=|<|!=) ")
"""Splits the text of a comparison of simple operands."""
_FEW = 3
"""Up to so many values, one comparison after the other is faster than a look-up."""


def _comparison(writer: Writer, node: Typed) -> Written:
    # Python compares an integer with a float exactly, the language their floats: the same up to 2**53.
    whole = [unconverted(each) for each in node.args]
    found = writer.operands(each if is_exact(each) else arg for each, arg in zip(whole, node.args, strict=True))
    if found is None:
        return NULL
    (a, b), checks = found
    return Written(f"{a.at(SUM)} {_SYMBOLS[node.op]} {b.at(SUM)}", COMPARISON, checks)


def _membership(writer: Writer, node: Typed) -> Written:
    return _lookup(writer, node, "in")


def _lookup(writer: Writer, node: Typed, symbol: str) -> Written:
    x = writer.strict(node.args[0])
    if x is NULL:
        return NULL
    listed = ", ".join(writer.literal(value).text for value in node.value)
    if len(node.value) <= _FEW:
        listed = f"({listed},)" if len(node.value) == 1 else f"({listed})"
    elif isinstance(node.value[0], (Decimal, date)):
        listed = writer.names.constant("VALUES", f"frozenset(({listed}))").text
    else:
        listed = f"{{{listed}}}"
    return Written(f"{x.at(SUM)} {symbol} {listed}", COMPARISON, x.checks)


def _close(writer: Writer, node: Typed) -> Written:
    found = writer.operands(unconverted(arg) for arg in node.args)
    if found is None:
        return NULL
    (a, b), checks = found
    relative, absolute = node.value
    return Written(f"isclose({a.text}, {b.text}, rel_tol={relative!r}, abs_tol={absolute!r})", checks=checks)


def _negation(writer: Writer, node: Typed) -> Written:
    (arg,) = node.args
    if arg.op == "in":
        return _lookup(writer, arg, "not in")
    x = writer.strict(arg)
    if x is NULL:
        return NULL
    if x in (TRUE, FALSE):
        return FALSE if x == TRUE else TRUE
    return Written(f"not {x.at(NOT)}", NOT, x.checks)


RELATION: dict[str, Operation] = {
    **dict.fromkeys(_SYMBOLS, _comparison),
    "close": _close,
    "in": _membership,
    "not": _negation,
}
