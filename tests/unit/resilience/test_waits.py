"""Schedules of waits, as tenacity, the AWS Architecture Blog, Polly and urllib3 have them."""

from __future__ import annotations

import time
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import pytest
import tenacity
from hypothesis import given
from hypothesis import strategies as st

from peakguard.kinds.resilience.waits import asked_by, schedule


def waits(count: int, chance: float = 1.0, **settings: Any) -> list[float]:
    made = schedule(
        {"type": "exponential", "initial": 1.0, "multiplier": 2.0, "max_delay": None, "jitter": "none", **settings},
        lambda: chance,
    )
    found: list[float] = []
    for failed in range(1, count + 1):
        found.append(made(failed, found[-1] if found else 0.0))
    return found


@given(st.floats(0.001, 10), st.floats(1, 5), st.floats(0.001, 100), st.integers(1, 40))
def test_exponential_waits_are_those_of_tenacity(initial: float, multiplier: float, most: float, count: int) -> None:
    oracle = tenacity.wait_exponential(multiplier=initial, exp_base=multiplier, max=most)
    wanted = [oracle(SimpleNamespace(attempt_number=number)) for number in range(1, count + 1)]  # type: ignore[arg-type]
    assert waits(count, initial=initial, multiplier=multiplier, max_delay=most) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("settings", "chance", "wanted"),
    [
        ({"jitter": "none"}, 0.5, [1, 2, 4, 8]),
        ({"jitter": "none", "max_delay": 3.0}, 0.5, [1, 2, 3, 3]),
        ({"jitter": "full"}, 0.0, [0, 0, 0, 0]),
        ({"jitter": "full"}, 0.5, [0.5, 1, 2, 4]),
        ({"jitter": "full", "max_delay": 3.0}, 1.0, [1, 2, 3, 3]),
        ({"jitter": "equal"}, 0.0, [0.5, 1, 2, 4]),
        ({"jitter": "equal"}, 1.0, [1, 2, 4, 8]),
        ({"jitter": "decorrelated"}, 0.0, [1, 1, 1, 1]),
        ({"jitter": "decorrelated"}, 1.0, [1, 3, 9, 27]),
        ({"jitter": "decorrelated", "max_delay": 5.0}, 1.0, [1, 3, 5, 5]),
        ({"type": "fixed"}, 0.5, [1, 1, 1, 1]),
        ({"type": "fixed", "jitter": "full"}, 0.25, [0.25, 0.25, 0.25, 0.25]),
        ({"type": "random", "max_delay": 5.0}, 0.5, [3, 3, 3, 3]),
    ],
)
def test_every_schedule(settings: dict[str, Any], chance: float, wanted: list[float]) -> None:
    assert waits(4, chance, **settings) == pytest.approx(wanted)


@pytest.mark.parametrize("count", [1025, 2000, 10_000])
def test_no_number_of_attempts_overflows(count: int) -> None:
    """stamina test_backoff_no_overflow_on_high_attempt_numbers; Polly GetRetryDelay_Overflow."""
    assert waits(count, max_delay=30.0)[-1] == 30.0
    assert waits(count)[-1] == 1e9


def error(headers: Any = None, **attributes: Any) -> Exception:
    made = Exception("busy")
    made.response = SimpleNamespace(headers=headers)  # type: ignore[attr-defined] # as HTTP clients have it
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"Retry-After": "3"}, 3.0),
        ({"retry-after": " 120 "}, 120.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "1.5"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "9" * 400}, None),
        ({}, None),
        (None, None),
    ],
)
def test_what_a_provider_asks_for_in_seconds(headers: Any, wanted: float | None) -> None:
    """urllib3 test_parse_retry_after, _invalid; RFC 9110, 10.2.3."""
    assert asked_by(error(headers)) == wanted


def test_what_a_provider_asks_for_as_a_date() -> None:
    asked = asked_by(error({"Retry-After": formatdate(time.time() + 30, usegmt=True)}))
    assert asked is not None
    assert 28 < asked <= 30
    assert asked_by(error({"Retry-After": formatdate(0, usegmt=True)})) == 0.0
    assert asked_by(error({"Retry-After": "Mon, 99 Xyz 2026 99:99:99 GMT"})) is None


@pytest.mark.parametrize(
    ("value", "wanted"), [(2, 2.0), (0.5, 0.5), (True, None), (-1, None), ("2", None), (1e300, None)]
)
def test_what_an_error_says_itself(value: Any, wanted: float | None) -> None:
    assert asked_by(error(retry_after=value)) == wanted
