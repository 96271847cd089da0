"""Functions of one row in Polars."""

from __future__ import annotations

from peakguard.expression.emit import polars_text as text
from peakguard.expression.emit.polars import Emitter, Writer
from peakguard.expression.limits import END_OF_ZONES
from peakguard.expression.patterns import anchored
from peakguard.expression.typed import NAN, Typed

_LOWER = ", ".join(f'"{each}"' for each in "abcdefghijklmnopqrstuvwxyz")
_UPPER = _LOWER.upper()


def _extreme(emitter: Emitter, node: Typed) -> str:
    """Polars skips nulls and NaN; here null, then NaN, wins over everything."""
    written = [emitter.expression(arg) for arg in node.args]
    plain = f"pl.{node.op}_horizontal({', '.join(written)})"
    pairs = list(zip(node.args, written, strict=True))
    nulls = [f"{each}.is_null()" for arg, each in pairs if arg.nullable]
    nans = [f"{each}.is_nan()" for arg, each in pairs if arg.special == NAN]
    cases = ""
    if nulls:
        cases += f".when({' | '.join(nulls)}).then(pl.lit(None, {text.data_type(node.type)}))"
    if nans:
        cases += f".when({' | '.join(nans)}).then({text.NAN})"
    return f"pl{cases}.otherwise({plain})" if cases else plain


def _calendar(emitter: Emitter, node: Typed) -> str:
    (x,) = node.args
    written = emitter.expression(x)
    if x.type.zone not in ("", "UTC"):
        end = END_OF_ZONES * {"ms": 10**3, "us": 10**6, "ns": 10**9}[x.type.unit]
        written = f"pl.when({written}.cast(pl.Int64) < {end}).then({written})"
    if x.type.unit != "ns":
        # Beyond these years Polars gives numbers for some fields, null for others, and panics for the rest.
        written = f"pl.when({written}.dt.year().is_between(1, 9999)).then({written})"
    return f"{written}.dt.{node.op}()" + ("" if node.op == "date" else ".cast(pl.Int64)")


def _method(form: str) -> Writer:
    return lambda emitter, node: f"{emitter.expression(node.args[0])}.{form}"


def _length(emitter: Emitter, node: Typed) -> str:
    (x,) = node.args
    counted = "bin.size()" if x.type.kind == "binary" else "str.len_chars()"
    return f"{emitter.expression(x)}.{counted}.cast(pl.Int64)"


def _string_test(method: str, options: str = "") -> Writer:
    def test(emitter: Emitter, node: Typed) -> str:
        x, part = node.args
        return f"{emitter.expression(x)}.str.{method}({emitter.operand(part)}{options})"

    return test


def _matches(emitter: Emitter, node: Typed) -> str:
    return f"{emitter.expression(node.args[0])}.str.contains({text.quote(anchored(node.value))})"


def _coalesce(emitter: Emitter, node: Typed) -> str:
    return f"pl.coalesce({', '.join(emitter.expression(arg) for arg in node.args)})"


def _is_finite(emitter: Emitter, node: Typed) -> str:
    """Two comparisons take half the time of the method; to Polars NaN is larger than infinity."""
    (x,) = node.args
    written = emitter.expression(x)
    return f"(({written} > -1e999) & ({written} < 1e999))" if x.op == "column" else f"{written}.is_finite()"


FUNCTION: dict[str, Writer] = {
    **dict.fromkeys(("date", "day", "hour", "month", "weekday", "year"), _calendar),
    "ceil": _method("ceil().cast(pl.Int64, strict=False)"),
    "coalesce": _coalesce,
    "contains": _string_test("contains", ", literal=True"),
    "ends_with": _string_test("ends_with"),
    "exp": _method("exp()"),
    "floor": _method("floor().cast(pl.Int64, strict=False)"),
    "is_finite": _is_finite,
    "is_nan": _method("is_nan()"),
    "len": _length,
    "log": _method("log()"),
    "lower": _method(f"str.replace_many([{_UPPER}], [{_LOWER}])"),
    "matches": _matches,
    "max": _extreme,
    "min": _extreme,
    "round": _method('round(mode="half_to_even").cast(pl.Int64, strict=False)'),
    "sign": _method("sign()"),
    "sqrt": _method("sqrt()"),
    "starts_with": _string_test("starts_with"),
    "upper": _method(f"str.replace_many([{_LOWER}], [{_UPPER}])"),
}
