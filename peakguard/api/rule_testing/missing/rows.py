"""Rows that show what no test of a contract has shown: made to break one rule, or found by changing good ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from peakguard.api.rule_testing.contract_cases import Subject, observe
from peakguard.api.rule_testing.missing import prover
from peakguard.api.rule_testing.missing.proposal import Proposal, expectations, named
from peakguard.api.rule_testing.missing.steps import shown
from peakguard.api.rule_testing.missing.values import Values
from peakguard.api.rule_testing.outcome import FAILS
from peakguard.api.rule_testing.rules import Judged
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.sample.made import maker
from peakguard.kinds.test.model import ContractCase
from peakguard.language.document import Document
from peakguard.runtime.errors import PeakguardError

_ROWS, _TRIES = 4, 120
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def propose(document: Document[Contract], subject: Subject, wanted: set[tuple[str, str]]) -> Iterator[Proposal]:
    """Cases that show pairs of a rule and an outcome."""
    left = set(wanted)
    for table in chain(_proved(subject, left), _tables(document, subject, left)):
        judged = _judged(subject, table)
        told = sorted(shown(judged) & left) if judged is not None else []
        if judged is None or not told:
            continue
        left -= set(told)
        case = {"name": named(*told[0]), "contract": document.spec.name, "rows": table}
        yield Proposal({**case, "expect": expectations(judged, "row", told)})
        if not left:
            return


def _tables(document: Document[Contract], subject: Subject, left: set[tuple[str, str]]) -> Iterator[str]:
    """Good rows, then rows that break one rule each, then good rows with one or two cells changed."""
    # What is asked of the data as a whole would ask for many rows.
    rules = {name: rule for name, rule in document.spec.rules.items() if rule.dataset is None}
    smaller = document.spec.model_copy(update={"rows": None, "freshness": None, "rules": rules})
    making = maker(document._replace(spec=smaller), "csv", _NOW)
    try:
        good = making.sample(_ROWS, 0).data.decode()
    except PeakguardError:
        return
    yield good
    for rule, outcome in sorted(left):
        is_of_rows = not rule.startswith("rules.") or rule.removeprefix("rules.") in rules
        if outcome == FAILS and (rule, outcome) in left and is_of_rows:
            try:
                yield making.breaking(rule, _ROWS, 0).data.decode()
            except PeakguardError:
                continue
    values = Values((each.typed.root for each in subject.demands), seed=1)
    header, *rows = csv.reader(io.StringIO(good))
    for _ in range(_TRIES):
        yield _changed(header, rows, values)


def _changed(header: Sequence[str], rows: Sequence[Sequence[str]], values: Values) -> str:
    made = [list(row) for row in rows[: values.pick(range(1, len(rows) + 1))]]
    for _ in range(values.pick([1, 1, 2])):
        row, column = values.pick(range(len(made))), values.pick(range(len(header)))
        others = [each[column] for each in made]
        made[row][column] = values.pick(["", "nan", "inf", f"{values.number():g}", *others])
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([header, *made])
    return written.getvalue()


def _proved(subject: Subject, left: set[tuple[str, str]]) -> Iterator[Any]:
    """Rows that the prover makes, where it is installed; the search has the rest to do."""
    if not prover.is_installed():
        return
    from peakguard.api.rule_testing.missing.prover import contract

    for pair in sorted(left):
        for table in contract.tables(subject, *pair):
            if pair not in left:
                break
            yield table


def _judged(subject: Subject, table: Any) -> Mapping[str, Judged] | None:
    case = ContractCase.model_construct(contract=subject.spec.name, rows=table, defaults={}, references={}, now=None)
    try:
        return observe(subject._replace(database=None), case).judged
    except PeakguardError:
        return None
