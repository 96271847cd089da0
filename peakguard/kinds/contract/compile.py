"""What a contract becomes: a plan of plain data, with every demand as the text of a Polars expression."""

from __future__ import annotations

from typing import Any

from peakguard.expression import compile_text, emit_polars
from peakguard.kinds.contract.demands import Demand, demands
from peakguard.kinds.contract.model import Column, Contract
from peakguard.kinds.contract.scope import scope_of
from peakguard.kinds.contract.sequence import sequence_checks
from peakguard.language.document import Document
from peakguard.language.values import nanoseconds


def compile_document(document: Document[Contract]) -> dict[str, Any]:
    """The plan of a contract that `check` found no error in."""
    spec = document.spec
    return {
        "name": spec.name,
        "version": spec.version,
        "origin": document.file,
        "mode": spec.mode,
        "error": spec.error,
        "on_violation": spec.on_violation,
        "extra_columns": spec.extra_columns,
        "coerce": spec.coerce,
        "key": list(spec.key),
        "columns": [_column(name, column) for name, column in spec.columns.items()],
        "checks": [*sequence_checks(spec), *(_check(spec, demand) for demand in demands(spec))],
        "rows": [spec.rows.min, spec.rows.max] if spec.rows is not None else None,
        "freshness": [spec.freshness.column, nanoseconds(spec.freshness.max_age)] if spec.freshness else None,
        "references": {name: [foreign.contract, foreign.column] for name, foreign in spec.references.items()},
        "exempt": [[each.rule, each.key, each.until] for each in spec.exempt],
    }


def _column(name: str, column: Column) -> dict[str, Any]:
    return {
        "name": name,
        "names": [column.source or name, *column.aliases],
        "type": column.type,
        "values": list(column.values) if column.values is not None else None,
        "required": column.required,
        "parse": column.parse,
        "error": column.error,
    }


def _check(spec: Contract, demand: Demand) -> dict[str, Any]:
    rule = demand.rule
    passes, reads = _emit(spec, demand.text, rule.within, is_dataset=demand.is_dataset)
    applies, more = _emit(spec, rule.when, rule.within, is_dataset=False) if rule.when is not None else (None, [])
    guarded, _ = _emit(spec, demand.guarded or demand.text, rule.within, is_dataset=demand.is_dataset, trusts=False)
    return {
        "id": demand.id,
        "form": "dataset" if demand.is_dataset else "row",
        "passes": guarded if demand.is_promise else passes,
        "guarded": guarded,
        "is_promise": demand.is_promise,
        "applies": applies,
        "reads": list(dict.fromkeys([*reads, *more])),
        "within": list(rule.within),
        "on_null": rule.on_null or "pass",
        "severity": rule.severity,
        "error": rule.error,
        "message": rule.message,
        "max_fail_rate": rule.max_fail_rate,
        "mode": rule.mode,
    }


def _emit(
    spec: Contract, text: str, within: tuple[str, ...], *, is_dataset: bool, trusts: bool = True
) -> tuple[str, list[str]]:
    # Bounded is what operators write; the text of a constraint is ours, and an enum may be long.
    typed, faults = compile_text(text, scope_of(spec, is_dataset=is_dataset, trusts=trusts), bounded=False)
    assert typed is not None, (text, faults)
    columns = {name: f"pl.col({name!r})" for name in spec.columns}
    return emit_polars(typed, columns, within=() if is_dataset else within), list(typed.names)
