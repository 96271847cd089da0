"""A contract as a flat list of demands on rows, each in the expression language.

Column constraints are short forms: `gt: 0` on `open` asks `open > 0` of every row. Saying so once
gives them the same meaning on every back end that expressions have.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from peakguard.expression.typed import Typed
from peakguard.expression.verdict import OnNull
from peakguard.kinds.contract.inside import promises_inside
from peakguard.kinds.contract.model import Column, Contract
from peakguard.language.constraints import CONSTRAINTS, applies, head
from peakguard.language.rule import Rule
from peakguard.syntax.node import Path


class Demand(NamedTuple):
    """One testable demand: a stable id, its expression, and where it is written.

    A promise is what lets other expressions do without guards: that a column is never null, or never
    NaN. `guarded` is what is asked instead of data that break a promise, `known` of any data, where a value that is
    there may have no outcome.
    """

    id: str
    text: str
    path: Path
    rule: Rule
    is_dataset: bool = False
    is_promise: bool = False
    guarded: str | None = None
    known: str | None = None

    def on_null(self, verdict: Typed) -> OnNull:
        """What an unknown outcome counts as; `verdict` is the demand's, the columns' promises kept.

        Where the rule does not say, it is unknown only because arithmetic has no result, as where a product leaves
        int64: nothing shows that such a row is good. A statistic of no rows is the business of `rows`.
        """
        if self.rule.on_null is not None:
            return self.rule.on_null
        return "fail" if verdict.nullable and not self.is_dataset else "pass"


def demands(spec: Contract) -> Iterator[Demand]:
    """The demands of all columns, then those of the rules, in the order they are written.

    A rule that calls a function is none: nobody knows what it demands.
    """
    variable = next(name for name in _variables() if name not in spec.columns)
    for name, column in spec.columns.items():
        yield from _of_column(name, column, variable)
    for name, rule in spec.rules.items():
        if rule.call is None:
            text = rule.expr if rule.expr is not None else rule.dataset
            yield Demand(f"rules.{name}", text or "", ("rules", name, rule.form), rule, rule.form == "dataset")


def _variables() -> Iterator[str]:
    return (f"item{number or ''}" for number in count())


def _of_column(name: str, column: Column, variable: str) -> Iterator[Demand]:
    path = ("columns", name)
    if not column.nullable:
        yield _demand(name, column, "not_null", f"not is_null({name})", path)._replace(is_promise=True)
    if column.finite and column.type == "float64":
        demand = _demand(name, column, "finite", f"is_finite({name})", path)
        yield demand._replace(is_promise=True)
    for inside, text in promises_inside(name, column, variable):
        yield _demand(name, column, inside, text, path)._replace(is_promise=True)
    for key, constraint in CONSTRAINTS.items():
        value = getattr(column, key)
        if value is not None and applies(constraint, column.shape):
            text = constraint.text(name, value, head(column.shape))
            # A NaN is the business of `finite` alone, as a missing value is of `not_null`.
            guarded = f"not is_finite({name}) or {text}" if column.finite and column.type == "float64" else None
            # A moment before the year 1 or after 9999 has no date. It is not missing, and must not pass for that.
            known = _null_or_false(text, name) if head(column.shape) == "datetime" else None
            yield _demand(name, column, key, text, (*path, key))._replace(guarded=guarded, known=known)


def _null_or_false(text: str, name: str) -> str:
    """The text, which is unknown where the column is missing and false wherever else it has no outcome."""
    return f"coalesce({text}, ({text}) and is_null({name}))"


def _demand(name: str, column: Column, constraint: str, text: str, path: Path) -> Demand:
    # A missing value is the business of `not_null` alone; the other constraints have nothing to say of it.
    rule = Rule.model_construct(expr=text, error=column.error, on_null="pass")
    return Demand(f"columns.{name}.{constraint}", text, path, rule)
