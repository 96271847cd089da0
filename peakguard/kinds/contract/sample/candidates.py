"""Frames that may break a rule alone, by what kind of rule it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from peakguard.kinds.contract.sample.breaking import broken
from peakguard.kinds.contract.sample.draw import Drawn, draw
from peakguard.kinds.contract.sample.subject import Subject
from peakguard.kinds.contract.sample.table import Row
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.lengths import nanoseconds

_SIZES = (0.5, 0.2, 0.1, 2.0, 4.0)
"""Other numbers of rows, as shares of the one that was asked for."""


def candidates(
    drawn: Drawn, rule: str, plan: Mapping[str, Any], seed: str, now: datetime, blamed: list[str]
) -> Iterator[Any]:
    """Frames to be judged. Rules that stood in the way are added to `blamed`."""
    from peakguard.engines.polars import samples

    rows = drawn.table.rows
    names = {column["name"]: column["names"][0] for column in plan["columns"]}
    column, _, demand = rule.removeprefix("columns.").rpartition(".")
    if rule == "extra_columns":
        yield samples.with_extra_column(samples.frame_of(rows, plan), _unused(names))
    elif rule == "column_order":
        yield samples.reversed_columns(samples.frame_of(rows, plan))
    elif rule.startswith("columns.") and demand == "required":
        yield samples.without_column(samples.frame_of(rows, plan), names[column])
    elif rule.startswith("columns.") and demand == "type" and column in names:
        yield from samples.with_wrong_type(samples.frame_of(rows, plan), names[column], plan)
    else:
        for each in _rows(drawn, rule, seed, now, blamed):
            yield samples.frame_of(each, plan)


def _rows(drawn: Drawn, rule: str, seed: str, now: datetime, blamed: list[str]) -> Iterator[list[Row]]:
    subject, count = drawn.table.subject, len(drawn.table.rows)
    if rule == "rows":
        yield from _drawn(subject, _outside(subject), seed, now, (), blamed)
    elif rule == "freshness":
        assert subject.spec.freshness is not None
        age = timedelta(microseconds=nanoseconds(subject.spec.freshness.max_age) // 1000)
        yield from _drawn(subject, [count], seed, now - 2 * age - timedelta(days=1), (), blamed)
    else:
        yield from broken(drawn, rule, blamed)
        if subject.test(rule) in subject.whole:
            yield from _drawn(subject, _other_sizes(subject, count), seed, now, (rule,), blamed)


def _drawn(
    subject: Subject, sizes: list[int], seed: str, now: datetime, against: tuple[str, ...], blamed: list[str]
) -> Iterator[list[Row]]:
    for size in sizes:
        try:
            yield draw(subject, size, seed, now, against).table.rows
        except PeakguardError as error:
            blamed.append(error.context["rule"])


def _outside(subject: Subject) -> list[int]:
    """Numbers of rows that the contract does not allow."""
    rows = subject.spec.rows
    assert rows is not None
    below = [rows.min - 1] if rows.min else []
    return below + ([rows.max + 1] if rows.max is not None else [])


def _other_sizes(subject: Subject, count: int) -> list[int]:
    rows = subject.spec.rows
    least = (rows.min if rows is not None else None) or 1
    most = rows.max if rows is not None and rows.max is not None else max(4 * count, 200)
    sizes = [int(count * share) for share in _SIZES] + [least, min(most, 200)]
    return list(dict.fromkeys(size for size in sizes if least <= size <= most and size != count))


def _unused(names: Mapping[str, str]) -> str:
    name = "extra"
    while name in names or name in names.values():
        name += "_"
    return name
