"""Values that are none of their type although their column is: nulls, NaN and infinities, unlisted words, far times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal

from peakguard.engines.polars.library import polars
from peakguard.engines.polars.moments import MOST_DAYS, are_known

if TYPE_CHECKING:
    import polars as pl


def is_odd(field: Mapping[str, Any], name: str) -> pl.Expr:
    """For each row whether the value of a field of a state is odd; never null."""
    return _odd(polars().col(name), field["form"], nullable=field["nullable"], finite=field["finite"])


def is_whole(field: Mapping[str, Any], values: pl.Series) -> bool:
    """Whether surely no value of a field is odd; a sum that grows too large leaves it open."""
    shown = proof(field)
    if shown == "odd":
        return not values.to_frame().select(is_odd(field, values.name).any()).item()
    if values.null_count() and not field["nullable"]:
        return False
    if shown == "ticks":
        ticks: Any = values.to_physical()
        return are_known(values.dtype, ticks.min(), ticks.max())
    return shown != "sum" or isfinite(values.sum())


def proof(field: Mapping[str, Any]) -> Literal["odd", "ticks", "sum", ""]:
    """What shows of a field without nulls that none of its values is odd, besides looking at each.

    That is the least and the greatest of the `ticks` of a time, or the `sum`, which is finite only where all that it
    adds is. It takes one pass that writes nothing.
    """
    form = field["form"]
    if not isinstance(form, str):
        return "odd"
    if _fits(form) is not None:
        return "ticks"
    return "sum" if form == "float64" and field["finite"] else ""


def _fits(form: str) -> Callable[[pl.Expr], pl.Expr] | None:
    """Whether Python has a value for a time, as a step has it; None where it has one for every value of the form."""
    if form == "date" or form.startswith("datetime"):
        return lambda values: values.dt.year().is_between(1, 9999)
    if form.startswith("duration[ms"):
        return lambda values: values.dt.total_days().is_between(-MOST_DAYS, MOST_DAYS)
    return None


def _odd(values: pl.Expr, form: Any, *, nullable: bool, finite: bool) -> pl.Expr:
    library = polars()
    inner = library.lit(value=False)
    if form == "float64" and finite:
        inner = ~values.is_finite()
    elif isinstance(form, Mapping):
        inner = _nested(values, form, finite=finite)
    elif (fits := _fits(form)) is not None:
        inner = values.is_not_null() & ~fits(values).fill_null(value=False)
    found: pl.Expr = inner.fill_null(value=False)
    return found if nullable else found | values.is_null()


def _nested(values: pl.Expr, form: Mapping[str, Any], *, finite: bool) -> pl.Expr:
    library = polars()
    if "enum" in form:
        unlisted: pl.Expr = ~values.cast(library.String()).is_in(form["enum"])
        return unlisted
    if "list" in form:
        odd: pl.Expr = values.list.eval(_column(library.element(), form["list"])).list.any()
        return odd
    if "record" in form:
        fields = [_column(values.struct.field(name), each) for name, each in form["record"].items()]
        any_field: pl.Expr = library.any_horizontal(fields)
        return any_field
    return _odd(values, form["type"], nullable=True, finite=form.get("finite", finite))


def _column(values: pl.Expr, form: Any) -> pl.Expr:
    if isinstance(form, str):
        return _odd(values, form, nullable=False, finite=True)
    inner = {key: each for key, each in form.items() if key not in ("nullable", "finite", "unit")}
    plain = inner["type"] if set(inner) == {"type"} else inner
    return _odd(values, plain, nullable=form.get("nullable", False), finite=form.get("finite", True))
