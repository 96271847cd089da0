"""What can be said of an expression without any data: comparisons that are decided, nulls that never come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import localcontext

from peakguard.diagnostics import codes
from peakguard.expression.fault import Fault, fault
from peakguard.expression.interval import EVERYTHING, EXACT, Bounds, Interval, above, below
from peakguard.expression.scope import Scope
from peakguard.expression.typed import FINITE, NAN, Typed

_NUMBERS = frozenset({"int64", "float64", "decimal"})
_NEGATED = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
_MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq"}


def conclude(root: Typed, scope: Scope) -> tuple[bool | None, list[Fault]]:
    """What the whole is wherever it is known (None: it depends), and a finding for each part that is decided."""
    walker = _Walker(scope)
    with localcontext(EXACT):
        return walker.visit(root), walker.faults


class _Walker:
    """`visit` gives True or False for a verdict that is never the other, whatever the data; else None."""

    def __init__(self, scope: Scope) -> None:
        self.faults: list[Fault] = []
        self._bounds = Bounds(scope)

    def visit(self, node: Typed) -> bool | None:
        if node.op == "literal":
            return node.value if isinstance(node.value, bool) else None
        if node.op in ("and", "or"):
            return self._chain(node)
        if node.op == "if":
            return self._choice(node)
        if node.op.startswith("each_"):
            return self._each(node)
        with self._bounds.elsewhere(node):
            inside = [self.visit(arg) for arg in node.args]
        if node.op == "not":
            return None if inside[0] is None else not inside[0]
        decide = _DECIDERS.get(node.op)
        decided = decide(self._bounds, node) if decide is not None else None
        if decided is not None:
            self._report(node, decided=decided)
        elif node.op == "coalesce":
            self._unused(node)
        return decided

    def _report(self, node: Typed, *, decided: bool) -> None:
        start = min(each.start for each in (node, *node.args))
        end = max(each.end for each in (node, *node.args))
        if node.op == "is_null" and not decided:
            self.faults.append(fault(codes.NEVER_NULL, start, end))
            return
        code = codes.ALWAYS_TRUE if decided else codes.ALWAYS_FALSE
        made = fault(code, start, end, bounds=self._reason(node))
        if made not in self.faults:
            # `between` is two comparisons.
            self.faults.append(made)

    def _reason(self, node: Typed) -> str:
        """The bounds of the first side that is no literal, in words; empty where bounds say nothing."""
        from peakguard.diagnostics.wording import between

        if len(node.args) == 2 and repr(node.args[0]) == repr(node.args[1]):
            return ""
        for arg in node.args:
            if arg.op != "literal" and arg.type.kind in _NUMBERS:
                low, high = self._bounds.of(arg)
                if low <= high:
                    return between(low, high)
        return ""

    def _unused(self, node: Typed) -> None:
        """An alternative to what is never null."""
        certain = next((arg for arg in node.args[:-1] if not arg.nullable), None)
        if certain is not None:
            self.faults.append(fault(codes.NEVER_NULL, certain.start, certain.end))

    def _chain(self, node: Typed) -> bool | None:
        """Each operand stands where those before it are true, in an `or` false."""
        dominant = node.op == "or"
        outer, found = dict(self._bounds.known), []
        for arg in node.args:
            found.append(self.visit(arg))
            self._assume(arg, holds=not dominant)
        self._bounds.known = outer
        if dominant in found:
            return dominant
        return not dominant if all(each is (not dominant) for each in found) else None

    def _choice(self, node: Typed) -> bool | None:
        condition, then, other = node.args
        self.visit(condition)
        found = []
        for branch, holds in ((then, True), (other, False)):
            with self._assuming(condition, holds=holds):
                found.append(self.visit(branch))
        return found[0] if found[0] is found[1] else None

    def _each(self, node: Typed) -> bool | None:
        source, element, *conditions = node.args
        self.visit(source)
        self._bounds.bind(node.value, source.type.element[0])
        outer = dict(self._bounds.known)
        for condition in conditions:
            self.visit(condition)
            self._assume(condition, holds=True)
        decided = self.visit(element)
        self._bounds.known = outer
        return decided if (node.op, decided) in (("each_all", True), ("each_any", False)) else None

    @contextmanager
    def _assuming(self, condition: Typed, *, holds: bool) -> Iterator[None]:
        outer = dict(self._bounds.known)
        self._assume(condition, holds=holds)
        yield
        self._bounds.known = outer

    def _assume(self, node: Typed, *, holds: bool) -> None:
        """Narrow what is known to where a verdict is true, or is false."""
        if node.op == "not":
            self._assume(node.args[0], holds=not holds)
        elif node.op == ("and" if holds else "or"):
            for arg in node.args:
                self._assume(arg, holds=holds)
        elif node.op in _NEGATED and node.args[0].type.kind in _NUMBERS:
            left, right = node.args
            if holds:
                op = node.op
            elif self._bounds.may_be_nan(left) or self._bounds.may_be_nan(right):
                # It may be false because of NaN, and that says nothing of the side that is a number.
                return
            else:
                op = _NEGATED[node.op]
            self._narrow(op, left, right)
            self._narrow(_MIRRORED.get(op, op), right, left)

    def _narrow(self, op: str, node: Typed, other: Typed) -> None:
        low, high = self._bounds.of(other)
        allowed = {
            "lt": Interval(EVERYTHING.low, below(high, node.type)),
            "le": Interval(EVERYTHING.low, high),
            "gt": Interval(above(low, node.type), EVERYTHING.high),
            "ge": Interval(low, EVERYTHING.high),
            "eq": Interval(low, high),
        }.get(op)
        if node.op != "literal" and allowed is not None:
            key = repr(node)
            self._bounds.known[key] = self._bounds.known.get(key, EVERYTHING).meet(allowed)


def _compared(bounds: Bounds, node: Typed) -> bool | None:
    left, right = node.args
    may_be_nan = bounds.may_be_nan(left) or bounds.may_be_nan(right)
    decided = _alike(node) if repr(left) == repr(right) else _apart(bounds, node)
    # A comparison with NaN is false but for `!=`, so only one of the two conclusions stands where NaN may come.
    return None if may_be_nan and decided is (node.op != "ne") else decided


def _alike(node: Typed) -> bool:
    return node.op in ("eq", "ge", "le")


def _apart(bounds: Bounds, node: Typed) -> bool | None:
    left, right = node.args
    if left.type.kind not in _NUMBERS:
        return None
    a, b = bounds.of(left), bounds.of(right)
    if a.low > a.high or b.low > b.high:
        return None
    if node.op in ("eq", "ne"):
        if a.low > b.high or a.high < b.low:
            return node.op == "ne"
        return node.op == "eq" if a.low == a.high == b.low == b.high else None
    if node.op in ("gt", "ge"):
        a, b = b, a
    if node.op in ("lt", "gt"):
        return True if a.high < b.low else False if a.low >= b.high else None
    return True if a.high <= b.low else False if a.low > b.high else None


def _member(bounds: Bounds, node: Typed) -> bool | None:
    (item,) = node.args
    if item.type.kind not in _NUMBERS:
        return None
    low, high = bounds.of(item)
    return None if any(low <= each <= high for each in node.value) else False


def _finite(bounds: Bounds, node: Typed) -> bool | None:
    special = node.args[0].special
    if node.op == "is_nan":
        return False if special < NAN else None
    return True if special == FINITE else None


def _missing(bounds: Bounds, node: Typed) -> bool | None:
    return None if node.args[0].nullable else False


_DECIDERS: dict[str, Callable[[Bounds, Typed], bool | None]] = {
    **dict.fromkeys(_NEGATED, _compared),
    **dict.fromkeys(["is_finite", "is_nan"], _finite),
    "in": _member,
    "is_null": _missing,
}
