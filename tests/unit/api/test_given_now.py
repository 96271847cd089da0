"""A moment that is given stands for the time of the call, in all that Python offers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import polars as pl
import pytest

import peakguard
from peakguard.api import data

POLICY = """\
peakguard: 1
kind: contract
name: quotes
version: 1.0.0
columns: {k: int64, t: 'datetime[us, UTC]', x: float64}
key: [k]
freshness: {column: t, max_age: 1h}
exempt: [{key: {k: 1}, rule: positive, reason: known, until: 2026-01-02}]
rules:
  positive: {expr: x > 0}
"""
NEWEST = datetime(2026, 1, 2, 23, 30, tzinfo=UTC)
FRAME = pl.DataFrame({"k": [1], "t": [NEWEST], "x": [-1.0]})


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "quotes.yaml").write_text(POLICY)
    monkeypatch.setattr(data, "default_policies", lambda: peakguard.load(tmp_path))


@pytest.mark.parametrize(
    ("now", "broken"),
    [
        (NEWEST, []),
        (NEWEST.replace(tzinfo=None), []),
        (NEWEST + timedelta(minutes=29), []),
        (NEWEST.astimezone(timezone(timedelta(hours=9))), []),
        (NEWEST + timedelta(minutes=30), ["rules.positive"]),
        (NEWEST + timedelta(minutes=61), ["freshness", "rules.positive"]),
        (None, ["freshness", "rules.positive"]),
    ],
)
def test_freshness_and_exemptions_are_measured_against_it(now: datetime | None, broken: list[str]) -> None:
    found = [each.rule for each in peakguard.collect_violations(FRAME, "quotes", now=now)]
    assert found == broken
    if broken:
        with pytest.raises(peakguard.ContractViolation):
            peakguard.validate(FRAME, "quotes", now=now)
    else:
        assert peakguard.validate(FRAME, "quotes", now=now).equals(FRAME)
