"""Typed IR -> SQL, by way of sqlglot's tree. Guards stand only where a type says that they are needed.

DuckDB differs from the language in ways that the writers below work around (tests/property/test_sql_agreement.py
finds each of them when its guard is taken away): NaN equals NaN and is the largest number; GREATEST and LEAST
skip nulls; integers raise where they leave int64 or are divided by zero, and are divided towards zero; casts of
times round; CASE takes an unknown condition for false. Windows and aggregates do not nest: a window below another
one becomes a column of a step before (`Emitter.bound`), and so does a large text that a guard would repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlglot import exp

from peakguard.expression.emit import sql_text as text
from peakguard.expression.typed import Typed

GROUP = 1000
"""The step that makes one row of each group; the steps of rows come before, those of groups after."""
_REPEATABLE = 24
"""A text of so many nodes may be written twice; a larger one gets a name."""


def emit(
    root: Typed,
    relation: str,
    columns: Mapping[str, str],
    within: Sequence[str],
    order: Sequence[str],
    *,
    dataset: bool,
    dialect: str,
) -> str:
    """The text of a query; see `peakguard.expression.emit_sql`."""
    from peakguard.expression.emit.sql_query import query

    emitter = Emitter(root, columns, within, order, dataset=dataset)
    try:
        written = emitter.expression(root)
    except TooLargeForGroupsError:
        emitter = Emitter(root, columns, within, order, dataset=dataset, is_split=True)
        written = emitter.expression(root)
    return query(emitter, relation, written).sql(dialect=dialect)


class TooLargeForGroupsError(Exception):
    """What is computed from aggregates would be written twice, and needs steps of its own after the groups."""


class Emitter:
    """Writes one expression, and keeps the steps that it needs beforehand.

    `steps` gives for each step, by its number, the columns that it adds; their texts may use all columns of the
    steps before it. `used` are the columns of the relation that are read, by physical name.
    """

    def __init__(
        self,
        root: Typed,
        columns: Mapping[str, str],
        within: Sequence[str],
        order: Sequence[str],
        *,
        dataset: bool,
        is_split: bool = False,
    ) -> None:
        self._columns = columns
        self.within = [columns.get(name, name) for name in within]
        self.order = [columns.get(name, name) for name in order]
        self.dataset = dataset
        self.used: dict[str, None] = dict.fromkeys([*self.within, *self.order])
        self.steps: dict[int, dict[str, exp.Expr]] = {}
        self._taken = {name.casefold() for name in [*self.used, *columns.values()]} | _columns_of(root)
        self._step_of: dict[str, int] = {}
        self._named: dict[str, str] = {}
        self._depth = 0
        self._is_looping = False
        self.is_split = is_split

    def expression(self, node: Typed) -> exp.Expr:
        """A node as SQL that knows its type."""
        if node.op == "literal":
            return text.typed(node.value, node.type)
        if node.op == "column":
            return _plain()["column"](self, node)
        if node.op in _aggregate():
            return self._aggregate(node)
        return _plain()[node.op](self, node)

    def operand(self, node: Typed) -> exp.Expr:
        """A node that stands beside an expression of its type, so that a number or string needs no more."""
        return text.bare(node.value, node.type) if node.op == "literal" else self.expression(node)

    def pair(self, node: Typed) -> tuple[exp.Expr, exp.Expr]:
        """Both arguments; at least one of them carries its type."""
        left, right = node.args
        if left.op == "literal":
            return self.operand(left), self.expression(right)
        return self.expression(left), self.operand(right)

    def physical(self, node: Typed) -> exp.Expr:
        """A column as it is stored."""
        name = self._columns.get(node.value, node.value)
        self.used[name] = None
        return exp.column(name)

    def stored(self, node: Typed) -> exp.Expr:
        """A list or record, or what is in one, as it is stored."""
        if node.op == "column":
            return self.physical(node)
        if node.op == "item":
            variable: exp.Expr = exp.to_identifier(node.value)
            return variable
        return exp.Dot(this=text.closed(self.stored(node.args[0])), expression=exp.to_identifier(node.value))

    @contextmanager
    def looping(self, variable: str) -> Iterator[str]:
        """Inside a lambda, whose texts cannot be computed by a step before."""
        self._is_looping = True
        yield variable
        self._is_looping = False

    def repeatable(self, written: exp.Expr) -> exp.Expr:
        """A text that may be written more than once: the name of a step's column if it is large."""
        if self._is_looping or sum(1 for _ in written.walk()) <= _REPEATABLE:
            return written
        if self._is_group_level() and not self.is_split:
            raise TooLargeForGroupsError
        return self.named(written)

    def argument(self, node: Typed) -> exp.Expr:
        """The argument of a window or aggregate, without windows of its own."""
        written = self.expression(node.args[0])
        return self.named(written) if written.find(exp.Window) else written

    def named(self, written: exp.Expr, step: int | None = None) -> exp.Expr:
        """The name of a column that an earlier step computes: the first that can, or the given one."""
        if isinstance(written, exp.Column):
            return written
        key = written.sql()
        if key not in self._named:
            name = self._fresh(f"part_{len(self._named) + 1}")
            step = self.step(written) if step is None else step
            self.steps.setdefault(step, {})[name] = written.copy()
            self._named[key], self._step_of[name] = name, step
        return exp.column(self._named[key])

    def step(self, written: exp.Expr) -> int:
        """The first step in which a text can stand."""
        first = GROUP + 1 if self.is_split and self._is_group_level() else 0
        return max((self._step_of.get(each.name, -1) + 1 for each in written.find_all(exp.Column)), default=0) or first

    def window(self, function: exp.Expr, rows: int | None = None) -> exp.Expr:
        """A function over the rows in order: the last `rows` of them, all so far (0), or as the function has it."""
        if not self.order:
            raise ValueError("rows of a table have no order of their own: ordered functions need `order`")
        spec = None
        if rows is not None:
            start = exp.Literal.number(rows - 1) if rows else "UNBOUNDED"
            spec = exp.WindowSpec(kind="ROWS", start=start, start_side="PRECEDING", end="CURRENT ROW")
        return exp.Window(
            this=function, partition_by=self._partition(), order=exp.Order(expressions=self.keys()), spec=spec
        )

    def over_group(self, function: exp.Expr) -> exp.Expr:
        """An aggregate; in a rule of rows, and inside of another one, as a value of each row."""
        is_of_group = self.dataset and self._depth == 1
        return function if is_of_group else exp.Window(this=function, partition_by=self._partition())

    def keys(self) -> list[exp.Expr]:
        """The order of the rows."""
        return [exp.Ordered(this=exp.column(name)) for name in self.order]

    def _aggregate(self, node: Typed) -> exp.Expr:
        self._depth += 1
        written = _aggregate()[node.op](self, node)
        self._depth -= 1
        return self.named(written, GROUP) if self.is_split and not self._depth else written

    def _is_group_level(self) -> bool:
        return self.dataset and not self._depth

    def _partition(self) -> list[exp.Expr]:
        return [exp.column(name) for name in self.within]

    def _fresh(self, name: str) -> str:
        while name in self._taken:
            name += "_"
        return name


def _columns_of(node: Typed) -> set[str]:
    own = {node.value.casefold()} if node.op == "column" else set()
    return own.union(*(_columns_of(arg) for arg in node.args))


Writer = Callable[[Emitter, Typed], exp.Expr]


def _aggregate() -> Mapping[str, Writer]:
    from peakguard.expression.emit.sql_aggregate import AGGREGATE

    return AGGREGATE


def _plain() -> Mapping[str, Writer]:
    from peakguard.expression.emit.sql_plain import PLAIN

    return PLAIN
