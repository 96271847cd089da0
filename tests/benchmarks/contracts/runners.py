"""What is compared. A runner takes the path of a file and gives the rows against each rule, or their number.

Other tools are in `peers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.contracts.data import CONTRACT

Found = Mapping[str, Sequence[int] | int]


def scan_floor(path: str) -> None:
    """Every column read and decoded, and nothing asked but its greatest value."""
    import polars as pl

    every = pl.all()
    pl.scan_parquet(path).select(every.max().name.suffix(" max"), every.null_count()).collect(engine="streaming")


def by_hand(path: str) -> Found:
    """The rules as an expert would write them for symbols known to be contiguous: one plan, and counts only."""
    import polars as pl

    same = pl.col("symbol") == pl.col("symbol").shift(1)
    prices = ["open", "high", "low", "close"]
    fails = {
        "columns.symbol.not_null": pl.col("symbol").is_null(),
        "columns.symbol.matches": ~pl.col("symbol").str.contains("^(?:[A-Z0-9]+)$"),
        "columns.timestamp.not_null": pl.col("timestamp").is_null(),
        **{f"columns.{name}.not_null": pl.col(name).is_null() for name in [*prices, "volume"]},
        **{f"columns.{name}.finite": ~pl.col(name).is_finite() for name in [*prices, "volume"]},
        **{f"columns.{name}.gt": pl.col(name) <= 0 for name in prices},
        "columns.volume.ge": pl.col("volume") < 0,
        "order": same & (pl.col("timestamp") <= pl.col("timestamp").shift(1)),
        "rules.high_is_highest": pl.col("high") < pl.max_horizontal("open", "close", "low"),
        "rules.low_is_lowest": pl.col("low") > pl.min_horizontal("open", "close", "high"),
        "rules.no_jump": same & ((pl.col("close") / pl.col("close").shift(1) - 1).abs() > 0.5),
    }
    counts = pl.scan_parquet(path).select(fail.sum().alias(name) for name, fail in fails.items())
    return dict(counts.collect(engine="streaming").row(0, named=True))


def peakguard_file(path: str) -> Found:
    """`inspect_file`: three counts and the exact rows of every rule."""
    import peakguard

    verdict = peakguard.load(_project(path)).contract("bars").inspect_file(path)
    return {rule.id: rule.violation.rows for rule in verdict.rules if rule.violation is not None}


def _project(path: str) -> Path:
    folder = Path(path).parent / "project"
    (folder / "contracts").mkdir(parents=True, exist_ok=True)
    (folder / "contracts" / "bars.yaml").write_text(CONTRACT)
    return folder


RUNNERS: dict[str, Callable[[str], Found | None]] = {
    "scan floor": scan_floor,
    "polars by hand, counts only": by_hand,
    "peakguard": peakguard_file,
}
