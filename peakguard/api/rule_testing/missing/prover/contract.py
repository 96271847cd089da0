"""Rows that give a rule of a contract an outcome, and outcomes that no row can give it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from peakguard.api.rule_testing.contract_cases import Subject
from peakguard.api.rule_testing.demands import Ready
from peakguard.api.rule_testing.missing.prover.asked import OUTCOMES, counts, formula, wishes
from peakguard.api.rule_testing.missing.prover.asking import Question, is_ruled_out
from peakguard.api.rule_testing.missing.prover.cells import (
    Untranslatable,
    both,
    is_kept,
)
from peakguard.api.rule_testing.missing.prover.exact import is_exact
from peakguard.api.rule_testing.missing.prover.layout import distinct, in_order, same, unique
from peakguard.api.rule_testing.missing.prover.reading import read
from peakguard.api.rule_testing.missing.prover.translation import Row, Translation
from peakguard.api.rule_testing.missing.prover.variables import Variables
from peakguard.expression.typed import Typed, walk
from peakguard.expression.types import Column
from peakguard.kinds.contract.forms import typed_of
from peakguard.kinds.contract.scope import scope_of

_NESTED = ("list", "record")


def tables(subject: Subject, rule: str, outcome: str) -> Iterator[Any]:
    """Rows to try, as a case has them: such as keep the promises of the columns first."""
    asked = next((each for each in subject.demands if each.demand.id == rule), None)
    if asked is None or asked.demand.is_dataset:
        return
    for trusts in (True, False):
        columns = scope_of(subject.spec, trusts=trusts).columns
        for count in counts([asked.typed.root]):
            try:
                found = _rows(subject, asked, outcome, columns, count)
                table = _written(found, columns, subject.plans[subject.spec.name]) if found is not None else None
            except Untranslatable:
                return
            if table is not None:
                yield table
                break


def is_impossible(subject: Subject, rule: str, outcome: str) -> bool:
    """Whether no row at all, promises kept or not, gives a rule an outcome."""
    asked = next((each for each in subject.demands if each.demand.id == rule), None)
    if asked is None or asked.demand.is_dataset or not is_exact(asked.typed.root):
        return False
    if any(node.op == "field" for node in walk(asked.typed.root)):
        return False  # an enum inside a record may hold anything too
    variables = Variables()
    columns = {name: _anything(column) for name, column in scope_of(subject.spec, trusts=False).columns.items()}
    try:
        verdict = Translation([variables.of_columns(columns, "0")]).verdict(asked.typed.root, 0)
    except Untranslatable:
        return False
    return is_ruled_out(variables, [formula(OUTCOMES[outcome](verdict))])


def _anything(column: Column) -> Column:
    """A column whose text need not be one of its values: that is a demand like others, which data may break."""
    is_enum = column.type.kind == "enum"
    return column._replace(type=column.type._replace(kind="string", values=())) if is_enum else column


def _rows(
    subject: Subject, asked: Ready, outcome: str, columns: Mapping[str, Column], count: int
) -> list[dict[str, Any]] | None:
    """So many rows, of which the last gives the rule the outcome."""
    variables = Variables()
    rows = [variables.of_columns(columns, str(number)) for number in range(count)]
    translation = Translation(rows)
    verdict = OUTCOMES[outcome](translation.verdict(asked.typed.root, count - 1))
    together = [same(rows, name) for name in asked.demand.rule.within]
    question = Question(variables, [formula(each) for each in (verdict, *together)])
    model = question.best(_wishes(subject, asked, translation, rows))
    if model is None:
        return None
    return [
        {name: read(model, row[name], column.type) if name in row else None for name, column in columns.items()}
        for row in rows
    ]


def _wishes(subject: Subject, asked: Ready, translation: Translation, rows: Sequence[Row]) -> list[Any]:
    """That the rule applies, that all others pass, and that rows are distinct and in order."""
    spec = subject.spec
    when = asked.demand.rule.when
    applies = [typed_of(when, scope_of(spec, trusts=False)).root] if when is not None else []
    others = [each for each in subject.demands if each is not asked and not each.demand.is_dataset]
    last = len(rows) - 1
    return wishes(
        [
            *(partial(_is_met, translation, root, [last], "fail") for root in applies),
            *(partial(in_order, spec, rows) for _ in range(spec.order is not None)),
            *(partial(distinct, names, rows) for names in unique(spec)),
            *(
                partial(_is_met, translation, each.typed.root, range(last + 1), each.demand.rule.on_null)
                for each in others
            ),
        ]
    )


def _is_met(translation: Translation, root: Typed, rows: Sequence[int], on_null: str | None) -> Any:
    return both(*(is_kept(translation.verdict(root, row), on_null) for row in rows))


def _written(rows: list[dict[str, Any]], columns: Mapping[str, Column], plan: Mapping[str, Any]) -> Any:
    """The rows as text of CSV, or as tables where that cannot hold them."""
    from peakguard.engines.polars.samples import encode, frame_of

    frame = frame_of(rows, plan)
    is_flat = not any(column.type.kind in _NESTED for column in columns.values())
    with suppress(ValueError):  # CSV holds no lengths of time
        if is_flat:
            return encode(frame, "csv", plan).decode()
    try:
        lines = encode(frame, "ndjson", plan).decode().splitlines()
    except ValueError as error:  # such as a column of bytes
        raise Untranslatable(str(error)) from error
    return [{name: value for name, value in json.loads(line).items() if value is not None} for line in lines]
