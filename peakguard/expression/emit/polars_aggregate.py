"""Operations on all rows in Polars. Nulls are left out by Polars too; NaN is not left out by us."""

from __future__ import annotations

from peakguard.expression.emit import polars_text as text
from peakguard.expression.emit.polars import Emitter, Writer
from peakguard.expression.typed import NAN, Typed


def _count(emitter: Emitter, node: Typed) -> str:
    if not node.args:
        return "pl.len().cast(pl.Int64)"
    return f"{emitter.expression(node.args[0])}.sum().cast(pl.Int64)"


def _sum(emitter: Emitter, node: Typed) -> str:
    x = emitter.expression(node.args[0])
    if node.type.kind == "int64":
        return f"{x}.cast(pl.Int128).sum().cast(pl.Int64, strict=False)"
    return f"{x}.sum()"


def _method(form: str) -> Writer:
    return lambda emitter, node: f"{emitter.expression(node.args[0])}.{form}"


def _ranked(form: str) -> Writer:
    """Polars ranks NaN as the largest number; here one NaN makes the result NaN."""

    def ranked(emitter: Emitter, node: Typed) -> str:
        (arg,) = node.args
        x = emitter.expression(arg)
        plain = f"{x}.{form.format(node.value)}"
        if arg.special < NAN:
            return plain
        return f"pl.when({x}.is_nan().any()).then({text.NAN}).otherwise({plain})"

    return ranked


AGGREGATE: dict[str, Writer] = {
    "count": _count,
    "max_of": _ranked("max()"),
    "mean": _method("mean()"),
    "median": _ranked("median()"),
    "min_of": _ranked("min()"),
    "n_unique": _method("drop_nulls().n_unique().cast(pl.Int64)"),
    "quantile": _ranked('quantile({}, "linear")'),
    "share": _method("mean()"),
    "std": _method("std()"),
    "sum": _sum,
}
