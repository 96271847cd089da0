"""What arithmetic makes of values that are not known yet: whole numbers exactly, floats as if nothing were rounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import z3

from peakguard.api.rule_testing.missing.prover.cells import Cell, both, choose, either, equal, opposite
from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.typed import Typed

_DAY_IN_MS = 86_400_000


def overflow(term: Any) -> Any:
    """Whether a whole number leaves int64, where it is null."""
    return z3.Or(term < MIN_INTEGER, term > MAX_INTEGER)


def add(node: Typed, a: Cell, b: Cell) -> Cell:
    """The sum."""
    return _sum(a, b, b.term, a.term + b.term)


def sub(node: Typed, a: Cell, b: Cell) -> Cell:
    """The difference; that of two days counts milliseconds."""
    if node.args and node.args[0].type.kind == "date":
        return Cell((a.term - b.term) * _DAY_IN_MS)
    return _sum(a, b, -b.term, a.term - b.term)


def _sum(a: Cell, b: Cell, added: Any, finite: Any) -> Cell:
    if a.infinite is False and b.infinite is False:
        return Cell(finite, nan=either(a.nan, b.nan))
    against = both(a.infinite, b.infinite, (a.term > 0) != (added > 0))
    term = choose(a.infinite, a.term, choose(b.infinite, added, finite))
    return Cell(term, nan=either(a.nan, b.nan, against), infinite=either(a.infinite, b.infinite))


def mul(node: Typed, a: Cell, b: Cell) -> Cell:
    """The product."""
    term = a.term * b.term
    if a.infinite is False and b.infinite is False:
        return Cell(term, nan=either(a.nan, b.nan))
    void = either(both(a.infinite, _is_zero(b)), both(b.infinite, _is_zero(a)))
    return Cell(term, nan=either(a.nan, b.nan, void), infinite=either(a.infinite, b.infinite))


def div(node: Typed, a: Cell, b: Cell) -> Cell:
    """The quotient of floats; by zero it is infinite, or NaN."""
    by_zero = _is_zero(b)
    finite = choose(b.infinite, z3.RealVal(0), a.term / z3.If(b.term == 0, z3.RealVal(1), b.term))
    signed = choose(both(a.infinite, opposite(by_zero)), z3.If(b.term < 0, -a.term, a.term), finite)
    nan = either(a.nan, b.nan, both(a.infinite, b.infinite), both(by_zero, _is_zero(a)))
    return Cell(choose(by_zero, a.term, signed), nan=nan, infinite=either(a.infinite, by_zero))


def _is_zero(number: Cell) -> Any:
    return both(opposite(number.infinite), number.term == 0)


def floordiv(node: Typed, a: Cell, b: Cell) -> Cell:
    """The quotient of whole numbers, rounded down; z3 rounds so that the rest is positive."""
    divisor = z3.If(b.term == 0, z3.IntVal(1), b.term)
    return Cell(z3.If(divisor > 0, a.term / divisor, (-a.term) / (-divisor)), b.term == 0)


def mod(node: Typed, a: Cell, b: Cell) -> Cell:
    """The rest, of the sign of the divisor."""
    return Cell(a.term - b.term * floordiv(node, a, b).term, b.term == 0)


def neg(node: Typed, a: Cell) -> Cell:
    """The negative."""
    return a._replace(term=-a.term)


def absolute(node: Typed, a: Cell) -> Cell:
    """The size."""
    return a._replace(term=z3.If(a.term < 0, -a.term, a.term))


def sign(node: Typed, a: Cell) -> Cell:
    """-1, 0 or 1; NaN of NaN."""
    one = z3.RealVal(1) if node.type.kind == "float64" else z3.IntVal(1)
    return Cell(z3.If(a.term > 0, one, z3.If(a.term < 0, -one, 0 * one)), nan=a.nan)


def rescale(node: Typed, a: Cell) -> Cell:
    """A time in a finer unit."""
    return Cell(a.term * node.value)


def to_real(node: Typed, a: Cell) -> Cell:
    """A whole number as a float or decimal; those are real numbers already."""
    return a._replace(term=z3.ToReal(a.term)) if z3.is_int(a.term) else a


def close(node: Typed, a: Cell, b: Cell) -> Cell:
    """Whether two numbers are equal but for a tolerance."""
    relative, absolute_ = (_real(each) for each in node.value)
    size, other = _size(a.term), _size(b.term)
    apart, larger = _size(a.term - b.term), z3.If(size > other, size, other)
    is_near = z3.Or(apart <= relative * larger, apart <= absolute_)
    finite = both(opposite(a.infinite), opposite(b.infinite), opposite(a.nan), opposite(b.nan))
    return Cell(either(equal(a, b), both(finite, is_near)))


def _size(term: Any) -> Any:
    return z3.If(term < 0, -term, term)


def _real(number: float) -> Any:
    return z3.RealVal(repr(number))


def whole_part(rounding: Callable[[Any], Any]) -> Callable[[Typed, Cell], Cell]:
    """A float as a whole number, null where it is not finite."""
    return lambda node, a: Cell(rounding(a.term), either(a.nan, a.infinite))


def ceil(term: Any) -> Any:
    """The next whole number above."""
    return -z3.ToInt(-term)


def half_even(term: Any) -> Any:
    """The nearest whole number; of two the even one."""
    low = z3.ToInt(term)
    rest = term - z3.ToReal(low)
    up = z3.Or(rest > z3.Q(1, 2), z3.And(rest == z3.Q(1, 2), low % 2 == 1))
    return z3.If(up, low + 1, low)
