"""Records and lists: fields, and `sum(element for item in list if condition)` with its six siblings.

A null among what is summed, counted or compared makes the result null, as a null operand of `+` does; `any`
and `all` are Kleene's `or` and `and` over the elements. So nothing is left out of a total in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from peakguard.diagnostics import codes
from peakguard.expression import build, ir
from peakguard.expression.fault import fault
from peakguard.expression.typed import FINITE, INFINITE, NAN, Typed
from peakguard.expression.types import BOOL, FLOAT64, INT64

if TYPE_CHECKING:
    from peakguard.expression.check import Checker

_WANTED = {
    "all": ("a bool", frozenset({"bool"})),
    "any": ("a bool", frozenset({"bool"})),
    "max": ("a number or time", frozenset({"int64", "float64", "decimal", "date", "datetime", "duration"})),
    "mean": ("an int64 or float64", frozenset({"int64", "float64"})),
    "min": ("a number or time", frozenset({"int64", "float64", "decimal", "date", "datetime", "duration"})),
    "sum": ("an int64 or float64", frozenset({"int64", "float64"})),
}


def field(checker: Checker, node: ir.Field) -> Typed | None:
    """`record.field`."""
    record = checker.visit(node.record)
    if record is None:
        return None
    if record.type.kind != "record":
        at = record.start, record.end
        checker.faults.append(fault(codes.NOT_A_RECORD, *at, field=node.name, found=str(record.type)))
        return None
    declared = record.type.field(node.name)
    if declared is None:
        from peakguard.diagnostics.wording import did_you_mean

        known = [name for name, _ in record.type.fields]
        data = {"name": node.name, "known": ", ".join(known), "suggestion": did_you_mean(node.name, known)}
        checker.faults.append(fault(codes.UNKNOWN_FIELD, node.name_start, node.end, **data))
        return None
    made = build.column(node.name, declared, node.start, node.end)
    made.op, made.args = "field", (record,)
    made.nullable = made.nullable or record.nullable
    made.unknown = made.unknown or record.unknown
    made.weight += record.weight
    return made


def each(checker: Checker, node: ir.Each) -> Typed | None:
    """A generator inside one of its functions."""
    source = checker.visit(node.source)
    variable = node.variable
    if variable.name in checker.scope.columns:
        checker.add(codes.VARIABLE_TAKEN, variable, name=variable.name)
        return None
    if source is None:
        return None
    if source.type.kind != "list":
        checker.add(codes.NOT_A_LIST, node.source, found=str(source.type))
        return None
    (declared,) = source.type.element
    with checker.looping(variable.name, declared):
        element, condition = _inside(checker, node)
    if element is None or (node.condition is not None and condition is None):
        return None
    if not _fits(checker, node, element):
        return None
    parts = (element,) if condition is None else (element, condition)
    return _built(node, source, parts)


def _inside(checker: Checker, node: ir.Each) -> tuple[Typed | None, Typed | None]:
    """The condition first: what it says of nulls holds for the element."""
    condition = None if node.condition is None else checker.verdict(node.condition, "if")
    with checker.assuming(node.condition):
        element = checker.visit(node.element)
    return element, condition


def _fits(checker: Checker, node: ir.Each, element: Typed) -> bool:
    if node.function == "count":
        if element.type.kind not in ("list", "record"):
            return True
        expected = "a value"
    else:
        expected, kinds = _WANTED[node.function]
        if element.type.kind in kinds:
            return True
    data = {"function": node.function, "parameter": "element", "expected": expected, "found": str(element.type)}
    signature = f"{node.function}(element for item in list)"
    checker.add(codes.WRONG_ARGUMENT, node.element, **data, signature=signature)
    return False


def _built(node: ir.Each, source: Typed, parts: tuple[Typed, ...]) -> Typed:
    function, element = node.function, parts[0]
    if function == "mean":
        element = build.to_float(element)
    args = (source, element, *parts[1:])
    type = {"all": BOOL, "any": BOOL, "count": INT64, "mean": FLOAT64}.get(function, element.type)
    # Never folded: how many elements there are is known to the data alone.
    made = Typed(f"each_{function}", args, type, node.start, node.end, node.variable.name)
    made.nullable = any(arg.nullable for arg in args)
    made.unknown = any(arg.unknown for arg in args)
    made.weight = 1 + sum(arg.weight for arg in args) * 2
    if function in ("min", "max", "mean"):
        made.nullable = made.unknown = True
        made.low, made.high = element.low, element.high
    if function == "count":
        made.low, made.high = 0, 2**32
    if function == "sum" and type.kind == "int64":
        made.nullable = True
    if type.kind == "float64":
        made.special = element.special if function in ("min", "max") else INFINITE if element.special == FINITE else NAN
        made.computed = element.computed or function in ("sum", "mean")
    return made
