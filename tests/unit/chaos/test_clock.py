# ruff: noqa: DTZ002, DTZ005, DTZ006, DTZ011 # the naive readings are what is tested
"""The wall clock jumps, the clocks that measure do not, and afterwards all is as before."""

from __future__ import annotations

import datetime as dt
import time

from peakguard.kinds.chaos.clock import JumpingClock

DAY = 86_400


def test_all_ways_to_read_the_time_jump_and_come_back() -> None:
    before, real = time.time(), (time.time, time.time_ns, time.strftime, dt.datetime.__dict__["now"])
    clock = JumpingClock(lambda: None)
    clock.put_on()
    try:
        assert abs(time.time() - before) < 60
        start = time.monotonic(), time.perf_counter()
        clock.offset_ns = 400 * DAY * 10**9
        ahead = [
            time.time() - before,
            time.time_ns() / 1e9 - before,
            dt.datetime.now(dt.UTC).timestamp() - before,
            dt.datetime.now().timestamp() - before,
            dt.datetime.today().timestamp() - before,
            time.mktime(time.localtime()) - before,
        ]
        assert [round(each / DAY) for each in ahead] == [400] * 6
        assert dt.date.today() == dt.datetime.fromtimestamp(before + 400 * DAY).date()
        assert time.gmtime().tm_year == time.gmtime(before + 400 * DAY).tm_year
        assert time.strftime("%Y-%j") == time.strftime("%Y-%j", time.localtime(before + 400 * DAY))
        assert time.gmtime(0).tm_year == 1970
        assert time.monotonic() - start[0] < 60
        assert time.perf_counter() - start[1] < 60
    finally:
        clock.take_off()
    assert abs(time.time() - before) < 60
    assert abs(dt.datetime.now().timestamp() - before) < 60
    assert (time.time, time.time_ns, time.strftime, dt.datetime.__dict__["now"]) == real


def test_each_reading_may_move_it() -> None:
    readings = 0

    def read() -> None:
        nonlocal readings
        readings += 1
        if readings == 3:
            clock.offset_ns -= 3600 * 10**9

    clock = JumpingClock(read)
    clock.put_on()
    try:
        times = [time.time() for _ in range(4)]
    finally:
        clock.take_off()
    assert times[1] >= times[0]
    assert -3601 < times[2] - times[1] < -3599
    assert times[3] >= times[2]
