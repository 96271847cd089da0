"""What a contract becomes: a plan of plain data, with every demand as the text of a Polars expression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.expression import emit_polars
from peakguard.expression.scope import Scope
from peakguard.expression.type_form import plain
from peakguard.kinds.contract.demands import Demand, demands
from peakguard.kinds.contract.forms import forms_of, typed_of
from peakguard.kinds.contract.model import Column, Contract, ForeignKey
from peakguard.kinds.contract.positions import check_of
from peakguard.kinds.contract.scope import scope_of
from peakguard.kinds.contract.sequence import sequence_checks
from peakguard.kinds.contract.stream import dataset_stream, row_stream
from peakguard.language.document import Document
from peakguard.language.rule import Rule
from peakguard.language.typed import type_of
from peakguard.runtime.lengths import nanoseconds
from peakguard.syntax.node import Mapping as Table

_TINY = 5e-324
"""The least number above zero."""


def compile_document(document: Document[Contract]) -> dict[str, Any]:
    """The plan of a contract that `check` found no error in."""
    spec = document.spec
    return {
        "name": spec.name,
        "version": spec.version,
        "origin": document.file,
        "places": _places(document),
        "mode": spec.mode,
        "error": spec.error,
        "on_violation": spec.on_violation,
        "extra_columns": spec.extra_columns,
        "column_order": spec.column_order,
        "coerce": spec.coerce,
        "key": list(spec.key),
        "columns": [_column(name, column) for name, column in spec.columns.items()],
        "checks": [*sequence_checks(spec), *_checks(spec)],
        "rows": [spec.rows.min, spec.rows.max] if spec.rows is not None else None,
        "freshness": [spec.freshness.column, nanoseconds(spec.freshness.max_age)] if spec.freshness else None,
        "trust_statistics": spec.trust_statistics,
        "sample": [spec.sample.share, spec.sample.seed] if spec.sample is not None else None,
        "calls": [_call(name, rule) for name, rule in spec.rules.items() if rule.call is not None],
        "references": [_reference(spec, name, foreign) for name, foreign in spec.references.items()],
        "exempt": [[each.rule, each.key, each.until] for each in spec.exempt],
    }


def _places(document: Document[Contract]) -> dict[str, str]:
    """Where each part that data can break is written: a column, a rule, a demand on the whole."""
    found = {}
    for key, (_, value) in document.node.entries.items():
        inner = value.entries if isinstance(value, Table) and key in ("columns", "rules", "references") else {}
        paths: list[tuple[str, ...]] = [(key, name) for name in inner] or [(key,)]
        for path in paths:
            span = document.key_span(*path)
            found[".".join(path)] = f"{span.file}:{span.line}"
    return found


def _column(name: str, column: Column) -> dict[str, Any]:
    return {
        "name": name,
        "names": [column.source or name, *column.aliases],
        "type": column.type or plain(type_of(column)),
        "values": list(column.values) if column.values is not None else None,
        "required": column.required,
        "default": [column.default] if column.default is not None else None,
        "parse": column.parse,
        "error": column.error,
    }


def _reference(spec: Contract, name: str, foreign: ForeignKey) -> dict[str, Any]:
    """`reads` are columns of ours; those of the other contract stand in the same order."""
    check = check_of(f"references.{name}", "", [name, *foreign.also], spec.columns[name].error, None)
    return {**check, "contract": foreign.contract, "foreign": [foreign.column, *foreign.also.values()]}


def _call(name: str, rule: Rule) -> dict[str, Any]:
    """A verdict that is missing counts against the rule, unless it says otherwise."""
    return {
        **check_of(f"rules.{name}", "", rule.reads, rule.error, None),
        "call": rule.call,
        "per": rule.per,
        "on_null": rule.on_null or "fail",
        **_consequences(rule),
    }


def _consequences(rule: Rule) -> dict[str, Any]:
    return {
        "severity": rule.severity,
        "message": rule.message,
        "max_fail_rate": rule.max_fail_rate,
        "mode": rule.mode,
    }


def _checks(spec: Contract) -> Iterator[dict[str, Any]]:
    rows, dataset = scope_of(spec), scope_of(spec, is_dataset=True)
    wary_rows, wary_dataset = scope_of(spec, trusts=False), scope_of(spec, is_dataset=True, trusts=False)
    signs = dict(_signs(spec))
    for demand in demands(spec):
        scopes = (dataset, wary_dataset) if demand.is_dataset else (rows, wary_rows)
        check = _check(demand, *scopes, signs)
        # What other demands build on is known of all rows, and what looks at several rows cannot leave some out.
        is_sampled = spec.sample is not None and not demand.is_promise and not demand.is_dataset
        yield {**check, "sampled": is_sampled and check["stream"] is None}


def _signs(spec: Contract) -> Iterator[tuple[str, str]]:
    """For each column that is on one side of zero, the check that says so."""
    for name, column in spec.columns.items():
        bounds = {"gt": (column.gt, 0.0), "ge": (column.ge, _TINY), "lt": (column.lt, 0.0), "le": (column.le, _TINY)}
        for key, (bound, least) in bounds.items():
            if isinstance(bound, int | float) and (bound if key[0] == "g" else -bound) >= least:
                yield name, f"columns.{name}.{key}"


def _check(demand: Demand, scope: Scope, wary: Scope, signs: Mapping[str, str]) -> dict[str, Any]:
    """A demand as an entry of the plan: its text with and without trust in the other columns' promises."""
    rule = demand.rule
    within = () if demand.is_dataset else rule.within
    texts = forms_of(demand, scope)
    guarded, reads, guarded_may = _emit(texts["guarded"], wary, within)
    passes, _, passes_may = (
        (guarded, reads, guarded_may) if demand.is_promise else _emit(texts["passes"], scope, within)
    )
    applies, more, _ = _emit(rule.when, wary, within) if rule.when is not None else (None, [], False)
    may = {"passes": passes_may or rule.when is not None, "guarded": guarded_may or rule.when is not None}
    return {
        "id": demand.id,
        "form": "dataset" if demand.is_dataset else "row",
        "passes": passes,
        "guarded": guarded,
        "is_promise": demand.is_promise,
        "applies": applies,
        "may_be_unknown": may,
        "stream": _stream(demand, scope, wary, signs),
        "reads": list(dict.fromkeys([*reads, *more])),
        "within": list(rule.within),
        "on_null": rule.on_null or "pass",
        "error": rule.error,
        **_consequences(rule),
    }


def _stream(demand: Demand, scope: Scope, wary: Scope, signs: Mapping[str, str]) -> dict[str, Any] | None:
    if demand.is_dataset:
        return dataset_stream(demand.text, wary, demand.rule.within)
    if demand.path[0] != "rules":
        return None  # a constraint of a column looks at no other row
    texts = {**forms_of(demand, scope), "applies": demand.rule.when}
    return row_stream(texts, {"passes": scope, "guarded": wary, "applies": wary}, demand.rule.within, signs)


def _emit(text: str, scope: Scope, within: tuple[str, ...]) -> tuple[str, list[str], bool]:
    """The text, the columns it reads, and whether it may come to null."""
    typed = typed_of(text, scope)
    return emit_polars(typed, {}, within), list(typed.names), typed.root.nullable
