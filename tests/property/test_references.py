"""References agree with a plain look at both tables: whole, in batches, and with everything dealt to files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import peakguard
from peakguard.engines.polars import lookups, streaming
from peakguard.engines.polars.in_memory import Prepared, gather
from peakguard.engines.polars.lookups import Other, lookups_of
from peakguard.kinds.contract.outcome import verdict_of
from peakguard.runtime.policy_set import PolicySet
from peakguard.runtime.violation import Verdict
from tests.property.test_streaming_agreement import source_of

FILLS = """\
peakguard: 1
kind: contract
name: fills
version: 1.0.0
columns:
  id: int64
  symbol: {type: string, nullable: true}
  venue: {type: enum, values: [x, y], nullable: true}
  price: {type: float64, nullable: true, finite: false}
key: [id]
references:
  symbol: {contract: listings, column: code}
  venue: {contract: listings, column: venue, also: {symbol: code, price: tick}}
"""
LISTINGS = """\
peakguard: 1
kind: contract
name: listings
version: 1.0.0
columns:
  code: {type: string, nullable: true, source: Code}
  venue: {type: enum, values: [y, z, x], nullable: true}
  tick: {type: float64, nullable: true, finite: false}
extra_columns: allow
"""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
CUTS = st.lists(st.integers(0, 5), max_size=6)
SYMBOLS = st.sampled_from(["a", "b", "c", "", None])
FLOATS = st.sampled_from([0.0, -0.0, 1.5, float("nan"), None])
OURS = st.lists(st.tuples(SYMBOLS, st.sampled_from(["x", "y", None]), FLOATS), max_size=12)
THEIRS = st.lists(st.tuples(SYMBOLS, st.sampled_from(["x", "z", None]), FLOATS), max_size=8)


@cache
def policies() -> PolicySet:
    with TemporaryDirectory() as folder:
        (Path(folder) / "contracts").mkdir()
        (Path(folder) / "contracts" / "fills.yaml").write_text(FILLS)
        (Path(folder) / "contracts" / "listings.yaml").write_text(LISTINGS)
        return peakguard.load(folder)


def fills(rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    schema: dict[str, Any] = {"symbol": pl.String, "venue": pl.Enum(["x", "y"]), "price": pl.Float64}
    return (
        pl.DataFrame(rows, schema=schema, orient="row").with_row_index("id").with_columns(pl.col("id").cast(pl.Int64))
    )


def listings(rows: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    schema: dict[str, Any] = {"Code": pl.String, "venue": pl.Enum(["y", "z", "x"]), "tick": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(more=1)


def same(value: Any) -> Any:
    """NaN is itself here, and there is one zero."""
    return "nan" if value != value else value


def dangling(ours: Sequence[tuple[Any, ...]], theirs: Sequence[tuple[Any, ...]], columns: list[int]) -> list[int]:
    there = {tuple(same(row[column]) for column in columns) for row in theirs}
    keys = [tuple(same(row[column]) for column in columns) for row in ours]
    return [row for row, key in enumerate(keys) if None not in key and key not in there]


def verdicts(frame: pl.DataFrame, other: Any, cuts: Sequence[int]) -> list[Verdict]:
    plans = policies()._tables["contract"]
    plan, others = plans["fills"], {"listings": Other(plans["listings"], other)}
    with lookups_of(plan, others) as made:
        whole = gather(Prepared(plan), frame, is_text=False, examples=3, today="2026-01-01", lookups=made)
        batched = streaming.gather(plan, source_of(frame, cuts), examples=3, today="2026-01-01", lookups=made)
    return [verdict_of(plan, evidence, NOW) for evidence in (whole, batched)]


@pytest.mark.parametrize("most_held", [1, 2_000_000])
@given(ours=OURS, theirs=THEIRS, cuts=CUTS, is_stream=st.booleans())
@settings(max_examples=60, deadline=None)
def test_references_agree_with_a_plain_look(
    most_held: int, ours: list[Any], theirs: list[Any], cuts: list[int], is_stream: bool
) -> None:
    other = listings(theirs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookups, "MOST_HELD", most_held)
        patch.setattr(lookups, "MAX_PARTS", 3)
        whole, batched = verdicts(fills(ours), other.lazy() if is_stream else other, cuts)
    assert batched == whole
    found = {rule.id: rule for rule in whole.rules}
    for name, columns in (("references.symbol", [0]), ("references.venue", [1, 0, 2])):
        rule = found[name]
        rows = dangling(ours, theirs, columns)
        unknown = sum(1 for row in ours if any(row[column] is None for column in columns))
        assert (rule.passed, rule.failed, rule.unknown) == (len(ours) - len(rows) - unknown, len(rows), unknown)
        assert list(rule.violation.rows if rule.violation is not None else ()) == rows


def test_without_data_a_reference_is_skipped_and_with_other_data_refused(tmp_path: Path) -> None:
    contract = policies().contract("fills")
    frame = fills([("a", "x", 1.0)])
    skipped = {rule.id for rule in contract.inspect(frame).rules if rule.state == "skipped"}
    assert skipped == {"references.symbol", "references.venue"}
    for given_, code in (
        ({"listing": frame}, "PG160"),
        ({"listings": frame}, "PG161"),
        ({"listings": str(tmp_path / "none.parquet")}, "PG163"),
    ):
        with pytest.raises(peakguard.PeakguardError) as raised:
            contract.inspect(frame, references=given_)
        assert raised.value.code == code


def test_data_may_be_of_any_form_and_rows_are_refused(tmp_path: Path) -> None:
    contract = policies().contract("fills")
    frame, other = fills([("a", "x", 1.5), ("b", "x", 1.5)]), listings([("a", "x", 1.5)])
    other.write_parquet(tmp_path / "listings.parquet")
    for data in (other, other.lazy(), other.to_arrow(), other.to_pandas(), tmp_path / "listings.parquet"):
        with pytest.raises(peakguard.ContractViolation) as raised:
            contract.validate(frame, references={"listings": data})
        assert [list(each.rows) for each in raised.value.violations] == [[1], [1]]
