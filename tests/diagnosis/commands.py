"""Faults that a command finds before any program runs: in data files and in policies."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from peakguard.runtime.policy_set import PolicySet
from tests.diagnosis.example import EXAMPLE
from tests.diagnosis.fault import Fault, Program, Programs

ROOT = EXAMPLE.parents[1]


def command(folder: Path, *arguments: str) -> Program:
    """A command in a folder that holds the policies of the repository."""

    def main() -> None:
        from peakguard.cli import main as peakguard

        before = os.getcwd()
        os.chdir(folder)
        try:
            raise SystemExit(peakguard(list(arguments)))
        finally:
            os.chdir(before)

    return main


def _project(folder: Path) -> None:
    for name in ("policies", "contracts"):
        shutil.copytree(ROOT / name, folder / name)


Lines = list[str]


def _csv_lines() -> Lines:
    return (EXAMPLE / "data" / "sp500.csv").read_text().splitlines()


def of_csv(
    name: str, title: str, code: str, change: Callable[[Lines], Any], place: str, values: tuple[str, ...], hint: str
) -> Fault:
    """A fault in a CSV file, which bare is read by pandas and averaged."""

    def setup(folder: Path, _: PolicySet, is_mended: bool) -> Programs:
        _project(folder)
        lines = _csv_lines()
        if not is_mended:
            change(lines)
        (folder / "bars.csv").write_text("\n".join([*lines, ""]))
        return Programs(lambda: _average(folder / "bars.csv"), command(folder, "validate", "daily_bars", "bars.csv"))

    return Fault(f"file-{name}", title, "files", code, (place,), values, hint, setup, "csv")


def _average(path: Path) -> float:
    import pandas as pd

    frame = pd.read_csv(path, parse_dates=["Date"]) if path.suffix == ".csv" else pd.read_parquet(path)
    return float((frame["High"] - frame["Low"]).mean() + frame["Close"].diff().mean() + frame["Volume"].mean())


def _with(number: int, column: int, value: str) -> Callable[[Lines], None]:
    def change(lines: Lines) -> None:
        cells = lines[number].split(",")
        cells[column] = value
        lines[number] = ",".join(cells)

    return change


def _swap(lines: Lines) -> None:
    day, opened, high, low, *rest = lines[100].split(",")
    lines[100] = ",".join([day, opened, low, high, *rest])


def _twice(lines: Lines) -> None:
    lines[2000] = lines[1999]


def _without(lines: Lines) -> None:
    for number, line in enumerate(lines):
        lines[number] = line.rpartition(",")[0]


def _cut(lines: Lines) -> None:
    lines[-1] = lines[-1][:30]


def _short(lines: Lines) -> None:
    del lines[150:]


def of_parquet(
    name: str, title: str, code: str, damage: Callable[[bytes], bytes], values: tuple[str, ...], hint: str
) -> Fault:
    """A damaged Parquet file."""

    def setup(folder: Path, _: PolicySet, is_mended: bool) -> Programs:
        import polars as pl

        _project(folder)
        path = folder / "bars.parquet"
        pl.read_csv(EXAMPLE / "data" / "sp500.csv").with_columns(pl.col("Date").str.to_date("%m/%d/%Y")).write_parquet(
            path
        )
        if not is_mended:
            path.write_bytes(damage(path.read_bytes()))
        return Programs(lambda: _average(path), command(folder, "validate", "daily_bars", "bars.parquet"))

    return Fault(f"file-{name}", title, "files", code, (r"bars\.parquet",), values, hint, setup, "parquet")


FILES = [
    of_csv(
        "swapped",
        "High and low of a row changed places",
        "PT-1103",
        _swap,
        r"(?s)row 99: .*bars\.csv",
        ("1278.43", "1304.84"),
        "Check the column mapping|Reload",
    ),
    of_csv(
        "twice",
        "A row stands twice",
        "PT-1100",
        _twice,
        r"(?s)row 1999: .*bars\.csv",
        ("2006-12-12",),
        "Load the data again|Reload|validate",
    ),
    of_csv(
        "words",
        "A price is a word",
        "PT-1100",
        _with(300, 4, "n/a"),
        r"(?s)row 299: .*bars\.csv",
        ("n/a",),
        "Load the data again",
    ),
    of_csv(
        "adjusted",
        "An adjusted price is below zero",
        "PT-1104",
        _with(300, 5, "-1.5"),
        r"(?s)row 299: .*bars\.csv",
        (r"-1\.5",),
        "Compare with the unadjusted close",
    ),
    of_csv(
        "sunday",
        "A row is of a Sunday",
        "PT-1105",
        _with(1, 0, "01/03/1999"),
        r"(?s)row 0: .*bars\.csv",
        ("1999-01-03",),
        "Check the time zone",
    ),
    of_csv(
        "volume",
        "A volume is below zero",
        "PT-1100",
        _with(500, 6, "-7"),
        r"(?s)row 499: .*bars\.csv",
        ("-7",),
        "Load the data again",
    ),
    of_csv(
        "day",
        "A day is written the other way round",
        "PT-1100",
        _with(40, 0, "28/02/1999"),
        r"(?s)row 39: .*bars\.csv",
        ("28/02/1999",),
        "Load the data again",
    ),
    of_csv("column", "A column is missing", "PT-1100", _without, r"bars\.csv", ("[Vv]olume",), "Load the data again"),
    of_csv("cut", "The last row is cut", "PG143", _cut, r"bars\.csv:5032", ("3 fields",), "write the file again"),
    of_csv("short", "Most rows are missing", "PT-1100", _short, r"bars\.csv", ("149 rows",), "Load the data again"),
    of_parquet(
        "truncated",
        "A Parquet file is cut",
        "PG\\d+",
        lambda data: data[: len(data) // 2],
        (r"bars\.parquet",),
        "fetch it again",
    ),
    of_parquet(
        "empty", "A Parquet file is empty", "PG\\d+", lambda _: b"", (r"bars\.parquet",), "Write the file again"
    ),
]


def in_policy(
    name: str, title: str, code: str, file: str, change: tuple[str, str], place: str, values: tuple[str, ...], hint: str
) -> Fault:
    """A slip in a policy. Bare, a program of one's own reads the file and takes what stands in it."""

    def setup(folder: Path, _: PolicySet, is_mended: bool) -> Programs:
        import yaml

        _project(folder)
        path = folder / file
        text = path.read_text()
        assert change[0] in text, name
        path.write_text(text if is_mended else text.replace(*change, 1))
        return Programs(lambda: yaml.safe_load(path.read_text()), command(folder, "check", "--strict"))

    return Fault(f"policy-{name}", title, "policies", code, (rf"{file}:{place}",), values, hint, setup, "policies")


POLICIES = [
    in_policy(
        "column",
        "A rule reads a column that is not there",
        "PG311",
        "contracts/index_bars.yaml",
        ("max(open, close, low)", "max(open, clse, low)"),
        "23:46",
        ("clse",),
        "Did you mean `close`",
    ),
    in_policy(
        "key",
        "A key is misspelt",
        "PG2\\d\\d",
        "contracts/index_bars.yaml",
        ("extra_columns:", "extra_column:"),
        "15:1",
        ("extra_column",),
        "Did you mean `extra_columns`",
    ),
    in_policy(
        "code",
        "A rule names a code that nobody declared",
        "PG\\d+",
        "contracts/ohlcv.yaml",
        ("error: PT-1103", "error: PT-1113"),
        r"\d+:\d+",
        ("PT-1113",),
        "PT-1103",
    ),
    in_policy(
        "type",
        "A text is compared with a number",
        "PG3\\d\\d",
        "contracts/index_bars.yaml",
        ("year(timestamp) >= 1990", "symbol >= 1990"),
        r"\d+:\d+",
        ("symbol|string",),
        "int64|number|string",
    ),
    in_policy(
        "unit",
        "Shares are added to dollars",
        "PG3\\d\\d",
        "policies/book.yaml",
        ("cash + shares * close", "cash + shares"),
        r"\d+:\d+",
        ("share", "usd"),
        "usd|unit",
    ),
    in_policy(
        "duration",
        "A duration has no unit",
        "PG\\d+",
        "policies/resilience.yaml",
        ("caller_timeout: 60s", "caller_timeout: 60"),
        r"\d+:\d+",
        ("60",),
        "s|unit",
    ),
    in_policy(
        "contract",
        "A binding names a contract that is not there",
        "PG\\d+",
        "policies/program.yaml",
        ("contract: index_bars", "contract: index_bar"),
        r"\d+:\d+",
        ("index_bar",),
        "Did you mean `index_bars`",
    ),
    in_policy(
        "never",
        "Attempts for which there is never time",
        "PG80[23]",
        "policies/resilience.yaml",
        ("total: 30s", "total: 1s"),
        r"\d+:\d+",
        ("1.0 s",),
        r"Raise `timeout\.total`",
    ),
    in_policy(
        "bounds",
        "Bounds that nothing satisfies",
        "PG\\d+",
        "contracts/ohlcv.yaml",
        ("open:      {type: float64, gt: 0,", "open:      {type: float64, gt: 0, lt: -1,"),
        r"\d+:\d+",
        ("-1",),
        "-1|lt|gt",
    ),
    in_policy(
        "twice",
        "A key stands twice",
        "PG\\d+",
        "contracts/ohlcv.yaml",
        ("owner: market-data", "owner: market-data\nowner: nobody"),
        r"\d+:\d+",
        ("owner",),
        "owner|one",
    ),
    in_policy(
        "severity",
        "A severity that is none",
        "PG\\d+",
        "contracts/ohlcv.yaml",
        ("severity: warning", "severity: warn"),
        r"\d+:\d+",
        ("warn",),
        "warning",
    ),
]
