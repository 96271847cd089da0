"""What numbers an expression may have: closed bounds, computed as the expression is.

IEEE operations and conversions are monotone, so an operation on the bounds bounds the results, rounding included.
Nulls and NaN are left to others: an interval speaks of the values that are neither.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any, NamedTuple

from peakguard.expression.scope import Scope
from peakguard.expression.typed import FINITE, NAN, Typed
from peakguard.expression.types import Column, Type

_INFINITY = math.inf
_NUMBERS = frozenset({"int64", "float64", "decimal"})
_ALMOST = 1e-9
"""Far more than the distance that back ends may have in sums and means."""
EXACT = Context(prec=200)
"""Room for any decimals that an expression can come to; whoever asks for bounds sets it."""
OTHER_ROWS = frozenset(
    {
        *("prev", "first", "since", "cum_max", "cum_min", "cum_sum"),
        *("rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum"),
        *("count", "max_of", "mean", "median", "min_of", "n_unique", "quantile", "share", "std", "sum"),
    }
)
"""Operations whose arguments are read of other rows than the one they stand in."""


class Interval(NamedTuple):
    """`low <= value <= high`; ints, floats and decimals compare exactly with each other."""

    low: Any
    high: Any

    def meet(self, other: Interval) -> Interval:
        """What lies in both; empty when `low > high`."""
        return Interval(max(self.low, other.low), min(self.high, other.high))

    def join(self, other: Interval) -> Interval:
        """What lies in either, and between."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


EVERYTHING = Interval(-_INFINITY, _INFINITY)


class Bounds:
    """Bounds of the nodes of one expression.

    `known` narrows single nodes, by their structure, for the place where they stand: right of `x > 0 and`.
    """

    def __init__(self, scope: Scope) -> None:
        self._columns: Mapping[str, Column] = scope.columns
        self._items: dict[str, Column] = {}
        self.known: dict[str, Interval] = {}

    def of(self, node: Typed) -> Interval:
        """The bounds of a number."""
        found = self._computed(node)
        if node.type.kind == "int64":
            found = found.meet(Interval(node.low, node.high))
        elif node.type.kind == "float64" and node.special == FINITE:
            found = found.meet(_LARGEST)
        narrowed = self.known.get(repr(node)) if self.known else None
        return found.meet(narrowed) if narrowed is not None else found

    def may_be_nan(self, node: Typed) -> bool:
        """Whether a float may be NaN, also by its bounds: a root of what is never negative is a number."""
        if node.special < NAN:
            return False
        if node.op == "sqrt":
            return self.of(node.args[0]).low < 0 or self.may_be_nan(node.args[0])
        return node.op not in ("abs", "neg", "max", "min") or any(self.may_be_nan(arg) for arg in node.args)

    @contextmanager
    def elsewhere(self, node: Typed) -> Iterator[None]:
        """Inside the arguments of a node: where it reads them of other rows, nothing is known of those."""
        outer = self.known
        if node.op in OTHER_ROWS:
            self.known = {}
        yield
        self.known = outer

    def bind(self, variable: str, element: Column) -> None:
        """The variable of a generator, from here on."""
        self._items[variable] = element

    def _computed(self, node: Typed) -> Interval:
        if node.op == "literal":
            return EVERYTHING if node.value is None or node.value != node.value else Interval(node.value, node.value)
        if node.op == "column":
            return _declared(self._columns.get(node.value))
        if node.op == "item":
            return _declared(self._items.get(node.value))
        if node.op == "field":
            return _declared(node.args[0].type.field(node.value))
        rule = _RULES.get(node.op)
        if rule is None or any(arg.type.kind not in _NUMBERS | {"bool"} for arg in node.args):
            return EVERYTHING
        with self.elsewhere(node):
            return rule(node, [self.of(arg) if arg.type.kind in _NUMBERS else EVERYTHING for arg in node.args])


_LARGEST = Interval(-1.7976931348623157e308, 1.7976931348623157e308)
_Rule = Callable[[Typed, list[Interval]], Interval]


def _declared(column: Column | None) -> Interval:
    if column is None or column.type.kind not in _NUMBERS:
        return EVERYTHING
    low = -_INFINITY if column.least is None else column.least
    high = _INFINITY if column.most is None else column.most
    return Interval(float(low), float(high)) if column.type.kind == "float64" else Interval(low, high)


def _corners(operation: Callable[[Any, Any], Any]) -> _Rule:
    """Operations that are monotone in each argument: the extremes are taken at the corners."""

    def bounds(node: Typed, args: list[Interval]) -> Interval:
        left, right = args
        try:
            found = [operation(a, b) for a in left for b in right]
        except (ArithmeticError, TypeError):
            return EVERYTHING  # an int and a decimal with an infinity
        if any(each != each for each in found):
            return EVERYTHING
        return Interval(min(found), max(found))

    return bounds


def _times(a: Any, b: Any) -> Any:
    return 0 if a == 0 or b == 0 else a * b


def _quotient(node: Typed, args: list[Interval]) -> Interval:
    left, right = args
    if node.type.kind != "float64" or right.low <= 0 <= right.high:
        return EVERYTHING
    return _corners(lambda a, b: 0.0 if a == 0 else a / b)(node, [left, right])


def _negative(node: Typed, args: list[Interval]) -> Interval:
    return Interval(-args[0].high, -args[0].low)


def _absolute(node: Typed, args: list[Interval]) -> Interval:
    low, high = args[0]
    return Interval(0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high)))


def _to_float(node: Typed, args: list[Interval]) -> Interval:
    return Interval(*(float(each) for each in args[0]))


def _lowest(node: Typed, args: list[Interval]) -> Interval:
    return Interval(min(each.low for each in args), min(each.high for each in args))


def _highest(node: Typed, args: list[Interval]) -> Interval:
    return Interval(max(each.low for each in args), max(each.high for each in args))


def _either(node: Typed, args: list[Interval]) -> Interval:
    found = args[1:] if node.op == "if" else args
    joined = found[0]
    for each in found[1:]:
        joined = joined.join(each)
    return joined


def _same(node: Typed, args: list[Interval]) -> Interval:
    return args[1] if node.op.startswith("each_") else args[0]


def _average(node: Typed, args: list[Interval]) -> Interval:
    low, high = _same(node, args)
    return Interval(low - abs(low) * _ALMOST, high + abs(high) * _ALMOST)


def _total(node: Typed, args: list[Interval]) -> Interval:
    low, high = _same(node, args)
    return Interval(0 if low >= 0 else -_INFINITY, 0 if high <= 0 else _INFINITY)


def _square_root(node: Typed, args: list[Interval]) -> Interval:
    low, high = (math.sqrt(max(float(each), 0.0)) for each in args[0])
    return Interval(low, high)


def _whole(rounding: Callable[[Any], int]) -> _Rule:
    def bounds(node: Typed, args: list[Interval]) -> Interval:
        return Interval(*(rounding(each) if math.isfinite(each) else each for each in args[0]))

    return bounds


def _sign(node: Typed, args: list[Interval]) -> Interval:
    return Interval(*((each > 0) - (each < 0) for each in args[0]))


def _between(low: float, high: float) -> _Rule:
    return lambda node, args: Interval(low, high)


_RULES: dict[str, _Rule] = {
    **dict.fromkeys(["coalesce", "if"], _either),
    **dict.fromkeys(["cum_sum", "each_sum", "rolling_sum", "sum"], _total),
    **dict.fromkeys(["each_mean", "mean", "median", "quantile", "rolling_mean"], _average),
    **dict.fromkeys(["cum_max", "cum_min", "decimal", "each_max", "each_min", "first", "max_of", "min_of"], _same),
    **dict.fromkeys(["prev", "rolling_max", "rolling_min"], _same),
    **dict.fromkeys(["rolling_std", "std"], _between(0.0, _INFINITY)),
    "abs": _absolute,
    "add": _corners(lambda a, b: a + b),
    "ceil": _whole(math.ceil),
    "div": _quotient,
    "exp": _between(0.0, _INFINITY),
    "float": _to_float,
    "floor": _whole(math.floor),
    "max": _highest,
    "min": _lowest,
    "mul": _corners(_times),
    "neg": _negative,
    "round": _whole(round),
    "share": _between(0.0, 1.0),
    "sign": _sign,
    "sqrt": _square_root,
    "sub": _corners(lambda a, b: a - b),
}


def above(bound: Any, type: Type) -> Any:
    """The least value of a type that is greater than a bound."""
    return _step(bound, type, up=True)


def below(bound: Any, type: Type) -> Any:
    """The greatest value of a type that is less than a bound."""
    return _step(bound, type, up=False)


def _step(bound: Any, type: Type, *, up: bool) -> Any:
    if isinstance(bound, float) and math.isinf(bound):
        return bound
    if type.kind == "float64":
        return math.nextafter(bound, _INFINITY if up else -_INFINITY)
    if type.kind == "int64":
        return math.floor(bound) + 1 if up else math.ceil(bound) - 1
    step = Decimal(1).scaleb(-type.scale)
    nearest = Decimal(bound).quantize(step, ROUND_FLOOR if up else ROUND_CEILING, EXACT)
    return EXACT.add(nearest, step) if up else EXACT.subtract(nearest, step)
