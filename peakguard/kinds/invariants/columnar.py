"""The invariants of a policy as texts of Polars expressions, for results that are there as a whole."""

from __future__ import annotations

from typing import Any

from peakguard.expression import emit_polars
from peakguard.expression.hoist import BOUNDED, CUMULATED, hoist, hoist_earlier, rows_back, text_of
from peakguard.expression.typed import FINITE, NAN, Typed, walk
from peakguard.kinds.invariants.in_order import ordered, plain
from peakguard.kinds.invariants.measure import Measure, measures
from peakguard.kinds.invariants.watched import Watched

_EXTREMES = frozenset({"cum_max", "cum_min"})


def columnar(each: Watched) -> dict[str, Any]:
    """The texts of one invariant; of its measures the two sides, and the tolerances of `close`."""
    parts = measures(each.expr.root) if each.form == "always" else ()
    return {
        "expr": emit_polars(each.expr, {}, each.groups),
        "when": emit_polars(each.when, {}, each.groups) if each.when is not None else None,
        "expect": emit_polars(each.expect, {}, each.groups) if each.expect is not None else None,
        "measures": [
            [part.kind, *(text_of(side, each.groups) for side in part[1:3]), list(part.tolerances)] for part in parts
        ],
        "streamed": _streamed(each, parts),
    }


def _streamed(each: Watched, parts: tuple[Measure, ...]) -> dict[str, Any] | None:
    """The texts for a query that takes the rows in pieces; None where what they would give may differ in its rounding.

    Extremes of all rows so far and earlier values are `hoisted`; besides them a row depends on `back` rows. A verdict
    that `is_nullable` may be unknown. `is_number`: no difference of the sides of a measure is NaN. `shows` names the
    fields that are finite where that difference is; of the field that it `orders` every value lies between the first
    and the last.
    """
    if each.form != "always" or each.when is not None or each.groups:
        return None
    if not all(_is_the_same_in_pieces(node) for node in walk(each.expr.root)):
        return None
    hoisted: dict[str, dict[str, Any]] = {}
    root = _hoist(plain(each.expr.root), hoisted)
    sides = [(part, _hoist(part.large, hoisted), _hoist(part.small, hoisted)) for part in parts]
    return {
        "expr": text_of(root),
        "orders": ordered(plain(each.expr.root)),
        "measures": [[part.kind, text_of(a), _other(part, b), list(part.tolerances)] for part, a, b in sides],
        "is_nullable": root.nullable,
        "is_number": all(_is_number(part) for part in parts),
        "shows": sorted(_shown(parts[0].large) | _shown(parts[0].small)) if _is_known(parts) else [],
        "hoisted": [{name: spec.get(name) for name in _SPEC} for spec in hoisted.values()],
        "back": rows_back(root),
    }


_SPEC = ("name", "op", "arg", "column", "rows")


def _hoist(node: Typed, hoisted: dict[str, dict[str, Any]]) -> Typed:
    return hoist_earlier(hoist(node, (), hoisted), hoisted)


def _is_the_same_in_pieces(node: Typed) -> bool:
    if node.op in _EXTREMES:
        (arg,) = node.args
        looks_back = any(below.op in CUMULATED | BOUNDED for below in walk(arg))
        return arg.special < NAN and not looks_back
    return node.op == "prev" or node.op not in CUMULATED | BOUNDED


def _other(part: Measure, small: Typed) -> str | None:
    """The side that is taken from the other; None for zero, which leaves it as it is."""
    is_zero = part.kind == "distance" and small.op == "literal" and small.value == 0
    return None if is_zero else text_of(small)


def _is_number(part: Measure) -> bool:
    specials = part.large.special, part.small.special
    return max(specials) < NAN and min(specials) == FINITE


def _is_known(parts: tuple[Measure, ...]) -> bool:
    """Whether there is one difference, on every row."""
    return len(parts) == 1 and not parts[0].large.nullable and not parts[0].small.nullable


def _shown(node: Typed) -> frozenset[str]:
    """The fields without which a sum or a difference cannot be finite."""
    if node.op == "column":
        return frozenset([node.value])
    if node.op in ("add", "neg", "sub") and node.type.kind == "float64":
        return frozenset[str]().union(*map(_shown, node.args))
    return frozenset()
