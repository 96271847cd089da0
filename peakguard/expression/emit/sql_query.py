"""The query around an expression: its steps as common table expressions, its groups, its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from peakguard.expression.emit.sql import GROUP, Emitter

RESULT = "value"
"""The last column of the result."""


def query(emitter: Emitter, relation: str, root: exp.Expr) -> exp.Select:
    """SELECT root AS value FROM relation, after the steps that root needs."""
    carried, source = list(emitter.used), relation
    steps: list[tuple[str, exp.Select]] = []
    for index, step in enumerate(sorted(emitter.steps), 1):
        added = emitter.steps[step]
        if step == GROUP:
            made = _grouped(emitter.within, added, source)
            carried = list(emitter.within)
        else:
            made = _selected(carried, added, source)
        carried += added
        source = f"step_{index}" + "_" * (relation.casefold() == f"step_{index}")
        steps.append((source, made))
    final = _final(emitter, root, source)
    for name, made in steps:
        final = final.with_(exp.to_identifier(name), as_=made, copy=False)
    return final


def _final(emitter: Emitter, root: exp.Expr, source: str) -> exp.Select:
    result = {RESULT: root}
    if not emitter.dataset:
        made = _selected([], result, source)
        keys = [exp.Ordered(this=_column(name, source)) for name in emitter.order]
        return made.order_by(*keys, copy=False) if keys else made
    if emitter.is_split:
        return _selected(emitter.within, result, source)
    if not emitter.within and not root.find(exp.AggFunc):
        return exp.select(exp.alias_(root, RESULT))
    return _grouped(emitter.within, result, source)


def _selected(carried: Sequence[str], added: Mapping[str, exp.Expr], source: str) -> exp.Select:
    columns = [exp.column(exp.to_identifier(name)) for name in carried]
    named = [exp.alias_(written, name) for name, written in added.items()]
    return exp.select(*columns, *named, copy=False).from_(exp.Table(this=exp.to_identifier(source)), copy=False)


def _grouped(within: Sequence[str], added: Mapping[str, exp.Expr], source: str) -> exp.Select:
    made = _selected(within, added, source)
    return made.group_by(*(_column(name, source) for name in within), copy=False) if within else made


def _column(name: str, source: str) -> exp.Column:
    """A column of the source, also where the result has its name."""
    return exp.column(name, table=source if name.casefold() == RESULT else None)
