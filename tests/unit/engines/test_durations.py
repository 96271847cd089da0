"""Lengths of time from text: what is written is what is read, or nothing."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.engines.polars.durations import read_duration

SIZES = {
    "w": 604_800 * 10**9,
    "d": 86_400 * 10**9,
    "h": 3600 * 10**9,
    "m": 60 * 10**9,
    "s": 10**9,
    "ms": 10**6,
    "us": 10**3,
    "ns": 1,
}
UNITS = {"ms": 10**6, "us": 10**3, "ns": 1}
PARTS = st.fixed_dictionaries({}, optional={unit: st.integers(0, 10**30) for unit in SIZES})


def read(text: str | None, unit: str = "ns") -> int | None:
    found = read_duration(pl.Series([text, "1w"]), pl.Duration(unit))  # type: ignore[arg-type] # one of three
    value: int | None = found.cast(pl.Int64)[0]
    assert found.dtype == pl.Duration(unit)  # type: ignore[arg-type] # likewise
    return value


@given(PARTS, st.booleans(), st.sampled_from(list(UNITS)))
def test_it_is_the_sum_of_its_parts_or_nothing(parts: dict[str, int], negative: bool, unit: str) -> None:
    text = ("-" if negative else "") + "".join(f"{parts[each]}{each}" for each in SIZES if each in parts)
    total = sum(number * SIZES[each] for each, number in parts.items()) * (-1 if negative else 1)
    fits = bool(parts) and total % UNITS[unit] == 0 and -(2**63) <= total // UNITS[unit] < 2**63
    assert read(text, unit) == (total // UNITS[unit] if fits else None)


@pytest.mark.parametrize(
    "text", [None, "", "-", "1", "h", "1h1h", "1m1h", "1 h", "+1h", "1.5h", "1H", "٣h", "1h\n", "1" * 60 + "h"]
)
def test_other_forms_are_none(text: str | None) -> None:
    assert read(text) is None


def test_the_extremes() -> None:
    assert read(f"{2**63 - 1}ns") == 2**63 - 1
    assert read(f"-{2**63}ns") == -(2**63)
    assert read(f"{2**63}ns") is None
    assert read("0s") == 0
