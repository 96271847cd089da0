"""Python's objects become canonical values exactly, or are refused with the reason."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.runtime.values import NotAValue, reader, restorer

NEW_YORK = ZoneInfo("America/New_York")
CANONICAL: list[tuple[str, Any, Any]] = [
    ("bool", True, True),
    ("bool", np.bool_(False), False),
    ("int64", np.int32(7), 7),
    ("int64", -(2**63), -(2**63)),
    ("float64", 2.5, 2.5),
    ("float64", np.float32(0.5), 0.5),
    ("float64", np.float64(0.1), 0.1),
    ("float64", 2**53 + 2, 2.0**53 + 2),
    ("float64", math.inf, math.inf),
    ("decimal(10,2)", Decimal("1.10"), Decimal("1.1")),
    ("decimal(10,2)", Decimal("1.1000"), Decimal("1.1")),
    ("decimal(10,2)", 7, Decimal(7)),
    ("decimal(10,2)", "-0.01", Decimal("-0.01")),
    ("decimal(3,2)", Decimal("9.99"), Decimal("9.99")),
    ("string", "Ä𝒳", "Ä𝒳"),
    ("string", np.str_("a"), "a"),
    ("enum", "buy", "buy"),
    ("date", date(2024, 2, 29), date(2024, 2, 29)),
    ("date", "2024-02-29", date(2024, 2, 29)),
    ("date", np.datetime64("2024-02-29"), date(2024, 2, 29)),
    ("datetime[us, UTC]", datetime(1970, 1, 1, 0, 0, 1, 5, UTC), 1_000_005),
    ("datetime[ms, UTC]", datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC), -1),
    ("datetime[us, UTC]", datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))), 0),
    ("datetime[us, UTC]", "1970-01-01T00:00:01.000005Z", 1_000_005),
    ("datetime[ns, UTC]", "1970-01-01T00:00:00.123456789+00:00", 123_456_789),
    ("datetime[ns, UTC]", pd.Timestamp(123_456_789, tz="UTC"), 123_456_789),
    ("datetime[us]", datetime(1970, 1, 1, 0, 0, 1), 1_000_000),  # noqa: DTZ001 # naive on purpose
    ("datetime[us]", "1970-01-01 00:00", 0),
    ("datetime[ns]", np.datetime64(5, "us"), 5000),
    ("datetime[us]", np.datetime64("9999-12-31T23:59:59", "s"), 253_402_300_799_000_000),
    ("datetime[us]", np.datetime64("NaT"), None),
    ("datetime[us, UTC]", pd.NaT, None),
    ("datetime[us, UTC]", 17, 17),
    ("datetime[us, UTC]", np.int64(17), 17),
    ("datetime[us, America/New_York]", datetime(2024, 11, 3, 1, 30, tzinfo=NEW_YORK), 1_730_611_800_000_000),
    ("datetime[us, America/New_York]", datetime(2024, 11, 3, 1, 30, tzinfo=NEW_YORK, fold=1), 1_730_615_400_000_000),
    ("duration", timedelta(days=-1, microseconds=1), -86_399_999_999),
    ("duration[ns]", timedelta(microseconds=1), 1000),
    ("duration[ns]", pd.Timedelta(7, "ns"), 7),
    ("duration[ms]", np.timedelta64(2, "s"), 2000),
    ("duration", np.timedelta64("NaT"), None),
    ("duration", 5, 5),
]


@pytest.mark.parametrize(("type", "value", "wanted"), CANONICAL)
def test_an_object_becomes_its_canonical_value(type: str, value: Any, wanted: Any) -> None:
    found = reader(type)(value)
    assert found == wanted
    assert found.__class__ is wanted.__class__


REFUSED: list[tuple[str, Any, str]] = [
    ("bool", 1, "type"),
    ("int64", True, "type"),
    ("int64", 1.0, "type"),
    ("int64", 2**63, "range"),
    ("float64", True, "type"),
    ("float64", "1", "type"),
    ("float64", 2**53 + 1, "inexact"),
    ("float64", 10**400, "inexact"),
    ("float64", Decimal(1), "type"),
    ("decimal(10,2)", 0.5, "type"),
    ("decimal(10,2)", Decimal("0.001"), "inexact"),
    ("decimal(3,2)", Decimal(10), "range"),
    ("decimal(3,2)", Decimal("NaN"), "range"),
    ("decimal(3,2)", Decimal("1E+999999"), "range"),
    ("decimal(3,2)", "1e2", "form"),
    ("string", "\ud800", "form"),
    ("string", b"a", "type"),
    ("enum", "hold", "not listed"),
    ("date", datetime(2024, 1, 1, tzinfo=UTC), "type"),
    ("date", np.datetime64("2024-02-29T00:00:00"), "type"),
    ("date", "2024-02-30", "form"),
    ("date", "20240229", "form"),
    ("datetime[us, UTC]", datetime(2024, 1, 1), "naive"),  # noqa: DTZ001 # naive on purpose
    ("datetime[us, UTC]", "2024-01-01T00:00:00", "naive"),
    ("datetime[us, UTC]", np.datetime64("2024-01-01"), "naive"),
    ("datetime[us]", datetime(2024, 1, 1, tzinfo=UTC), "aware"),
    ("datetime[us]", "2024-01-01T00:00:00Z", "aware"),
    ("datetime[ms]", datetime(2024, 1, 1, 0, 0, 0, 1), "inexact"),  # noqa: DTZ001 # naive on purpose
    ("datetime[us]", np.datetime64(1, "ns"), "inexact"),
    ("datetime[ns]", datetime(2500, 1, 1), "range"),  # noqa: DTZ001 # naive on purpose
    ("datetime[ns]", np.datetime64("2500-01-01"), "range"),
    ("datetime[us]", np.datetime64("2024-01"), "inexact"),
    ("datetime[us]", "2024-01-01", "form"),
    ("datetime[us]", date(2024, 1, 1), "type"),
    ("datetime[us]", 1.5, "type"),
    ("datetime[us]", True, "type"),
    ("duration", "1h", "type"),
    ("duration[ms]", timedelta(microseconds=1), "inexact"),
    ("duration[ns]", timedelta(days=200_000), "range"),
]


@pytest.mark.parametrize(("type", "value", "reason"), REFUSED)
def test_what_would_lose_or_guess_is_refused(type: str, value: Any, reason: str) -> None:
    with pytest.raises(NotAValue) as caught:
        reader(type, frozenset({"buy", "sell"}) if type == "enum" else None)(value)
    assert (caught.value.reason, caught.value.type.partition("[")[0]) == (reason, type.partition("[")[0])


@pytest.mark.parametrize("type", sorted({each[0] for each in CANONICAL}))
def test_null_is_null(type: str) -> None:
    assert reader(type)(None) is None
    assert restorer(type)(None) is None


@given(st.datetimes(timezones=st.sampled_from([UTC, NEW_YORK, ZoneInfo("Europe/Berlin")]), allow_imaginary=False))
def test_a_time_comes_back_as_the_same_point_in_time(moment: datetime) -> None:
    offset = moment.utcoffset()
    assert offset is not None
    fixed = moment.replace(tzinfo=timezone(offset))
    for zone in ("UTC", "America/New_York"):
        type = f"datetime[us, {zone}]"
        back = restorer(type)(reader(type)(moment))
        if isinstance(back, int):
            assert moment.year in (1, 9999), "only near the ends of the calendar a datetime cannot hold it"
        else:
            assert back - fixed == timedelta(0)


@given(st.datetimes(), st.timedeltas())
def test_naive_times_and_durations_come_back_as_they_were(moment: datetime, length: timedelta) -> None:
    assert restorer("datetime[us]")(reader("datetime[us]")(moment)) == moment.replace(fold=0)
    if abs(length) < timedelta(microseconds=2**63 - 1):
        assert restorer("duration")(reader("duration")(length)) == length
    else:
        with pytest.raises(NotAValue):
            reader("duration[ns]")(length)


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(["ms", "us", "ns"]), st.sampled_from(["", ", UTC"]))
def test_every_count_survives_the_way_out_and_back(count: int, unit: str, zone: str) -> None:
    for type in (f"datetime[{unit}{zone}]", f"duration[{unit}]"):
        assert reader(type)(restorer(type)(count)) == count
