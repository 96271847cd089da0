"""Operations on rows in order in SQL: windows."""

from __future__ import annotations

from sqlglot import exp

from peakguard.expression.emit import sql_text as text
from peakguard.expression.emit.sql import Emitter, Writer
from peakguard.expression.typed import NAN, Typed

_AGGREGATES: dict[str, type[exp.AggFunc]] = {
    "max": exp.Max,
    "mean": exp.Avg,
    "min": exp.Min,
    "std": exp.StddevSamp,
    "sum": exp.Sum,
}
_ALL_SO_FAR = 0


def _prev(emitter: Emitter, node: Typed) -> exp.Expr:
    x = emitter.argument(node)
    offset = exp.Literal.number(node.value) if node.value != 1 else None
    return emitter.window(exp.Lag(this=x.copy(), offset=offset))


def _rolling(emitter: Emitter, node: Typed) -> exp.Expr:
    (arg,) = node.args
    x = emitter.repeatable(emitter.argument(node))
    rows: int = node.value
    full = emitter.window(exp.Count(this=x.copy()), rows)
    found = _aggregate(emitter, node.op.removeprefix("rolling_"), x, arg, rows)
    return text.case((text.binary(exp.EQ, full, exp.Literal.number(rows)), found))


def _cumulated(emitter: Emitter, node: Typed) -> exp.Expr:
    (arg,) = node.args
    x = emitter.repeatable(emitter.argument(node))
    found = _aggregate(emitter, node.op.removeprefix("cum_"), x, arg, _ALL_SO_FAR)
    return text.case((text.is_known(x), found)) if arg.nullable else found


def _aggregate(emitter: Emitter, name: str, x: exp.Expr, arg: Typed, rows: int) -> exp.Expr:
    if name == "min" and arg.special == NAN:
        # NaN is the largest number to DuckDB, so it wins a maximum only.
        return exp.Neg(this=emitter.window(exp.Max(this=exp.Neg(this=text.closed(x))), rows))
    found = emitter.window(_AGGREGATES[name](this=x.copy()), rows)
    return text.narrow(found) if name == "sum" and arg.type.kind == "int64" else found


def _since(emitter: Emitter, node: Typed) -> exp.Expr:
    event = emitter.argument(node)
    position = emitter.named(emitter.window(exp.RowNumber()))
    last = exp.Max(this=text.case((event, position)))
    return text.binary(exp.Sub, position, emitter.window(last, _ALL_SO_FAR))


def _first(emitter: Emitter, node: Typed) -> exp.Expr:
    return emitter.window(exp.FirstValue(this=emitter.argument(node).copy()))


ORDERED: dict[str, Writer] = {
    **dict.fromkeys(("rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum"), _rolling),
    **dict.fromkeys(("cum_max", "cum_min", "cum_sum"), _cumulated),
    "first": _first,
    "prev": _prev,
    "since": _since,
}
