"""A contract in words and values, for reports: what each of its rules asks, and what its rows are drawn over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peakguard.expression.type_form import plain
from peakguard.kinds.contract.calendars import NO_CALENDAR
from peakguard.kinds.contract.demands import demands
from peakguard.kinds.contract.model import Column, Contract
from peakguard.language.constraints import head
from peakguard.language.typed import type_of
from peakguard.runtime.lengths import nanoseconds
from peakguard.runtime.series import Axis

_NUMBERS = ("float64", "int64", "decimal")
_TIMES = ("date", "datetime")
_USUAL = ("close", "price", "last", "value")


def demand_texts(spec: Contract) -> dict[str, str]:
    """What every rule asks, by its id: expressions as they are written, the rest in words."""
    calls = {f"rules.{name}": f"{rule.call} calls it good" for name, rule in spec.rules.items() if rule.call}
    return {**dict(_sequence_texts(spec)), **{demand.id: demand.text for demand in demands(spec)}, **calls}


def _sequence_texts(spec: Contract) -> Iterator[tuple[str, str]]:
    if spec.key:
        yield "key", f"{', '.join(spec.key)}: never missing, and unique"
    for name, column in spec.columns.items():
        yield f"columns.{name}.type", f"{name} is {column.type or plain(type_of(column))}"
        yield f"columns.{name}.required", f"there is a column {column.source or name}"
        if column.unique:
            yield f"columns.{name}.unique", f"every {name} stands once"
    if spec.order is not None:
        strictly = "strictly " if spec.order.strict else ""
        yield "order", f"rows rise {strictly}by {spec.order.by}{_each(spec.order.within)}"
    if spec.cadence is not None:
        allowed = f", at most {spec.cadence.max_gap} missing in a row" if spec.cadence.max_gap else ""
        sessions = f" in the sessions of {spec.cadence.calendar}" if spec.cadence.calendar != NO_CALENDAR else ""
        every = f"{spec.cadence.every}{sessions}{_each(spec.cadence.within)}"
        yield "cadence", f"{spec.cadence.column}: a row every {every}{allowed}"
        if sessions:
            yield "cadence.calendar", f"every {spec.cadence.column} is a bar of the calendar {spec.cadence.calendar}"
    if spec.freshness is not None:
        yield "freshness", f"the newest {spec.freshness.column} is at most {spec.freshness.max_age} old"
    for name, foreign in spec.references.items():
        also = "".join(f", {own} in {theirs}" for own, theirs in foreign.also.items())
        yield f"references.{name}", f"{name} is in {foreign.column}{also} of {foreign.contract}"
    if spec.rows is not None:
        least = f"at least {spec.rows.min} rows" if spec.rows.min is not None else ""
        most = f"at most {spec.rows.max} rows" if spec.rows.max is not None else ""
        yield "rows", ", ".join(each for each in (least, most) if each)


def _each(within: tuple[str, ...]) -> str:
    return f" within each {', '.join(within)}" if within else ""


def axis_of(spec: Contract) -> Axis | None:
    """What rows are drawn over: the column of the order, else of the cadence, else of the freshness."""
    every = nanoseconds(spec.cadence.every) / 10**9 if spec.cadence is not None else None
    if spec.order is not None:
        column, within = spec.order.by, spec.order.within
    elif spec.cadence is not None:
        column, within = spec.cadence.column, spec.cadence.within
    elif spec.freshness is not None:
        column, within = spec.freshness.column, ()
    else:
        return None
    form = head(spec.columns[column].shape)
    return Axis(column, within, form in _TIMES, every) if form in (*_TIMES, *_NUMBERS) else None


def drawable(spec: Contract) -> list[str]:
    """The columns of numbers, the one that people look at first in front."""
    axis = axis_of(spec)
    used = (axis.column, *axis.within, *spec.key) if axis is not None else spec.key
    names = [name for name, column in spec.columns.items() if head(column.shape) in _NUMBERS and name not in used]
    return sorted(names, key=lambda name: _USUAL.index(name) if name in _USUAL else len(_USUAL))


def physical_columns(spec: Contract) -> list[dict[str, Any]]:
    """How the columns are found and read, in the form that a plan has."""
    return [_physical(name, column) for name, column in spec.columns.items()]


def _physical(name: str, column: Column) -> dict[str, Any]:
    return {
        "name": name,
        "names": [column.source or name, *column.aliases],
        "type": column.type or plain(type_of(column)),
        "values": list(column.values) if column.values is not None else None,
        "parse": column.parse,
    }
