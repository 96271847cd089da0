"""What the demands of a contract mean for the rows of a case, on every back end that expressions have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, NamedTuple

from peakguard.api.backend_runs import Table, unused
from peakguard.api.evaluate import TABLE
from peakguard.api.rows import Rows
from peakguard.expression.backends import texts
from peakguard.expression.typed import TypedExpression
from peakguard.kinds.contract.demands import Demand, demands
from peakguard.kinds.contract.forms import forms_of, typed_of
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.scope import scope_of


class Ready(NamedTuple):
    """A demand, typed for rows that may break every promise, and its texts by back end."""

    demand: Demand
    typed: TypedExpression
    texts: Mapping[str, str | None]


class Meaning(NamedTuple):
    """The verdicts on the rows, or on the groups, by the reference; `differing` says which back end has others."""

    demand: Demand
    verdicts: Sequence[bool | None]
    differing: Mapping[str, Sequence[int]]


def has_sql() -> bool:
    """Whether the extra for SQL is installed."""
    return find_spec("duckdb") is not None and find_spec("sqlglot") is not None


def ready(spec: Contract) -> list[Ready]:
    """The demands of a contract that are not off. SQL is among their texts where DuckDB is installed."""
    position = unused("row_number", list(spec.columns))
    wanted = ["python", *(["sql"] if has_sql() else [])]
    found = []
    for demand in demands(spec):
        if demand.rule.mode == "off":
            continue
        wary = scope_of(spec, is_dataset=demand.is_dataset, trusts=False)
        text = forms_of(demand, scope_of(spec, is_dataset=demand.is_dataset))["guarded"]
        if demand.rule.when is not None:
            text = f"not ({demand.rule.when}) or ({text})"
        typed = typed_of(text, wary)
        within = tuple(demand.rule.within)
        how: Any = {"is_dataset": demand.is_dataset, "within": within, "order": [position], "wanted": wanted}
        found.append(Ready(demand, typed, texts(typed, relation=TABLE, **how)))
    return found


def meanings(demands: Sequence[Ready], rows: Rows, database: Any) -> Iterator[Meaning]:
    """The meaning of every demand whose columns are there; `database` is None where there is no SQL."""
    from peakguard.engines.polars.from_rows import frame_of
    from peakguard.expression.type_form import plain

    frame = frame_of(rows.values, {name: plain(column.type) for name, column in rows.columns.items()})
    position = unused("row_number", list(rows.columns))
    table = None
    if database is not None and _has_sql_names(rows):
        from peakguard.engines.duckdb.run import table_of

        table = table_of(database, frame, position)
    runs: list[tuple[Ready, Table]] = []
    for each in demands:
        within = tuple(each.demand.rule.within)
        if not all(name in rows.columns for name in (*each.typed.names, *within)):
            continue
        run = Table(each.typed, rows.values, frame, within, each.demand.is_dataset, position)
        runs.append((each, run))
    of_rows = [each.texts["sql"] or "" for each, run in runs if _in_sql(each, table) and not run.is_dataset]
    answers = iter(table.ask_rows(of_rows) if table is not None else [])
    for each, run in runs:
        found = None
        if _in_sql(each, table):
            query = each.texts["sql"]
            found = table.ask(query, run.within, is_whole=True) if run.is_dataset else next(answers)
        yield _meaning(each, run, found)


def _has_sql_names(rows: Rows) -> bool:
    """Columns whose names differ in case only are one to SQL."""
    return len({name.casefold() for name in rows.columns}) == len(rows.columns)


def _in_sql(each: Ready, table: Any) -> bool:
    return table is not None and each.texts.get("sql") is not None


def _meaning(each: Ready, run: Table, in_sql: Sequence[Any] | None) -> Meaning:
    verdicts = run.by_reference()
    others: dict[str, Sequence[Any] | None] = {"sql": in_sql}
    python = each.texts.get("python")
    if python is not None:
        others["python"] = run.in_python(python)
    differing = {
        name: [place for place, (mine, theirs) in enumerate(zip(verdicts, found, strict=True)) if mine is not theirs]
        for name, found in others.items()
        if found is not None
    }
    return Meaning(each.demand, verdicts, differing)
