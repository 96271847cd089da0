"""Units of measure through an expression: what is added or compared has one unit, products compose theirs.

A literal takes the unit of its partner. A share of one (`percent`, `bps`) becomes a fraction where it is
divided by how many of them make one: `fee / 10000` of basis points, `drawdown * 0.01` of percent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from peakguard.diagnostics import codes
from peakguard.expression.fault import Fault, fault
from peakguard.expression.scope import Scope
from peakguard.expression.typed import FINITE, Typed
from peakguard.expression.unit import ONE, SHARES, Unit, parse_unit, root, shown, times

_SYMBOLS = {
    "add": "+",
    "sub": "-",
    "mod": "%",
    "lt": "<",
    "le": "<=",
    "gt": ">",
    "ge": ">=",
    "eq": "==",
    "ne": "!=",
    "if": "if … else",
}
_NUMBERS = frozenset({"int64", "float64", "decimal"})
_KEEPS = frozenset(
    {"abs", "ceil", "cum_max", "cum_min", "cum_sum", "decimal", "first", "float", "floor", "max_of", "mean", "median"}
    | {"min_of", "neg", "prev", "quantile", "rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum"}
    | {"round", "std", "sum"}
)


def check_units(root_node: Typed, scope: Scope) -> list[Fault]:
    """Every place of an expression where two units meet that are not one."""
    if not any(column.unit or column.type.kind in ("list", "record") for column in scope.columns.values()):
        return []
    walker = _Walker(scope)
    walker.unit(root_node)
    return walker.faults


class _Walker:
    """`unit` gives the unit of a node, or None where any unit will do: for a literal, and after a fault."""

    def __init__(self, scope: Scope) -> None:
        self.faults: list[Fault] = []
        self._columns = {name: column.unit for name, column in scope.columns.items()}
        self._items: dict[str, str | None] = {}

    def unit(self, node: Typed) -> Unit | None:
        if node.op == "literal":
            return None
        if node.op.startswith("each_"):
            return self._each(node)
        units = [self.unit(arg) for arg in node.args]
        if node.op in ("column", "item", "field"):
            return self._declared(node)
        rule = _RULES.get(node.op)
        if rule is not None:
            found = rule(self, node, units)
            return found if node.type.kind in _NUMBERS else None
        if node.op in _KEEPS:
            return units[0]
        return ONE if node.type.kind in _NUMBERS else None

    def _declared(self, node: Typed) -> Unit | None:
        if node.op == "field":
            declared = node.args[0].type.field(node.value)
            text = declared.unit if declared is not None else None
        else:
            known: Mapping[str, str | None] = self._columns if node.op == "column" else self._items
            text = known[node.value]
        if text is None:
            return ONE if node.type.kind in _NUMBERS else None
        return parse_unit(text)

    def _each(self, node: Typed) -> Unit | None:
        source, element, *conditions = node.args
        self.unit(source)
        self._items[node.value] = source.type.element[0].unit
        units = [self.unit(each) for each in (*conditions, element)]
        return units[-1] if node.op not in ("each_all", "each_any", "each_count") else ONE

    def joined(self, node: Typed, units: Sequence[Unit | None]) -> Unit | None:
        """The one unit of values that meet; a fault where there are two."""
        return self._meet(node, node.args, units)

    def branches(self, node: Typed, units: Sequence[Unit | None]) -> Unit | None:
        """The unit of `then if condition else other`."""
        return self._meet(node, node.args[1:], units[1:])

    def product(self, node: Typed, units: Sequence[Unit | None]) -> Unit | None:
        """The unit of `*`, `/` or `//`."""
        (left, right), is_product = units, node.op == "mul"
        if left is None and right is None:
            return None
        if left is not None and node.args[1].op == "literal":
            return _scaled(left, node.args[1].value, is_product=is_product)
        if right is not None and node.args[0].op == "literal" and is_product:
            return _scaled(right, node.args[0].value, is_product=True)
        return times(left or ONE, right or ONE, 1 if is_product else -1)

    def _meet(self, node: Typed, args: Sequence[Typed], units: Sequence[Unit | None]) -> Unit | None:
        first: Unit | None = None
        at = args[0]
        for arg, unit in zip(args, units, strict=True):
            if unit is None:
                continue
            if first is None:
                first, at = unit, arg
            elif unit == first or _converted(arg, unit, first):
                continue
            elif _converted(at, first, unit):
                first, at = unit, arg
            else:
                start, end = min(at.start, arg.start), max(at.end, arg.end)
                data = {"left": shown(first), "right": shown(unit), "advice": _advice(first, unit)}
                self.faults.append(fault(codes.UNITS_DIFFER, start, end, operator=_symbol(node), **data))
                return None
        return first


def _scaled(unit: Unit, factor: object, *, is_product: bool) -> Unit:
    """A unit after its value was multiplied with or divided by a literal: a share of one may become a fraction."""
    for name, power in unit:
        share = SHARES.get(name)
        if share is None or power != 1 or not isinstance(factor, (int, float)):
            continue
        if factor == (1 / share if is_product else share):
            return times(unit, ((name, power),), -1)
    return unit


def _converted(node: Typed, unit: Unit, wanted: Unit) -> bool:
    """Whether a product with a literal makes one share of one of another: `100 * fraction` are percent."""
    difference = times(unit, wanted, -1)
    factor = _factor(node)
    if (
        factor is None
        or not difference
        or any(name not in SHARES or power not in (1, -1) for name, power in difference)
    ):
        return False
    ratio = Fraction(1)
    for name, power in difference:
        ratio *= SHARES[name] if power < 0 else Fraction(1, SHARES[name])
    return factor == ratio


def _factor(node: Typed) -> Fraction | None:
    """The literal that a value was multiplied with, or divided by."""
    if node.op not in ("mul", "div"):
        return None
    left, right = node.args
    literal = right if right.op == "literal" else left if node.op == "mul" else right
    if literal.op != "literal" or not literal.value or literal.special != FINITE:
        return None
    # As it was written: 0.01 is a hundredth.
    written = Fraction(repr(literal.value) if isinstance(literal.value, float) else literal.value)
    return written if node.op == "mul" else 1 / written


def _symbol(node: Typed) -> str:
    return _SYMBOLS.get(node.op, node.op)


def _advice(left: Unit, right: Unit) -> str:
    """What makes one unit of two shares of one; empty for other units."""
    for mine, other in ((left, right), (right, left)):
        for name, power in mine:
            if name in SHARES and times(mine, ((name, power),), -1) == other:
                from peakguard.diagnostics.wording import divide_by

                return divide_by(name, SHARES[name])
    return ""


def _squared(walker: _Walker, node: Typed, units: Sequence[Unit | None]) -> Unit | None:
    return None if units[0] is None else root(units[0])


_RULES: dict[str, Callable[[_Walker, Typed, Sequence[Unit | None]], Unit | None]] = {
    **dict.fromkeys([*_SYMBOLS, "close", "coalesce", "max", "min"], _Walker.joined),
    **dict.fromkeys(["div", "floordiv", "mul"], _Walker.product),
    "if": _Walker.branches,
    "sqrt": _squared,
}
