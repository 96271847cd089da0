"""A frame that is given is changed so that exactly one rule breaks, in the library that it came in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.sample.given import Changer
from peakguard.language.document import Document
from peakguard.pipeline.bundle import load_bundle
from peakguard.pipeline.project import find_project
from peakguard.runtime.errors import ContractViolation, PeakguardError

CONTRACT = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string, source: Ticker, matches: '[A-Z]{1,4}'}
  time: {type: 'datetime[us, UTC]'}
  low: {type: float64, gt: 0}
  high: {type: float64, gt: 0, lt: 1000}
  volume: {type: int64, ge: 0, nullable: true}
extra_columns: allow
key: [symbol, time]
order: {by: time, within: [symbol], strict: false}
rows: {min: 10}
rules:
  high_is_highest: {expr: high >= low}
  no_jump: {expr: 'abs(low / prev(low) - 1) <= 0.5', within: [symbol], on_null: pass, max_fail_rate: 0.05}
  enough: {dataset: count() >= 10}
  moves: {dataset: share(high == low) < 0.5}
"""
RULES = [
    "columns.symbol.matches", "columns.time.not_null", "columns.high.lt", "columns.volume.ge",
    "columns.high.type", "columns.low.required", "key", "order", "rules.high_is_highest", "rules.no_jump",
    "rules.moves",
]  # fmt: skip # a table


@pytest.fixture(scope="module")
def changer(tmp_path_factory: pytest.TempPathFactory) -> Changer:
    root: Path = tmp_path_factory.mktemp("project")
    (root / "contracts").mkdir()
    (root / "contracts" / "bars.yaml").write_text(CONTRACT)
    (document,) = load_bundle(find_project(str(root))).of_kind("contract")
    return Changer(cast("Document[Contract]", document), datetime(2026, 1, 1, tzinfo=UTC))


def frame() -> pl.DataFrame:
    hours = [datetime(2025, 1, 1, hour, tzinfo=UTC) for hour in range(20)]
    low = [100.0 + hour for hour in range(20)]
    return pl.DataFrame(
        {
            "Ticker": ["A", "B"] * 20,
            "time": [hour for hour in hours for _ in "AB"],
            "low": [each for each in low for _ in "AB"],
            "high": [each + 1 for each in low for _ in "AB"],
            "volume": [5, None] * 20,
            "note": ["mine"] * 40,
        },
        schema_overrides={"time": pl.Datetime("us", "UTC")},
    )


def broken(changer: Changer, given: Any) -> list[str]:
    return [each.id for each in changer._contract.inspect(given).rules if each.violation is not None]


@pytest.mark.parametrize("rule", RULES)
def test_exactly_the_rule_breaks(rule: str, changer: Changer) -> None:
    right = frame()
    wrong = changer.broken(right, rule, "7")
    assert broken(changer, right) == []
    assert broken(changer, wrong) == [rule]
    if rule != "columns.low.required":
        assert wrong.columns == right.columns
        assert wrong["note"].to_list() == right["note"].to_list()
    if rule in ("rules.high_is_highest", "columns.symbol.matches", "columns.time.not_null"):
        cells = sum(int((wrong[name].ne_missing(right[name])).sum()) for name in right.columns)
        assert 1 <= cells <= 3


LIBRARIES: list[tuple[Callable[[pl.DataFrame], Any], type]] = [
    (pl.DataFrame.to_pandas, pd.DataFrame),
    (pl.DataFrame.to_arrow, pa.Table),
    (pl.DataFrame.lazy, pl.LazyFrame),
]


@pytest.mark.parametrize(("to", "kind"), LIBRARIES)
def test_a_frame_comes_back_as_what_it_was(to: Callable[[pl.DataFrame], Any], kind: type, changer: Changer) -> None:
    whole = frame().with_columns(pl.col("volume").fill_null(0))  # pandas has no whole number that is missing
    wrong = changer.broken(to(whole), "rules.high_is_highest", "7")
    assert isinstance(wrong, kind)
    assert broken(changer, wrong) == ["rules.high_is_highest"]


def test_the_same_seed_breaks_the_same_cells(changer: Changer) -> None:
    first, second = (changer.broken(frame(), "rules.no_jump", "7") for _ in range(2))
    assert first.equals(second)


def test_data_that_are_wrong_already_are_refused(changer: Changer) -> None:
    wrong = frame().with_columns(high=pl.lit(-1.0))
    with pytest.raises(ContractViolation):
        changer.broken(wrong, "order", "7")


@pytest.mark.parametrize("rule", ["rows", "rules.nothing_of_that_name"])
def test_what_breaks_only_with_others_is_told(rule: str, changer: Changer) -> None:
    # Two rules that say the same are broken together.
    with pytest.raises(PeakguardError) as raised:
        changer.broken(frame(), rule, "7")
    assert raised.value.code == "PG2008"
