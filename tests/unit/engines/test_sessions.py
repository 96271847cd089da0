"""The bars that are expected are those of exchange_calendars, found without listing them."""

from __future__ import annotations

import sys
import warnings
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import exchange_calendars
import polars as pl
import pytest

from peakguard.diagnostics import codes
from peakguard.engines.polars import sessions
from peakguard.engines.polars.sessions import bars_of
from peakguard.kinds.contract.calendars import CALENDARS
from peakguard.runtime.errors import PeakguardError

HOUR = 3600 * 10**9
T = pl.col("t")


@pytest.fixture(autouse=True)
def quiet() -> Any:
    # The library uses what pandas is about to give up.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def numbered(bars: sessions.Bars, times: pl.Series) -> pl.DataFrame:
    return times.alias("t").to_frame().select(before=bars.before(T), until=bars.until(T))


@pytest.mark.parametrize("minutes", [5, 37, 60, 120])
@pytest.mark.parametrize("calendar", ["XNYS", "XHKG", "XTKS", "CMES", "XLON", "us_futures"])
def test_bars_are_those_of_the_library(calendar: str, minutes: int) -> None:
    """Half days, lunch breaks, sessions over midnight, changes of the clock: two years hold them all."""
    library = exchange_calendars.get_calendar(calendar, start="2019-01-01", end="2021-12-31")
    listed = library.trading_index(
        "2019-03-01", "2020-12-24", f"{minutes}min", intervals=False, closed="left", force=False
    )
    times = pl.Series(listed.tz_localize(None).to_numpy(), dtype=pl.Datetime("ns")).dt.replace_time_zone("UTC")
    found = numbered(bars_of(calendar, minutes * HOUR // 60, is_daily=False), times)
    first = found["before"][0]
    assert found["before"].to_list() == list(range(first, first + times.len()))
    assert found["until"].to_list() == list(range(first + 1, first + 1 + times.len()))


@pytest.mark.parametrize("calendar", ["XNYS", "XHKG", "XKRX", "CMES"])
def test_days_are_those_of_the_library(calendar: str) -> None:
    library = exchange_calendars.get_calendar(calendar, start="2001-01-01", end="2020-12-31")
    listed = {each.date() for each in library.sessions}
    days = pl.date_range(date(2001, 1, 1), date(2020, 12, 31), eager=True)
    found = numbered(bars_of(calendar, 24 * HOUR, is_daily=True), days)
    held = [day for day, is_held in zip(days, found["until"] > found["before"], strict=True) if is_held]
    assert set(held) == listed


def test_a_daily_bar_is_midnight_in_the_zone_of_its_column() -> None:
    times = pl.Series(["2024-01-03 00:00", "2024-01-03 01:00"]).str.to_datetime()
    bars = bars_of("XNYS", 24 * HOUR, is_daily=True)
    for zone in (None, "America/New_York", "Asia/Tokyo"):
        found = numbered(bars, times.dt.replace_time_zone(zone))
        assert (found["until"] - found["before"]).to_list() == [1, 0]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_every_unit_of_time_means_the_same(unit: Any) -> None:
    opens = datetime(2024, 1, 3, 9, 30, tzinfo=ZoneInfo("America/New_York"))
    times = pl.Series([opens, opens + timedelta(hours=1), opens + timedelta(minutes=1), None]).dt.cast_time_unit(unit)
    found = numbered(bars_of("XNYS", HOUR, is_daily=False), times)
    assert (found["until"] - found["before"]).to_list() == [1, 1, 0, None]


def test_what_the_calendar_does_not_know_of_is_null() -> None:
    times = pl.Series(["0001-01-01 00:00", "9999-01-01 00:00", "2026-06-01 00:00"]).str.to_datetime()
    found = numbered(bars_of("XNYS", HOUR, is_daily=False), times)
    assert found["before"].is_null().to_list() == [True, True, False]
    days = pl.Series([date(1, 1, 1), date(9999, 1, 1), date(2026, 6, 1)])
    assert numbered(bars_of("XSHG", 24 * HOUR, is_daily=True), days)["until"].is_null().to_list() == [True, True, False]


def test_a_check_knows_the_calendars_of_the_library() -> None:
    assert set(exchange_calendars.get_calendar_names(include_aliases=True)) - {"24/7"} == CALENDARS


def test_without_the_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "exchange_calendars", None)
    with pytest.raises(PeakguardError) as raised:
        bars_of("XNYS", 7 * HOUR, is_daily=False)
    assert raised.value.code == codes.EXTRA_MISSING
    assert raised.value.context["extra"] == "calendars"


def test_a_calendar_that_the_library_cannot_make_is_named() -> None:
    class Library:
        @staticmethod
        def get_calendar(*_: object, **__: object) -> None:
            raise ValueError("special dates are no sessions, [1, 2]")

    with pytest.raises(PeakguardError) as raised:
        sessions._schedule(Library, "XTAE")
    assert raised.value.code == codes.CALENDAR_UNAVAILABLE
    assert raised.value.context == {"calendar": "XTAE", "reason": "special dates are no sessions"}
