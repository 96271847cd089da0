"""The text of each back end, run over the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.expression.scope import Column
from peakguard.expression.typed import TypedExpression

_POSITION = "row_number"
_VALUE = "value"


class Table(NamedTuple):
    """Rows in every form that a back end reads: canonical, and as a Polars frame of the same columns.

    `position` is the column of row numbers in SQL, where a table has no order of its own.
    """

    typed: TypedExpression
    rows: Sequence[Mapping[str, Any]]
    frame: Any
    within: Sequence[str]
    is_dataset: bool
    position: str

    @classmethod
    def of(
        cls,
        typed: TypedExpression,
        columns: Mapping[str, Column],
        rows: Sequence[Mapping[str, Any]],
        within: Sequence[str],
        *,
        is_dataset: bool,
    ) -> Table:
        """The columns that an expression and its groups need of canonical rows."""
        from peakguard.engines.polars.from_rows import frame_of
        from peakguard.expression.type_form import plain

        read = list(dict.fromkeys([*typed.names, *within]))
        kept = [{name: row[name] for name in read} for row in rows]
        forms = {name: plain(columns[name].type) for name in read}
        frame = frame_of(kept, forms)
        return cls(typed, kept, frame, within, is_dataset, unused(_POSITION, read))

    def by_reference(self) -> Sequence[Any]:
        """What the expression means."""
        from peakguard.expression.reference.interpreter import evaluate, evaluate_dataset

        if self.is_dataset:
            return evaluate_dataset(self.typed.root, self.rows, self.within)
        return evaluate(self.typed.root, self.rows, self.within)

    def in_python(self, text: str) -> Sequence[Any]:
        """A call for each row, and a state for each group."""
        from peakguard.expression.emit.scalar import is_ordered
        from peakguard.expression.reference.interpreter import groups
        from peakguard.runtime.scalar import load_ordered, load_scalar

        arguments = [[row[name] for name in self.typed.names] for row in self.rows]
        if not is_ordered(self.typed.root):
            rule = load_scalar(text)
            return [rule(*each) for each in arguments]
        ordered, values = load_ordered(text), [None] * len(self.rows)
        for positions in groups(self.rows, self.within):
            state = ordered.start()
            for position in positions:
                values[position] = ordered.step(state, *arguments[position])
        return values

    def in_polars(self, text: str) -> Sequence[Any]:
        """One query."""
        from peakguard.engines.polars.rows import values_of

        value = unused(_VALUE, self.frame.columns)
        groups = self.within if self.is_dataset else None
        return values_of(self.frame, text, value, is_dataset=self.is_dataset, within=groups or ())

    def in_sql(self, text: str) -> Sequence[Any] | None:
        """One query in DuckDB; None for rows that it cannot hold, such as times beyond its range.

        Nor can it hold columns whose names differ in case only.
        """
        from peakguard.engines.duckdb.run import run

        if len({name.casefold() for name in self.frame.columns}) < len(self.frame.columns):
            return None
        return run(text, self.frame, self.position, self.within if self.is_dataset else (), is_whole=self.is_dataset)


def unused(name: str, taken: Sequence[str]) -> str:
    """The name, with as many underscores behind it as it takes to be a new one."""
    folded = {each.casefold() for each in taken}
    while name in folded:
        name += "_"
    return name
