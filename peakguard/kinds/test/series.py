"""Many rows in few words: columns that stay, take turns, or rise by a step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from peakguard.runtime.lengths import LENGTH, nanoseconds

TIMES, COLUMNS = "times", "columns"
MOST = 100_000
_RISES = {"from", "step", "format"}


def problem_of(series: Mapping[str, Any]) -> str | None:
    """What is wrong with a series, None where nothing is."""
    if set(series) != {TIMES, COLUMNS}:
        return "a series has `times`, the number of its rows, and `columns`"
    times, columns = series[TIMES], series[COLUMNS]
    if not isinstance(times, int) or isinstance(times, bool) or not 1 <= times <= MOST:
        return f"`times` is a whole number from 1 to {MOST}"
    if not isinstance(columns, Mapping) or not columns:
        return "`columns` is a table with at least one column"
    for name, told in columns.items():
        if isinstance(told, Sequence) and not told:
            return f"column `{name}` has no values to take turns"
        if isinstance(told, Mapping) and (problem := _problem_of_rise(told)) is not None:
            return f"column `{name}` {problem}"
    return None


def _problem_of_rise(told: Mapping[str, Any]) -> str | None:
    if not {"from", "step"} <= set(told) <= _RISES:
        return "is a value, a list of values that take turns, or `{from: …, step: …}`"
    start, step = told["from"], told["step"]
    if isinstance(start, str):
        is_time = _moment(start) is not None and isinstance(step, str) and LENGTH.fullmatch(step) is not None
        return None if is_time else "rises from a day or time by a length of time, such as 1h"
    is_number = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (start, step))
    return None if is_number else "rises from a number by a number"


def rows_of(series: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a sound series."""
    columns = series[COLUMNS]
    for number in range(series[TIMES]):
        yield {name: _value(told, number) for name, told in columns.items()}


def _value(told: Any, number: int) -> Any:
    if isinstance(told, Mapping):
        return _risen(told, number)
    return told[number % len(told)] if isinstance(told, Sequence) and not isinstance(told, str) else told


def _risen(told: Mapping[str, Any], number: int) -> Any:
    start, step = told["from"], told["step"]
    if not isinstance(start, str):
        return start + number * step
    moment = _moment(start)
    assert moment is not None, start
    moment += timedelta(microseconds=number * nanoseconds(step) // 1000)
    if "format" in told:
        return moment.strftime(told["format"])
    if len(start) == len("2026-01-31"):
        return moment.date().isoformat()
    return moment.isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime | None:
    try:
        if len(text) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
        return datetime.fromisoformat(text)
    except ValueError:
        return None
