"""The streaming monitor of a policy as the text of one function, which takes a step and remembers what it must.

While nothing new happens a step costs the comparisons themselves. Each compares with the closest call so far, not with
the bound: what keeps that distance keeps the bound, and what does not is handed to `NOTE_0`, which knows the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from peakguard.expression.emit.scalar_ordered import Rows
from peakguard.expression.emit.scalar_text import CHOICE, SUM, Written
from peakguard.expression.emit.scalar_writer import Key, Names, Writer, parameters
from peakguard.expression.types import Column
from peakguard.kinds.invariants.intake import Intake
from peakguard.kinds.invariants.measure import Measure, measures
from peakguard.kinds.invariants.timed_waits import Waits, timed
from peakguard.kinds.invariants.watched import Watched


class MonitorText(NamedTuple):
    """The text, which defines `make`; the parameter of each field.

    `raw` are the fields whose times are kept as they are, `kept` those of which the last steps are remembered.
    """

    text: str
    parameters: Mapping[str, str]
    raw: tuple[str, ...]
    kept: tuple[str, ...]


def monitor_text(
    columns: Mapping[str, Column], watched: Sequence[Watched], *, halts: bool, keep: int = 1
) -> MonitorText:
    """The text for a policy. `make(NOTE_0, SETTLE_0, READ_0, KEEP_0, BROKEN_0, SHARED_0)` gives `step` and `look`.

    Where a policy `halts`, lists are remembered too, since what a halted run leaves behind should be whole.
    """
    made = _Monitor(columns, watched, halts=halts, keep=keep)
    return MonitorText(made.text(), made.scope, made.intake.raw, made.kept)


def _copied(column: Column, text: str, *, halts: bool) -> str | None:
    """A value as it is remembered, None where it is not. A list goes on being changed by its program."""
    if column.type.kind not in ("list", "record"):
        return text
    if not halts:
        return None
    if column.type.kind == "record":
        copied = f"{text}.copy()"
    else:
        element = column.type.element[0]
        is_flat = element.nullable or element.type.kind != "record"
        copied = f"[*{text}]" if is_flat else f"[each.copy() for each in {text}]"
    return f"({copied} if {text} is not None else None)" if column.nullable else copied


class _Clock(NamedTuple):
    """A text that says which step it is, and the statements that move it on."""

    reads: str
    ticks: tuple[str, ...]


class _Monitor:
    def __init__(self, columns: Mapping[str, Column], watched: Sequence[Watched], *, halts: bool, keep: int) -> None:
        # The last step is remembered where something is judged at the end.
        self._remembers = keep > 0 or any(each.form in ("at_end", "eventually") for each in watched)
        self._names = Names()
        self._columns = columns
        self._watched = watched
        self.scope = parameters(list(columns))
        self.intake = Intake(columns, self.scope, [root for each in watched for root in each.roots], self._names)
        self._plain = self._rows("SLOT_{}")
        self._grouped: dict[tuple[str, ...], Rows] = {}
        self._cells: dict[str, str] = {"STEP_0": "0", "BUSY_0": "False"}
        """Variables of `make` that a step assigns, with what they start as."""
        read = {name for each in watched for name in each.names}
        self._kept = {
            name: _copied(column, self.scope[name], halts=halts and name in read) for name, column in columns.items()
        }
        self._values = ", ".join([*self.scope.values(), ""])

    @property
    def kept(self) -> tuple[str, ...]:
        """The fields that are remembered."""
        return tuple(name for name, text in self._kept.items() if text is not None)

    def _rows(self, place: str) -> Rows:
        rows = Rows(self._names, self.scope, place)
        rows.known.update(self.intake.known)
        return rows

    def text(self) -> str:
        """The whole text."""
        checks = [line for index, each in enumerate(self._watched) for line in self._check(index, each)]
        body = [*self.intake.lines, "STEP_0 += 1", *self._plain.lines]
        # Every group is brought up to date before anything is asked, so that all verdicts are of the same step.
        for number, (groups, rows) in enumerate(self._grouped.items(), 1):
            body += [*self._entering(number, groups, rows), *rows.lines]
        body += [*self._ticking(), *checks]
        if self._remembers:
            body.append(f"KEEP_0((STEP_0, {', '.join([*filter(None, self._kept.values()), ''])}))")
        body += ["if BROKEN_0:", f"    SETTLE_0(STEP_0, ({self._values}))"]
        cells = {**self._cells, **{f"SLOT_{place}": start for place, start in enumerate(self._plain.slots)}}
        tables = [f"GROUP_{number} = {{}}" for number in range(1, len(self._grouped) + 1)]
        lines = [
            *(f"{name} = {start}" for name, start in cells.items()),
            *tables,
            f"def step({', '.join(self.scope.values())}):",
            f"    nonlocal {', '.join(cells)}",
            # No other thread comes in between: Python changes threads at calls and at the ends of loops.
            "    if BUSY_0:",
            "        SHARED_0()",
            "    BUSY_0 = True",
            "    try:",
            *(f"        {line}" for line in body),
            "    finally:",
            "        BUSY_0 = False",
            "def look():",
            f"    return STEP_0, {{{', '.join(self._counts())}}}",
            "return step, look",
        ]
        constants = [f"{name} = {text}" for text, name in self._names.constants.items()]
        head = "def make(NOTE_0, SETTLE_0, READ_0, KEEP_0, BROKEN_0, SHARED_0):"
        return "\n".join([*constants, head, *(f"    {line}" for line in lines), ""])

    def _entering(self, number: int, groups: tuple[str, ...], rows: Rows) -> list[str]:
        names = [self.scope[name] for name in groups]
        key = names[0] if len(names) == 1 else f"({', '.join(names)})"
        return [
            f"_g{number} = GROUP_{number}.get({key})",
            f"if _g{number} is None:",
            f"    _g{number} = GROUP_{number}[{key}] = [{', '.join(rows.slots)}]",
        ]

    def _check(self, index: int, each: Watched) -> list[str]:
        rows = self._rows_of(each.groups)
        for root in each.roots:
            rows.include(root)
        if each.form == "after":
            return self._after(index, each, rows)
        writer = self._writer(rows)
        if each.form == "eventually":
            cell = self._cell(f"HIT_{index}", "0")
            return [f"if not {cell} and {writer.value(each.expr.root).whole().at(SUM)}:", f"    {cell} = STEP_0"]
        if each.form == "at_end":
            cell = self._cell(f"LAST_{index}", "None")
            return [f"{cell} = {writer.value(each.expr.root).whole().at(CHOICE)}"]
        clock = self._clock(each, rows)
        lines = self._always(index, each, rows, clock)
        if each.when is None:
            return [*clock.ticks, *lines]
        condition = writer.value(each.when.root).whole()
        cell = self._cell(f"HIT_{index}", "0")
        guarded = [f"    {line}" for line in [f"{cell} += 1", *clock.ticks, *lines]]
        if not condition.is_nullable:
            return [f"if {condition.at(CHOICE)}:", *guarded]
        name = self._names.temporary()
        verdict = self._writer(rows).value(each.expr.root).whole()
        unknown = [*clock.ticks, f"NOTE_0({index}, None, {clock.reads}, {self._context(each)}, (), True)"]
        return [
            f"{name} = {condition.at(CHOICE)}",
            f"if {name}:",
            *guarded,
            f"elif {name} is None and not {verdict.at(SUM)}:",
            *(f"    {line}" for line in unknown),
        ]

    def _clock(self, each: Watched, rows: Rows) -> _Clock:
        """Which of the steps that an invariant is asked of this one is, where its grace has to know."""
        if not each.is_graced:
            return _Clock("0", ())
        if each.when is None and not each.groups:
            return _Clock("STEP_0", ())
        slot = rows.slot("0")
        return _Clock(slot, (f"{slot} += 1",))

    def _always(self, index: int, each: Watched, rows: Rows, clock: _Clock) -> list[str]:
        verdict = self._writer(rows).value(each.expr.root).whole()
        found = measures(each.expr.root)
        context = f"{clock.reads}, {self._context(each)}"
        if not found:
            told = f"NOTE_0({index}, {verdict.at(CHOICE) if verdict.is_nullable else 'False'}, {context})"
            return [f"if not {verdict.at(SUM)}:", f"    {told}"]
        tests, cells, shown = [], [], []
        for part in found:
            test, held, text = self._measured(part, rows)
            tests.append(test)
            cells += held
            shown.append(text)
        told = f"NOTE_0({index}, {verdict.at(CHOICE)}, {context}, ({', '.join([*shown, ''])}))"
        return [f"if not ({' and '.join(tests)}):", f"    {', '.join([*cells, ''])}= {told}"]

    def _measured(self, part: Measure, rows: Rows) -> tuple[str, list[str], str]:
        """The test that nothing comes closer than before, the variables it compares with, and the measure itself."""
        writer = self._writer(rows)
        found = writer.operands((part.large, part.small))
        assert found is not None, "a comparison with null is no comparison of numbers"
        (large, small), checks = found
        number = len(self._cells)
        if part.kind == "used":
            cells = [self._cell(f"NEAR_{number}", "0.0"), self._cell(f"FAR_{number}", "0.0")]
            relative, absolute = part.tolerances
            fast = f"isclose({large.text}, {small.text}, rel_tol={cells[0]}, abs_tol={cells[1]})"
            measure = f"USED_0({large.text}, {small.text}, {relative!r}, {absolute!r})"
        else:
            cells = [self._cell(f"NEAR_{number}", "INF")]
            fast = f"{large.at(SUM)} - {small.at(SUM + 1)} >= {cells[0]}"
            measure = f"{large.at(SUM)} - {small.at(SUM + 1)}"
        whole = Written(measure, SUM, checks).whole()
        return " and ".join([*checks, fast]), cells, whole.at(CHOICE)

    def _ticking(self) -> list[str]:
        """The time of the stream, which never goes back, where a wait is measured by it."""
        clock = next((each.clock for each in self._watched if each.clock), None)
        if clock is None:
            return []
        cell, time = self._cell("CLOCK_0", "None"), self.scope[clock]
        return [f"if {cell} is None or {time} > {cell}:", f"    {cell} = {time}"]

    def _after(self, index: int, each: Watched, rows: Rows) -> list[str]:
        assert each.expect is not None
        if each.length is not None:
            told = timed(index, each, self._waits(each, rows))
            self._cells.update(told.cells)
            return told.lines
        writer = self._writer(rows)
        waiting = rows.slot("deque(())")
        clock = "STEP_0"
        if each.groups:
            clock = rows.slot("0")
            rows.lines.append(f"{clock} += 1")
        cell = self._cell(f"HIT_{index}", "0")
        open = self._cell(f"OPEN_{index}", "0")
        late = [f"{waiting}.popleft()", f"{open} -= 1", f"NOTE_0({index}, False, 0, {self._context(each)})"]
        return [
            # Steps that were refused leave gaps, over which a wait may have ended.
            f"while {waiting} and {waiting}[0] < {clock} - {each.steps}:",
            *(f"    {line}" for line in late),
            f"if {writer.value(each.expr.root).whole().at(CHOICE)}:",
            f"    {cell} += 1",
            f"    {open} += 1",
            f"    {waiting}.append({clock})",
            f"if {waiting}:",
            f"    if {self._writer(rows).value(each.expect.root).whole().at(CHOICE)}:",
            f"        {open} -= len({waiting})",
            f"        {waiting}.clear()",
            "    else:",
            f"        while {waiting} and {waiting}[0] <= {clock} - {each.steps}:",
            *(f"            {line}" for line in late),
        ]

    def _waits(self, each: Watched, rows: Rows) -> Waits:
        assert each.expect is not None
        is_raw = each.clock in self.intake.raw
        length = f"TIMEDELTA_0(0, 0, {each.length})" if is_raw else str(each.length)
        began = [
            str(_copied(self._columns[name], text, halts=True)) if name in each.names else "None"
            for name, text in self.scope.items()
        ]
        return Waits(
            self._writer(rows).value(each.expr.root).whole().at(CHOICE),
            self._writer(rows).value(each.expect.root).whole().at(CHOICE),
            self._names.constant("LONG", length).text,
            "".join(f"{self.scope[name]}, " for name in each.groups),
            "".join(f"{text}, " for text in began),
            rows.slot("deque(())") if each.groups else "",
        )

    def _rows_of(self, groups: tuple[str, ...]) -> Rows:
        if not groups:
            return self._plain
        if groups not in self._grouped:
            self._grouped[groups] = self._rows(f"_g{len(self._grouped) + 1}[{{}}]")
        return self._grouped[groups]

    def _writer(self, rows: Rows) -> Writer:
        known: Mapping[Key, Written] = rows.known
        return Writer(self._names, self.scope, known, {})

    def _cell(self, name: str, start: str) -> str:
        self._cells[name] = start
        return name

    def _context(self, each: Watched) -> str:
        """What `NOTE_0` is told of the step: its number, its group, and all values."""
        key = ", ".join([*(self.scope[name] for name in each.groups), ""])
        return f"STEP_0, ({key if each.groups else ''}), ({self._values})"

    def _counts(self) -> list[str]:
        told = ("HIT_", "LAST_", "OPEN_")
        return [f"{name!r}: {name}" for name in self._cells if name.startswith(told)]
