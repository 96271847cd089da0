"""A rate limit: no window of time holds more calls, and the first to come is the first to go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.kinds.resilience.rates import Rate
from peakguard.runtime.rejections import RateLimited
from tests.unit.resilience.virtual import Time, on, policies_of


@given(
    st.integers(1, 20), st.floats(0.01, 10), st.integers(1, 20), st.lists(st.floats(0, 5), max_size=60),
    st.sampled_from([0.0, 1.0, 1e9]),
)  # fmt: skip # one strategy each
def test_no_window_of_time_ever_holds_more_calls_than_may_begin(
    limit: int, per: float, burst: int, gaps: list[float], longest: float
) -> None:
    time = Time()
    rate = Rate(per / limit, burst, time.clock)
    begun: list[float] = []
    for gap in gaps:
        time.now += gap
        wait, is_ours = rate.reserve(longest)
        assert wait <= longest or not is_ours
        if is_ours:
            begun.append(time.now + wait)
    assert begun == sorted(begun)  # first come, first served
    for first in range(len(begun)):
        inside = [each for each in begun[first:] if each - begun[first] < per * (1 - 1e-9)]
        assert len(inside) <= burst + limit


def test_a_steady_rate_waits_and_a_burst_does_not(tmp_path: Path) -> None:
    time = Time()
    policies = policies_of(tmp_path, "{rate_limit: {limit: 10, per: 1s, burst: 3, max_wait: 150ms}}")
    on(time, policies)
    call: Any = policies.guard("p")(lambda: time.now)
    assert [round(call() - 1000, 3) for _ in range(5)] == [0, 0, 0, 0.1, 0.2]
    policies = policies_of(tmp_path / "b", "{rate_limit: {limit: 10, per: 1s}}")
    on(Time(), policies)
    call = policies.guard("p")(lambda: 0.0)
    for _ in range(10):
        call()
    with pytest.raises(RateLimited) as caught:
        call()
    assert caught.value.code == "PG2092"
    assert caught.value.retry_after == pytest.approx(0.1)


def test_the_rate_holds_for_threads(tmp_path: Path) -> None:
    policies = policies_of(tmp_path, "{rate_limit: {limit: 100, per: 1h}}")
    call: Any = policies.guard("p")(lambda: 1)

    def ask(_: int) -> int:
        try:
            return int(call())
        except RateLimited:
            return 0

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(ask, range(400))) == 100
