"""Operations on all rows in SQL. Nulls are left out by SQL too; NaN is not left out by us."""

from __future__ import annotations

import math

from sqlglot import exp

from peakguard.expression.emit import sql_text as text
from peakguard.expression.emit.sql import Emitter, Writer
from peakguard.expression.typed import FINITE, NAN, Typed


def _count(emitter: Emitter, node: Typed) -> exp.Expr:
    counted = exp.Count(this=exp.Star(), big_int=True)
    if not node.args:
        return emitter.over_group(counted)
    condition = exp.Where(this=emitter.argument(node).copy())
    return emitter.over_group(exp.Filter(this=counted, expression=condition))


def _sum(emitter: Emitter, node: Typed) -> exp.Expr:
    total = emitter.over_group(exp.Sum(this=emitter.argument(node).copy()))
    if node.type.kind == "int64":
        return text.narrow(text.call("COALESCE", total, exp.Literal.number(0)))
    return text.call("COALESCE", total, text.number(0.0))


def _share(emitter: Emitter, node: Typed) -> exp.Expr:
    return emitter.over_group(exp.Avg(this=text.cast(emitter.argument(node), "INTEGER")))


def _plain(function: type[exp.AggFunc]) -> Writer:
    return lambda emitter, node: emitter.over_group(function(this=emitter.argument(node).copy()))


def _least(emitter: Emitter, node: Typed) -> exp.Expr:
    """NaN is the largest number to DuckDB, so it wins a maximum only."""
    x = emitter.argument(node)
    if node.args[0].special < NAN:
        return emitter.over_group(exp.Min(this=x))
    return exp.Neg(this=emitter.over_group(exp.Max(this=exp.Neg(this=text.closed(x)))))


def _distinct(emitter: Emitter, node: Typed) -> exp.Expr:
    distinct = exp.Distinct(expressions=[emitter.argument(node).copy()])
    return emitter.over_group(exp.Count(this=distinct, big_int=True))


def _quantile(emitter: Emitter, node: Typed) -> exp.Expr:
    """The value at a share of the way through the sorted values, between two of them on a straight line."""
    (arg,) = node.args
    may_fall = arg.special > FINITE and arg.op != "abs"
    x = emitter.argument(node)
    if may_fall or arg.special == NAN:
        x = emitter.repeatable(x)
    share = text.number(0.5 if node.op == "median" else float(node.value))
    found = emitter.over_group(exp.PercentileCont(this=x.copy(), expression=share))
    branches = []
    if arg.special == NAN:
        branches.append((emitter.over_group(exp.LogicalOr(this=text.is_nan(x))), text.NAN))
    if may_fall:
        branches.append((_leaves_infinity(emitter, x, share, found), text.NAN))
    return text.case(*branches, otherwise=found) if branches else found


def _leaves_infinity(emitter: Emitter, x: exp.Expr, share: exp.Expr, found: exp.Expr) -> exp.Expr:
    """Whether the line starts at the last -inf, so that it has no slope; DuckDB stays at -inf."""
    infinite = text.number(-math.inf)
    last = exp.Where(this=text.binary(exp.EQ, x, infinite))
    counts = [
        emitter.over_group(exp.Count(this=x.copy(), big_int=True)),
        emitter.over_group(exp.Filter(this=exp.Count(this=exp.Star(), big_int=True), expression=last)),
    ]
    one = exp.Literal.number(1)
    end, position = (text.binary(exp.Sub, count, one) for count in reversed(counts))
    passed = text.binary(exp.GT, text.binary(exp.Mul, share, position), end)
    return text.all_of([text.binary(exp.EQ, found, infinite), passed])


AGGREGATE: dict[str, Writer] = {
    "count": _count,
    "max_of": _plain(exp.Max),
    "mean": _plain(exp.Avg),
    "median": _quantile,
    "min_of": _least,
    "n_unique": _distinct,
    "quantile": _quantile,
    "share": _share,
    "std": _plain(exp.StddevSamp),
    "sum": _sum,
}
