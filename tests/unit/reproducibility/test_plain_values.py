"""Plain values have one canonical form, and two that differ are told apart where they differ first."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.diagnostics import codes
from peakguard.kinds.reproducibility.checkpoints import checkpoint_of
from peakguard.kinds.reproducibility.plain_values import canonical, first_difference, text_of, ulps_between
from peakguard.runtime.errors import PeakguardError

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.frozensets(st.integers()),
    max_leaves=12,
)


@given(PLAIN)
def test_a_value_has_one_text_and_does_not_differ_from_itself(value: Any) -> None:
    made = canonical(value)
    assert json.loads(text_of(made)) == made
    assert first_difference(made, json.loads(text_of(made))) is None


@given(PLAIN, PLAIN)
def test_two_values_differ_exactly_where_their_texts_do(one: Any, other: Any) -> None:
    left, right = canonical(one), canonical(other)
    assert (first_difference(left, right) is None) == (text_of(left) == text_of(right))


@given(st.floats(allow_nan=False), st.integers(1, 1000))
def test_ulps_count_the_floats_between(value: float, steps: int) -> None:
    other = value
    for _ in range(steps):
        other = math.nextafter(other, math.inf)
    between = 0 if math.isinf(value) and value > 0 else ulps_between(value, other)
    if not math.isinf(other) and not math.isinf(value):
        # 0.0 and -0.0 are two of them.
        assert between in (steps, steps + 1)


def test_zeros_of_two_signs_differ_and_payloads_of_nan_do_not() -> None:
    assert checkpoint_of("a", 0.0).digest != checkpoint_of("a", -0.0).digest
    (payload,) = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_1234))
    assert checkpoint_of("a", [payload]).digest == checkpoint_of("a", [math.nan]).digest


def test_the_place_of_a_difference_is_named() -> None:
    one = canonical({"book": [1.0, {"cash": 2.0}]})
    other = canonical({"book": [1.0, {"cash": math.nextafter(2.0, 3.0)}]})
    found = first_difference(one, other)
    assert found is not None
    assert (found.path, found.ulps) == ("$.book[1].cash", 1)


def test_the_order_of_a_dict_counts_and_that_of_a_set_does_not() -> None:
    assert checkpoint_of("a", {"x": 1, "y": 2}).digest != checkpoint_of("a", {"y": 2, "x": 1}).digest
    assert checkpoint_of("a", {3, 1, 2}).digest == checkpoint_of("a", {2, 3, 1}).digest


@dataclass
class Fill:
    """A record of a program."""

    quantity: float
    at: datetime


def test_records_arrays_times_and_decimals_have_a_form() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    values = [Fill(1.0, at), np.arange(6.0).reshape(2, 3), np.float64(2.5), Decimal("1.50"), timedelta(1), at.date()]
    assert len({checkpoint_of("a", value).digest for value in values}) == len(values)
    assert checkpoint_of("a", np.float64(2.5)).digest == checkpoint_of("a", 2.5).digest
    other = np.arange(6.0).reshape(3, 2)
    assert checkpoint_of("a", values[1]).digest != checkpoint_of("a", other).digest


@pytest.mark.parametrize("value", [object(), [object()], {"a": lambda: 1}, open])
def test_what_has_no_form_is_refused(value: Any) -> None:
    with pytest.raises(PeakguardError) as caught:
        checkpoint_of("book", value)
    assert caught.value.code == codes.CHECKPOINT_REFUSED == "PG2103"


def test_a_value_that_holds_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(PeakguardError) as caught:
        checkpoint_of("book", loop)
    assert caught.value.code == "PG2103"
