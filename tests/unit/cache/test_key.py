"""Two values that differ never have one key."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.kinds.cache.key import encode
from peakguard.runtime.errors import PeakguardError


class Side(enum.Enum):
    BUY = 1
    SELL = 2


class Other(enum.Enum):
    BUY = 1


class Level(enum.IntEnum):
    ONE = 1


plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(), st.floats(), st.text(), st.binary(), st.decimals(allow_nan=False), st.fractions(),
    st.dates(), st.times(), st.datetimes(), st.datetimes(timezones=st.timezones()), st.timedeltas(), st.uuids(),
    st.complex_numbers(), st.sampled_from([*Side, *Other, *Level]),
)  # fmt: skip # a table
hashable = st.recursive(plain, lambda inner: st.tuples(inner, inner) | st.frozensets(plain, max_size=3), max_leaves=5)
values = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(hashable, inner, max_size=3)
        | st.sets(plain, max_size=3)
    ),
    max_leaves=8,
)


def told(value: Any) -> Any:
    """A form of a value in which equal ones of two types differ; an independent one, by `repr` of every part."""
    if isinstance(value, dict):
        return ("dict", frozenset((told(key), told(each)) for key, each in value.items()))
    if isinstance(value, set | frozenset):
        return ("set", frozenset(told(each) for each in value))
    if isinstance(value, list | tuple):
        return (type(value).__name__, tuple(told(each) for each in value))
    if isinstance(value, dt.datetime | dt.time):
        return (type(value).__name__, repr(value.replace(tzinfo=None)), value.fold, str(value.tzinfo))
    return (type(value).__name__, repr(value))


@given(values, values)
def test_keys_are_one_exactly_where_values_are(one: Any, other: Any) -> None:
    assert (encode("", one) == encode("", other)) == (told(one) == told(other))


@given(values)
def test_a_key_does_not_depend_on_the_order_of_tables_and_sets(value: Any) -> None:
    if isinstance(value, dict):
        assert encode("", dict(reversed(value.items()))) == encode("", value)
    assert encode("a", value) != encode("b", value)


NAIVE = dt.datetime.fromisoformat("2026-10-25T02:30")
ALIKE = [
    1, True, 1.0, "1", b"1", Decimal(1), Fraction(1), np.int64(1), np.int32(1), np.float64(1), np.bool_(True),
    Level.ONE, Side.BUY, Other.BUY, [1], (1,), {1}, {1: None}, "int", ["int", "1"], ("int", "1"), None, "null", "",
    [], (), {}, set(), -0.0, 0.0, 0, False, "\x00", Path("1"), uuid.UUID(int=1), 10**5000, dt.date(2026, 1, 1),
    NAIVE, NAIVE.replace(tzinfo=dt.UTC), NAIVE.replace(tzinfo=ZoneInfo("Africa/Abidjan")),
    NAIVE.replace(tzinfo=ZoneInfo("Europe/Berlin")), NAIVE.replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=1),
    dt.timedelta(1), dt.timedelta(2),
    pd.Timestamp("2026-01-01"), pd.Timestamp("2026-01-01T00:00:00.000000001"), pd.Timedelta(1, "ns"), pd.NaT,
    float("nan"), float("inf"), np.datetime64("2026-01-01"), np.str_("1"),
]  # fmt: skip # a table


def test_values_that_are_alike_have_keys_of_their_own() -> None:
    found = [encode("", value) for value in ALIKE]
    assert len(set(found)) == len(ALIKE)


class Client:
    pass


@pytest.mark.parametrize(
    "value", [Client(), [1, {"a": Client()}], Client, len, np.array([1]), pd.DataFrame(), object()]
)
def test_what_cannot_be_told_from_others_is_refused(value: Any) -> None:
    with pytest.raises(PeakguardError) as caught:
        encode("", value)
    assert caught.value.code == "PG2044"


def test_a_value_that_holds_itself_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    with pytest.raises(PeakguardError):
        encode("", ring)


def _nested(depth: int, inside: Any) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = inside(value)
    return value


@pytest.mark.parametrize(
    "inside",
    [lambda value: [value], lambda value: (value,), lambda value: frozenset([value]), lambda value: {"a": value}],
)
def test_so_deep_and_no_deeper(inside: Any) -> None:
    assert encode("", _nested(50, inside))
    with pytest.raises(PeakguardError) as caught:
        encode("", _nested(51, inside))
    assert caught.value.context["problem"] == "it is nested too deeply"


def test_a_key_of_a_table_counts_as_deep_as_its_value() -> None:
    assert encode("", {_nested(49, lambda value: (value,)): 1})
    key = _nested(50, lambda value: (value,))
    with pytest.raises(PeakguardError) as caught:
        encode("", {key: 1})
    assert caught.value.context["problem"] == "it is nested too deeply"


def test_moments_and_numbers_are_those_of_the_libraries_that_are_known() -> None:
    """A class of another module may mean anything by the same names."""
    moment = type("Moment", (dt.datetime,), {"__module__": "zoo"})
    number = type("Number", (), {"__module__": "zoo", "ndim": 0, "dtype": "int64", "item": lambda _: 1})
    for value in (moment(2026, 1, 1), number()):
        with pytest.raises(PeakguardError) as caught:
            encode("", value)
        assert caught.value.code == "PG2044"
