"""Operations on rows in order in Polars. The rows come in order; groups are opened by the caller."""

from __future__ import annotations

from peakguard.expression.emit import polars_text as text
from peakguard.expression.emit.polars import Emitter, Writer
from peakguard.expression.typed import NAN, Typed

_POSITION = "pl.int_range(pl.len(), dtype=pl.Int64)"


def _prev(emitter: Emitter, node: Typed) -> str:
    return f"{emitter.expression(node.args[0])}.shift({node.value})"


def _rolling(emitter: Emitter, node: Typed) -> str:
    x = emitter.expression(node.args[0])
    if node.op == "rolling_sum" and node.type.kind == "int64":
        return f"{x}.cast(pl.Int128).rolling_sum({node.value}).cast(pl.Int64, strict=False)"
    return f"{x}.{node.op}({node.value})"


def _sum(emitter: Emitter, node: Typed) -> str:
    x = emitter.expression(node.args[0])
    if node.type.kind == "int64":
        return f"{x}.cast(pl.Int128).cum_sum().cast(pl.Int64, strict=False)"
    return f"{x}.cum_sum()"


def _extreme(emitter: Emitter, node: Typed) -> str:
    """Polars skips NaN; here it stays once it has come."""
    (arg,) = node.args
    x = emitter.expression(arg)
    if arg.special < NAN:
        return f"{x}.{node.op}()"
    return f"pl.when({x}.is_nan().cum_max()).then({text.NAN}).otherwise({x}.{node.op}())"


def _since(emitter: Emitter, node: Typed) -> str:
    event = emitter.expression(node.args[0])
    return f"({_POSITION} - pl.when({event}).then({_POSITION}).forward_fill())"


def _first(emitter: Emitter, node: Typed) -> str:
    # Bare `first()` is one value where a column is due.
    return f"pl.when({_POSITION} >= 0).then({emitter.expression(node.args[0])}.first())"


ORDERED: dict[str, Writer] = {
    **dict.fromkeys(("rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum"), _rolling),
    "cum_max": _extreme,
    "cum_min": _extreme,
    "cum_sum": _sum,
    "first": _first,
    "prev": _prev,
    "since": _since,
}
