"""Three outcomes, and what the unknown one counts as."""

import pytest

from peakguard.expression.verdict import Counts, applied, count, outcome, violates


def test_null_is_an_outcome_of_its_own() -> None:
    assert [outcome(each) for each in (True, False, None)] == ["pass", "fail", "unknown"]
    assert count([True, None, False, None]) == Counts(passed=1, failed=1, unknown=2)


def test_on_null_decides_the_unknown_and_nothing_else() -> None:
    assert [violates(each, "fail") for each in (True, False, None)] == [False, True, True]
    assert [violates(each, "pass") for each in (True, False, None)] == [False, True, False]


@pytest.mark.parametrize("verdict", [True, False, None])
def test_a_rule_that_does_not_apply_passes(verdict: bool | None) -> None:
    assert applied(False, verdict) is True
    assert applied(True, verdict) is verdict
    assert applied(None, verdict) is (True if verdict else None)
