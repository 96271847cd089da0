"""The tokens of a budget when its prices change."""

from __future__ import annotations

import pytest

from peakguard.kinds.resilience.budget import Budget


def settings(capacity: int) -> dict[str, int]:
    return {"capacity": capacity, "retry_cost": 3, "timeout_cost": 4, "success_refund": 1}


@pytest.mark.parametrize(("capacity", "tokens"), [(15, 12), (10, 7), (8, 7), (5, 5)])
def test_what_is_added_to_a_capacity_may_be_spent_and_no_more(capacity: int, tokens: int) -> None:
    budget = Budget(settings(10))
    assert budget.pay(timeout=False) == 3
    budget.change(settings(capacity))
    assert (budget.tokens, budget.is_short) == (tokens, tokens < capacity)
