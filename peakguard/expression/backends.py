"""One expression in every back end's own text: what `peakguard show` prints and `peakguard eval` runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peakguard.expression.typed import TypedExpression

BACKENDS = ("python", "polars", "sql")


def texts(
    typed: TypedExpression,
    *,
    relation: str,
    is_dataset: bool = False,
    within: Sequence[str] = (),
    order: Sequence[str] = (),
    wanted: Sequence[str] = BACKENDS,
) -> Mapping[str, str | None]:
    """By back end, the text that runs; None where there is none, as for a dataset rule over a single row.

    `relation` names the table in SQL. Ordered functions stay `within` groups of these columns and follow `order`.
    """
    from peakguard.expression import emit_polars, emit_sql

    found: dict[str, str | None] = {}
    for name in wanted:
        if name == "python":
            found[name] = None if is_dataset else _scalar(typed)
        elif name == "polars":
            found[name] = emit_polars(typed, {}, () if is_dataset else within)
        else:
            found[name] = emit_sql(typed, relation, within=within, order=order, dataset=is_dataset)
    return found


def _scalar(typed: TypedExpression) -> str | None:
    from peakguard.expression import emit_scalar
    from peakguard.expression.emit.scalar_writer import NoScalarForm

    try:
        return emit_scalar(typed)
    except NoScalarForm:
        return None  # it asks how a row stands among all rows
