"""Arithmetic in Python. Its integers have no end, so those that might leave int64 are looked at."""

from __future__ import annotations

from collections.abc import Callable

from peakguard.expression.emit.scalar_text import CHOICE, NULL, PRODUCT, SIGN, SUM, Written
from peakguard.expression.emit.scalar_writer import Operation, Writer
from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.typed import Typed

EXACT_IN_FLOAT = 2**53
_SYMBOLS = {"add": ("+", SUM), "sub": ("-", SUM), "mul": ("*", PRODUCT)}
_TICKS_PER_DAY = 86_400_000


def unconverted(node: Typed) -> Typed:
    """The integer of a conversion to float that Python makes by itself, or the node as it is."""
    return node.args[0] if node.op == "float" and node.args[0].type.kind in ("int64", "duration") else node


def is_exact(node: Typed) -> bool:
    """Whether a conversion to float changes no digit of any value that the node may have."""
    return node.type.kind == "int64" and node.low >= -EXACT_IN_FLOAT and node.high <= EXACT_IN_FLOAT


def _operation(writer: Writer, node: Typed) -> Written:
    left, right = node.args
    if (factors := _power(node)) > 1:
        return _repeated(writer, right, factors)
    if node.type.kind == "float64":
        # One float is enough for Python to convert the other side.
        left, right = (left, unconverted(right)) if right.op == "float" else (unconverted(left), right)
    found = writer.operands((left, right))
    if found is None:
        return NULL
    (a, b), checks = found
    if node.type.kind == "decimal":
        return Written(f"decimal_{node.op}({a.text}, {b.text})", checks=checks)
    if left.type.kind == "date":
        return Written(f"({a.at(SUM)} - {b.at(PRODUCT)}).days * {_TICKS_PER_DAY}", PRODUCT, checks)
    symbol, level = _SYMBOLS[node.op]
    made = Written(f"{a.at(level)} {symbol} {b.at(level + 1)}", level, checks)
    return made if node.type.kind == "float64" else _bounded(writer, made, *_corners(node))


def _corners(node: Typed) -> tuple[int, int]:
    """The bounds of a result that may leave int64."""
    left, right = ((arg.low, arg.high) for arg in node.args)
    if node.op == "add":
        return left[0] + right[0], left[1] + right[1]
    if node.op == "sub":
        return left[0] - right[1], left[1] - right[0]
    return _product(left, right)


def _product(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    corners = [a * b for a in left for b in right]
    return min(corners), max(corners)


def _power(node: Typed) -> int:
    """How often one and the same factor is multiplied, as `pow` has it; 1 for any other product."""
    factor, factors = node.args[1], 1
    while node.op == "mul" and node.args[1] is factor and factor.type.kind in ("int64", "float64"):
        node, factors = node.args[0], factors + 1
    return factors if node is factor else 1


def _repeated(writer: Writer, factor: Typed, factors: int) -> Written:
    """A power: its base is computed once."""
    x = writer.strict(factor)
    if x is NULL:
        return NULL
    first, again = writer.twice(x, SIGN)
    if factor.type.kind == "float64":
        return Written(" * ".join([first, *[again] * (factors - 1)]), PRODUCT, x.checks)
    made, bounds = Written(first, checks=x.checks), (factor.low, factor.high)
    for _ in range(factors - 1):
        low, high = _product(bounds, (factor.low, factor.high))
        made = _bounded(writer, made._replace(text=f"{made.text} * {again}", level=PRODUCT), low, high)
        bounds = max(low, MIN_INTEGER), min(high, MAX_INTEGER)
    return made


def _bounded(writer: Writer, made: Written, low: int, high: int) -> Written:
    """An integer that is null where it leaves int64, given the bounds that it keeps by itself."""
    below, above = low < MIN_INTEGER, high > MAX_INTEGER
    if not below and not above:
        return made
    name = writer.names.temporary()
    check = f"({name} := {made.text})"
    if below:
        check = f"{MIN_INTEGER} <= {check}"
    if above:
        check = f"{check} <= {MAX_INTEGER}"
    return Written(name, checks=(*made.checks, check))


def _whole_division(writer: Writer, node: Typed) -> Written:
    left, right = node.args
    found = writer.operands((left, right))
    if found is None:
        return NULL
    (a, b), checks = found
    divisor = b.at(SIGN)
    if right.low <= 0 <= right.high:
        first, divisor = writer.twice(b, SIGN)
        checks = (*checks, f"{first} != 0")
    symbol = "//" if node.op == "floordiv" else "%"
    made = Written(f"{a.at(PRODUCT)} {symbol} {divisor}", PRODUCT, checks)
    may_overflow = node.op == "floordiv" and left.low == MIN_INTEGER and right.low <= -1 <= right.high
    return _bounded(writer, made, 0, MAX_INTEGER + may_overflow)


def _division(writer: Writer, node: Typed) -> Written:
    left, right = node.args
    whole = [unconverted(each) for each in node.args]
    if all(is_exact(each) for each in whole):
        left, right = whole
    elif right.op == "float":
        right = whole[1]
    else:
        left = whole[0]
    found = writer.operands((left, right))
    if found is None:
        return NULL
    (a, b), checks = found
    if _is_never_zero(right):
        return Written(f"{a.at(PRODUCT)} / {b.at(SIGN)}", PRODUCT, checks)
    first, divisor = writer.twice(b, SIGN)
    if a.is_simple:
        dividend, condition = a.at(PRODUCT), first
    else:
        dividend = writer.names.temporary()
        condition = f"({dividend} := {a.text}) is not None and {first}"
    return Written(f"{dividend} / {divisor} if {condition} else by_zero({dividend})", CHOICE, checks)


def _is_never_zero(node: Typed) -> bool:
    if node.op == "literal":
        return bool(node.value)
    return node.type.kind == "int64" and not node.low <= 0 <= node.high


def _negation(writer: Writer, node: Typed) -> Written:
    return _alone(writer, node, lambda x: Written(f"-{x.at(SIGN)}", SIGN))


def _absolute(writer: Writer, node: Typed) -> Written:
    return _alone(writer, node, lambda x: Written(f"abs({x.text})"))


def _alone(writer: Writer, node: Typed, form: Callable[[Written], Written]) -> Written:
    (arg,) = node.args
    x = writer.strict(arg)
    if x is NULL:
        return NULL
    if node.type.kind == "decimal":
        # Python's own would round to the digits of the context that happens to be set.
        return Written(f"decimal_{node.op}({x.text})", checks=x.checks)
    made = form(x)._replace(checks=x.checks)
    return made if node.type.kind == "float64" else _bounded(writer, made, 0, max(-arg.low, arg.high))


def _rescale(writer: Writer, node: Typed) -> Written:
    x = writer.strict(node.args[0])
    if x is NULL:
        return NULL
    made = Written(f"{x.at(PRODUCT)} * {node.value}", PRODUCT, x.checks)
    return _bounded(writer, made, MIN_INTEGER * node.value, MAX_INTEGER * node.value)


def _to_float(writer: Writer, node: Typed) -> Written:
    (arg,) = node.args
    x = writer.strict(arg)
    if x is NULL:
        return NULL
    return Written(f"float({x.text})", checks=x.checks)


def _to_decimal(writer: Writer, node: Typed) -> Written:
    (arg,) = node.args
    x = writer.strict(arg)
    return x if x is NULL or arg.type.kind == "decimal" else Written(f"Decimal({x.text})", checks=x.checks)


ARITHMETIC: dict[str, Operation] = {
    "abs": _absolute,
    "add": _operation,
    "decimal": _to_decimal,
    "div": _division,
    "float": _to_float,
    "floordiv": _whole_division,
    "mod": _whole_division,
    "mul": _operation,
    "neg": _negation,
    "rescale": _rescale,
    "sub": _operation,
}
