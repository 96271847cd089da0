"""Functions of one row in Python. Those that Python has for some values only are asked for these values alone."""

from __future__ import annotations

from peakguard.expression.emit.polars_text import quote
from peakguard.expression.emit.scalar_arithmetic import unconverted
from peakguard.expression.emit.scalar_text import ATOM, CHOICE, COMPARISON, NULL, SUM, TRUE, Written
from peakguard.expression.emit.scalar_writer import Operation, Writer
from peakguard.expression.patterns import portable
from peakguard.expression.typed import FINITE, NAN, Typed

_MANY = 4
"""From so many values on, `min` and `max` are called: parentheses nest only so deep."""
_LARGEST_EXPONENT = "709.0"


def _extreme(writer: Writer, node: Typed) -> Written:
    """Python's own depends on the order of its arguments where one is NaN; here NaN wins."""
    found = writer.operands(node.args)
    if found is None:
        return NULL
    values, checks = found
    if len(values) >= _MANY:
        function = f"{node.op}_or_nan" if any(arg.special == NAN for arg in node.args) else node.op
        return Written(f"{function}({', '.join(each.text for each in values)})", checks=checks)
    symbol = ">" if node.op == "max" else "<"
    best = values[0]
    for arg, each in zip(node.args[1:], values[1:], strict=True):
        first, again = writer.twice(each, SUM)
        best_first, best_again = writer.twice(best, SUM)
        test = f"{first} {symbol} {best_first}"
        if arg.special == NAN:
            test += f" or {again} != {again}"
        best = Written(f"{again} if {test} else {best_again}", CHOICE)
    return best._replace(checks=checks)


def _call(function: str) -> Operation:
    def call(writer: Writer, node: Typed) -> Written:
        found = writer.operands(node.args)
        if found is None:
            return NULL
        values, checks = found
        return Written(f"{function}({', '.join(each.text for each in values)})", checks=checks)

    return call


def _sign(writer: Writer, node: Typed) -> Written:
    (arg,) = node.args
    x = writer.strict(arg)
    if x is NULL:
        return NULL
    if arg.type.kind == "float64":
        return Written(f"sign({x.text})", checks=x.checks)
    first, again = writer.twice(x, SUM)
    return Written(f"({first} > 0) - ({again} < 0)", SUM, x.checks)


def _whole_part(writer: Writer, node: Typed) -> Written:
    """Within these bounds a float is a number, and its whole part an int64."""
    x = writer.strict(node.args[0])
    if x is NULL:
        return NULL
    first, again = writer.twice(x, SUM)
    check = f"-9223372036854775808.0 <= {first} < 9223372036854775808.0"
    return Written(f"{node.op}({again})", checks=(*x.checks, check))


def _where(condition: str, otherwise: str) -> Operation:
    def where(writer: Writer, node: Typed) -> Written:
        x = writer.strict(unconverted(node.args[0]))
        if x is NULL:
            return NULL
        first, again = writer.twice(x, SUM)
        beyond = otherwise.format(again)
        return Written(f"{node.op}({again}) if {first} {condition} else {beyond}", CHOICE, x.checks)

    return where


def _is_finite(writer: Writer, node: Typed) -> Written:
    x = writer.strict(node.args[0])
    if x is NULL:
        return NULL
    if node.args[0].special == FINITE:
        return TRUE._replace(checks=x.checks)
    return Written(f"isfinite({x.text})", checks=x.checks)


def _is_nan(writer: Writer, node: Typed) -> Written:
    x = writer.strict(node.args[0])
    if x is NULL:
        return NULL
    first, again = writer.twice(x, SUM)
    return Written(f"{first} != {again}", COMPARISON, x.checks)


def _contains(writer: Writer, node: Typed) -> Written:
    found = writer.operands(node.args)
    if found is None:
        return NULL
    (x, part), checks = found
    return Written(f"{part.at(SUM)} in {x.at(SUM)}", COMPARISON, checks)


def _method(name: str) -> Operation:
    def method(writer: Writer, node: Typed) -> Written:
        found = writer.operands(node.args)
        if found is None:
            return NULL
        (x, part), checks = found
        return Written(f"{x.at(ATOM)}.{name}({part.text})", checks=checks)

    return method


def _matches(writer: Writer, node: Typed) -> Written:
    x = writer.strict(node.args[0])
    if x is NULL:
        return NULL
    matches = writer.names.constant("MATCHES", f"matcher({quote(portable(node.value))})")
    return Written(f"{matches.text}({x.text})", checks=x.checks)


FUNCTION: dict[str, Operation] = {
    **dict.fromkeys(("ceil", "floor", "round"), _whole_part),
    "contains": _contains,
    "ends_with": _method("endswith"),
    "exp": _where(f"< {_LARGEST_EXPONENT}", "exp_or_infinity({0})"),
    "is_finite": _is_finite,
    "is_nan": _is_nan,
    "len": _call("len"),
    "log": _where("> 0.0", "log_or_not({0})"),
    "lower": _call("lower"),
    "matches": _matches,
    "max": _extreme,
    "min": _extreme,
    "sign": _sign,
    "sqrt": _where(">= 0.0", "NAN"),
    "starts_with": _method("startswith"),
    "upper": _call("upper"),
}
