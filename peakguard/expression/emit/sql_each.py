"""Fields and generators in SQL: lambdas over the list. A null that is left out by LIST_SUM is looked for first."""

from __future__ import annotations

from sqlglot import exp

from peakguard.expression.emit import sql_text as text
from peakguard.expression.emit.sql import Emitter, Writer
from peakguard.expression.emit.sql_time import counted
from peakguard.expression.typed import NAN, Typed
from peakguard.expression.types import Type


def _field(emitter: Emitter, node: Typed) -> exp.Expr:
    record = emitter.stored(node.args[0])
    return _read(exp.Dot(this=text.closed(record), expression=exp.to_identifier(node.value)), node.type)


def _item(emitter: Emitter, node: Typed) -> exp.Expr:
    return _read(emitter.stored(node), node.type)


def _read(stored: exp.Expr, type: Type) -> exp.Expr:
    """A value as it is stored inside a list or record, in the form that expressions have."""
    if type.kind == "enum":
        return text.cast(stored, "VARCHAR")
    return counted(stored, type) if type.kind == "datetime" else stored


def _each(emitter: Emitter, node: Typed) -> exp.Expr:
    source, element, *conditions = node.args
    items = emitter.stored(source)
    with emitter.looping(node.value) as variable:
        value = emitter.expression(element)
        keep = emitter.expression(conditions[0]) if conditions else None
    if node.op in ("each_all", "each_any"):
        return _kleene(node, _list(items, variable, _tested(node.op, value, keep)))
    kept = items if keep is None else text.call("LIST_FILTER", items, _lambda(variable, keep))
    total = _TOTALS[node.op](node, _list(kept, variable, value))
    unknown = [text.is_null(value)] if element.nullable else []
    if keep is not None:
        unknown = [text.all_of([keep, each]) for each in unknown]
        unknown += [text.is_null(keep)] if conditions[0].nullable else []
    if unknown:
        missing = text.call("LIST_BOOL_OR", _list(items, variable, text.all_of(unknown, exp.Or)))
        return text.case(
            (text.all_of([missing, text.is_known(items)]), exp.null()), otherwise=_present(items, total, source)
        )
    return _present(items, total, source)


def _present(items: exp.Expr, total: exp.Expr, source: Typed) -> exp.Expr:
    """The total of a list that is there; of one that is null COALESCE would make a zero."""
    if not source.nullable or not total.find(exp.Coalesce):
        return total
    return text.case((text.is_known(items), total))


def _lambda(variable: str, body: exp.Expr) -> exp.Expr:
    return exp.Lambda(this=body.copy(), expressions=[exp.to_identifier(variable)])


def _list(items: exp.Expr, variable: str, value: exp.Expr) -> exp.Expr:
    return text.call("LIST_TRANSFORM", items, _lambda(variable, value))


def _tested(op: str, value: exp.Expr, keep: exp.Expr | None) -> exp.Expr:
    if keep is None:
        return value
    return text.all_of([text.negated(keep), value], exp.Or) if op == "each_all" else text.all_of([keep, value])


def _kleene(node: Typed, verdicts: exp.Expr) -> exp.Expr:
    """One verdict that decides, else null if one is unknown, else what holds of an empty list."""
    decides, empty = (exp.false(), exp.true()) if node.op == "each_all" else (exp.true(), exp.false())
    source, *parts = node.args
    branches = [(text.call("LIST_CONTAINS", verdicts, decides), decides)]
    if any(part.nullable for part in parts) or source.nullable:
        known = text.binary(exp.EQ, text.call("LIST_COUNT", verdicts), text.call("LEN", verdicts))
        return text.case(*branches, (known, empty))
    return text.case(*branches, otherwise=empty)


def _sum(node: Typed, values: exp.Expr) -> exp.Expr:
    total = text.call("LIST_SUM", values)
    if node.type.kind == "int64":
        return text.narrow(exp.Coalesce(this=total, expressions=[exp.Literal.number(0)]))
    return exp.Coalesce(this=total, expressions=[text.number(0.0)])


def _count(node: Typed, values: exp.Expr) -> exp.Expr:
    if node.args[1].type.kind != "bool":
        return text.call("LEN", values)
    true = exp.Lambda(this=exp.to_identifier("verdict"), expressions=[exp.to_identifier("verdict")])
    return text.call("LEN", text.call("LIST_FILTER", values, true))


def _least(node: Typed, values: exp.Expr) -> exp.Expr:
    """NaN is the largest number to DuckDB, so it wins a maximum only."""
    least = text.call("LIST_MIN", values)
    if node.args[1].special < NAN:
        return least
    return text.case((text.call("ISNAN", text.call("LIST_MAX", values)), text.NAN), otherwise=least)


_TOTALS = {
    "each_count": _count,
    "each_max": lambda node, values: text.call("LIST_MAX", values),
    "each_mean": lambda node, values: text.call("LIST_AVG", values),
    "each_min": _least,
    "each_sum": _sum,
}

EACH: dict[str, Writer] = {
    **dict.fromkeys([*_TOTALS, "each_all", "each_any"], _each),
    "field": _field,
    "item": _item,
}
