"""`peakguard validate`, as a user runs it: exact rows, three counts, nothing silent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from tests.functional.conftest import Project, Run
from tests.functional.policies import PROJECT

REPOSITORY = Path(__file__).resolve().parents[2]
BARS = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string, matches: '[A-Z]+'}
  day: {type: date, source: Date, parse: '%d.%m.%Y'}
  high: {type: float64, gt: 0}
  low: {type: float64, gt: 0, error: PT-1001}
  volume: {type: int64, ge: 0, nullable: true}
key: [symbol, day]
order: {by: day, within: [symbol], strict: true}
rules:
  ordered: {expr: high >= low, error: PT-1001}
  traded: {expr: volume > 0, on_null: fail}
  small: {expr: volume < 100, on_null: pass, severity: warning}
  moves: {dataset: n_unique(high) > 1, within: [symbol]}
"""
CSV = """\
symbol,Date,high,low,volume
AA,02.01.2026,2.0,1.0,10
AA,03.01.2026,1.0,2.0,
AA,03.01.2026,nan,1.0,0
bb,01.01.2026,x,-1,500
"""


def rules(peakguard: Run, root: Path, *files: str) -> tuple[int, dict[str, Any]]:
    result = peakguard("validate", "bars", *files, "--format", "json", "--examples", "9", cwd=root)
    report = json.loads(result.stdout)
    return result.returncode, {rule["id"]: rule for rule in report["rules"]}


def against(rule: dict[str, Any]) -> list[int]:
    return [example["row"] for example in rule["examples"]]


@pytest.fixture
def root(project: Project) -> Path:
    return project({**PROJECT, "contracts/bars.yaml": BARS, "bars.csv": CSV})


def test_every_offending_row_is_named_by_every_rule_it_breaks(peakguard: Run, root: Path) -> None:
    code, found = rules(peakguard, root, "bars.csv")
    assert code == 1
    broken = {name: against(rule) for name, rule in found.items() if rule["failed"] or rule["examples"]}
    assert broken == {
        "columns.high.type": [3],
        "columns.symbol.matches": [3],
        "columns.high.finite": [2],
        "columns.low.gt": [3],
        "key": [1, 2],
        "order": [2],
        "rules.ordered": [1, 2],
        "rules.traded": [1, 2],
        "rules.small": [3],
        "rules.moves": [3],
    }


def test_pass_fail_and_unknown_are_counted_apart(peakguard: Run, root: Path) -> None:
    _, found = rules(peakguard, root, "bars.csv")
    counts = {name: [found[name][key] for key in ("passed", "failed", "unknown")] for name in found}
    assert counts["rules.traded"] == [2, 1, 1]
    assert counts["rules.small"] == [2, 1, 1]
    assert counts["columns.volume.ge"] == [3, 0, 1]
    assert counts["rules.moves"] == [1, 1, 0]


def test_examples_hold_the_key_and_what_the_rule_reads(peakguard: Run, root: Path) -> None:
    _, found = rules(peakguard, root, "bars.csv")
    first = found["rules.ordered"]["examples"][0]
    assert first == {"row": 1, "key": {"symbol": "AA", "day": "2026-01-03"}, "values": {"high": 1.0, "low": 2.0}}
    assert found["columns.high.type"]["examples"][0]["values"] == {"high": "x"}


def test_each_violation_carries_its_code(peakguard: Run, root: Path) -> None:
    _, found = rules(peakguard, root, "bars.csv")
    assert found["rules.ordered"]["error"] == found["columns.low.gt"]["error"] == "PT-1001"
    assert found["rules.traded"]["error"] is None


def test_a_parquet_file_gives_the_same_rows_as_its_csv(peakguard: Run, root: Path) -> None:
    frame = pl.read_csv(root / "bars.csv", schema_overrides={"high": pl.String, "volume": pl.Int64})
    frame = frame.with_columns(pl.col("high").cast(pl.Float64, strict=False), pl.col("Date").str.to_date("%d.%m.%Y"))
    frame.write_parquet(root / "bars.parquet")
    _, text = rules(peakguard, root, "bars.csv")
    _, typed = rules(peakguard, root, "bars.parquet")
    assert against(typed["columns.high.not_null"]) == against(text.pop("columns.high.type"))
    for name in set(text) - {"columns.high.not_null"}:
        assert typed[name] == text[name]


def test_columns_of_the_wrong_type_are_named_and_what_needs_them_is_skipped(peakguard: Run, root: Path) -> None:
    pl.DataFrame({"symbol": ["A"], "Date": [1], "high": [1.0], "extra": [0]}).write_parquet(root / "bars.parquet")
    code, found = rules(peakguard, root, "bars.parquet")
    assert code == 1
    failed = {name for name, rule in found.items() if rule["failed"]}
    assert failed == {
        "columns.day.type",
        "columns.low.required",
        "columns.volume.required",
        "extra_columns",
        "rules.moves",
    }
    assert found["rules.ordered"]["state"] == "skipped"
    assert "low" in found["rules.ordered"]["reason"]
    assert found["columns.high.gt"]["state"] == "run"


def test_a_file_without_rows_is_judged(peakguard: Run, root: Path) -> None:
    (root / "empty.csv").write_text("symbol,Date,high,low,volume\n")
    code, found = rules(peakguard, root, "empty.csv")
    assert code == 0
    assert {rule["state"] for rule in found.values()} == {"run"}


def test_a_warning_does_not_fail_the_data(peakguard: Run, root: Path) -> None:
    (root / "warn.csv").write_text("symbol,Date,high,low,volume\nA,01.01.2026,2,1,500\nA,02.01.2026,3,1,5\n")
    result = peakguard("validate", "bars", "warn.csv", cwd=root)
    assert result.returncode == 0
    assert result.stdout.startswith("warning: rules.small: 1 of 2 rows fail\n")


def test_several_files_are_one_report(peakguard: Run, root: Path) -> None:
    (root / "good.csv").write_text("symbol,Date,high,low,volume\nA,01.01.2026,2,1,5\nA,02.01.2026,3,1,5\n")
    result = peakguard("validate", "bars", "good.csv", "bars.csv", "--format", "json", cwd=root)
    assert result.returncode == 1
    assert [each["verdict"] for each in json.loads(result.stdout)["files"]] == ["pass", "fail"]


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("barz", "bars.csv"), "PG2005", "Did you mean `bars`?"),
        (("bars", "nowhere.csv"), "PG140", "no such file"),
        (("bars", "bars.txt"), "PG148", ".parquet"),
        (("bars", "broken.parquet"), "PG149", "broken.parquet"),
        (("bars", "folder.csv"), "PG140", "folder.csv"),
        (("bars", "ragged.csv"), "PG143", "--> ragged.csv:2:1"),
    ],
)
def test_what_cannot_be_validated_is_one_clear_error(
    peakguard: Run, root: Path, arguments: tuple[str, str], code: str, word: str
) -> None:
    (root / "broken.parquet").write_bytes(b"PAR1 not really")
    (root / "ragged.csv").write_text("symbol,Date\nA,B,C,D\n")
    (root / "bars.txt").write_text("x")
    (root / "folder.csv").mkdir()
    result = peakguard("validate", *arguments, cwd=root)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error[{code}]")
    assert word in result.stderr
    assert "Traceback" not in result.stderr


def test_policies_with_errors_validate_nothing(peakguard: Run, root: Path) -> None:
    (root / "policies" / "errors.yaml").write_text("peakguard: 1\nkind: errorz\n")
    result = peakguard("validate", "bars", "bars.csv", cwd=root)
    assert result.returncode == 2
    assert "PG203" in result.stderr


def test_a_contract_that_observes_reports_and_exits_0(peakguard: Run, root: Path) -> None:
    (root / "contracts" / "bars.yaml").write_text(BARS.replace("name: bars", "name: bars\nmode: observe"))
    result = peakguard("validate", "bars", "bars.csv", cwd=root)
    assert result.returncode == 0
    assert "rules.ordered" in result.stdout
    assert "\nobserved: bars.csv" in result.stdout


def test_real_data_passes_its_contract(peakguard: Run) -> None:
    result = peakguard("validate", "daily_bars", "docs/example/data/sp500.csv", cwd=REPOSITORY)
    assert result.returncode == 0
    assert result.stdout.startswith("pass: docs/example/data/sp500.csv: 5031 rows against daily_bars")
