"""How long a value lasts, at the second where it stops."""

from __future__ import annotations

from typing import Any

import pytest

from peakguard.kinds.cache.age import lasts, state_of
from peakguard.kinds.cache.entry import Note

TABLE: dict[str, Any] = {"ttl": 100.0, "stale_if_error": 50.0, "stale_while_revalidate": 20.0, "negative": None}


@pytest.mark.parametrize(
    ("age", "state"),
    [(-3, "future"), (-2, "fresh"), (99, "fresh"), (100, "refreshing"), (119, "refreshing"), (120, "spare"),
     (149, "spare"), (150, "expired")],
)  # fmt: skip # the bounds in order
def test_a_value_is_used_until_its_time_and_not_a_second_longer(age: int, state: str) -> None:
    assert state_of(Note("polars", 3, 1000.0), TABLE, 1000.0 + age) == state


@pytest.mark.parametrize(("form", "rows", "empty", "seconds"), [
    ("polars", 0, True, 5.0), ("polars", 0, False, 100.0), ("polars", 1, True, 100.0), ("error", 0, False, 5.0),
])  # fmt: skip # a line each would be longer
def test_only_failures_and_empty_answers_last_as_long_as_the_policy_says_of_them(
    form: str, rows: int, seconds: float, *, empty: bool
) -> None:
    negative = {**TABLE, "negative": {"ttl": 5.0, "empty": empty}}
    assert lasts(Note(form, rows, 0.0), negative) == seconds
