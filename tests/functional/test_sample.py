"""`peakguard sample`, as a user runs it: what it writes is what `validate` says it is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import polars as pl
import pytest

from tests.functional.conftest import COMMAND, Project, Run

BARS = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: {type: string, matches: '[A-Z]{2,4}'}
  time: {type: 'datetime[us, UTC]'}
  high: {type: float64, gt: 0}
  low: {type: float64, gt: 0}
  volume: {type: int64, ge: 0, nullable: true}
key: [symbol, time]
order: {by: time, within: [symbol], strict: true}
freshness: {column: time, max_age: 2h}
rows: {min: 20, max: 400}
references: {symbol: {contract: instruments, column: symbol}}
rules:
  ordered: {expr: high >= low}
  no_jump: {expr: 'abs(log(high / prev(high))) <= 0.5', within: [symbol], on_null: pass, max_fail_rate: 0.05}
  moves: {dataset: 'share(high == prev(high)) < 0.2', within: [symbol]}
"""
INSTRUMENTS = """\
peakguard: 1
kind: contract
name: instruments
version: 1.0.0
columns: {symbol: string, kind: {type: enum, values: [stock, bond]}}
"""
CONTRADICTION = """\
peakguard: 1
kind: contract
name: contradiction
version: 1.0.0
columns: {x: float64, y: float64}
rules:
  a: {expr: x > y}
  b: {expr: y > x + 1.0}
"""
PROJECT: dict[str, str | bytes] = {
    "contracts/bars.yaml": BARS,
    "contracts/instruments.yaml": INSTRUMENTS,
    "contracts/contradiction.yaml": CONTRADICTION,
}
BREAKABLE = ["rows", "freshness", "order", "columns.time.type", "columns.low.required", "extra_columns"]
BREAKABLE += ["columns.symbol.not_null", "columns.symbol.matches", "columns.low.gt", "columns.low.finite"]
BREAKABLE += ["columns.volume.ge", "rules.ordered", "rules.no_jump", "rules.moves"]


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """The code of a command that was refused and wrote nothing."""
    assert (result.returncode, result.stdout) == (2, "")
    return result.stderr.partition("[")[2].partition("]")[0]


def broken(peakguard: Run, root: Path, file: str, contract: str = "bars") -> list[str]:
    result = peakguard("validate", contract, file, "--format", "json", cwd=root)
    assert result.stderr == ""
    return [rule["id"] for rule in json.loads(result.stdout)["rules"] if rule["failed"]]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_sample_is_valid_in_the_form_that_its_name_says(form: str, peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    made = peakguard("sample", "bars", "-n", "200", "--seed", "7", "--out", f"s.{form}", cwd=root)
    assert (made.returncode, made.stdout) == (0, "")
    assert broken(peakguard, root, f"s.{form}") == []
    assert peakguard("validate", "bars", f"s.{form}", cwd=root).returncode == 0


def test_json_holds_times_as_text(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    assert peakguard("sample", "instruments", "-n", "20", "--out", "s.ndjson", cwd=root).returncode == 0
    assert broken(peakguard, root, "s.ndjson", "instruments") == []
    assert peakguard("sample", "bars", "-n", "20", "--out", "b.ndjson", cwd=root).returncode == 0
    assert broken(peakguard, root, "b.ndjson") == []


@pytest.mark.parametrize("rule", BREAKABLE)
def test_one_rule_is_broken_and_no_other(rule: str, peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    made = peakguard("sample", "bars", "-n", "100", "--seed", "7", "--break", rule, "--out", "s.csv", cwd=root)
    assert made.returncode == 0, made.stderr
    assert broken(peakguard, root, "s.csv") == [rule]
    assert peakguard("validate", "bars", "s.csv", cwd=root).returncode == 1


def test_a_rule_that_breaks_only_with_another_names_it(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    made = peakguard("sample", "bars", "-n", "50", "--break", "key", "--out", "s.csv", cwd=root)
    assert refused(made) == "PG2008"
    assert "order" in made.stderr
    assert not (root / "s.csv").exists()


def test_a_rule_without_its_data_cannot_be_broken(peakguard: Run, project: Project) -> None:
    made = peakguard("sample", "bars", "--break", "references.symbol", cwd=project(PROJECT))
    assert refused(made) == "PG2008"
    assert "instruments" in made.stderr


def test_an_unknown_rule_is_refused_with_a_suggestion(peakguard: Run, project: Project) -> None:
    made = peakguard("sample", "bars", "--break", "rules.orderd", cwd=project(PROJECT))
    assert refused(made) == "PG2010"
    assert "rules.ordered" in made.stderr


def test_rules_that_contradict_each_other_are_named(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    made = peakguard("sample", "contradiction", "--out", "s.csv", cwd=root)
    assert refused(made) == "PG2007"
    assert "rules.a" in made.stderr or "rules.b" in made.stderr
    assert not (root / "s.csv").exists()


def test_an_unknown_contract_and_a_folder_without_rights_are_refused(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    assert refused(peakguard("sample", "barz", cwd=root)) == "PG2005"
    (root / "taken").write_text("a file")
    made = peakguard("sample", "instruments", "--out", "taken/s.csv", cwd=root)
    assert refused(made) == "PG101"


def test_the_number_of_rows_is_what_the_contract_allows(peakguard: Run, project: Project) -> None:
    root = project(PROJECT)
    for wanted, got in (("5", 20), ("300", 300), ("500", 400)):
        made = peakguard("sample", "bars", "-n", wanted, "--out", "s.csv", cwd=root)
        assert pl.read_csv(root / "s.csv").height == got
        assert (f"{got} rows" in made.stderr) == (wanted != str(got))


def test_what_was_not_judged_is_said_on_stderr(peakguard: Run, project: Project) -> None:
    made = peakguard("sample", "bars", "-n", "30", cwd=project(PROJECT))
    assert made.returncode == 0
    assert "references.symbol" in made.stderr
    assert made.stdout.splitlines()[0] == "symbol,time,high,low,volume"


def test_the_same_seed_gives_the_same_bytes_in_every_process(peakguard: Run, project: Project) -> None:
    root = project(
        {"contracts/b.yaml": BARS.replace("freshness: {column: time, max_age: 2h}\n", "")}
        | {"contracts/instruments.yaml": INSTRUMENTS}
    )
    words = ("sample", "bars", "-n", "80", "--seed")
    made = [
        peakguard(*words, seed, "--break", "rules.no_jump", cwd=root, PYTHONHASHSEED=hashes).stdout
        for seed, hashes in (("7", "1"), ("7", "2"), ("8", "1"))
    ]
    assert made[0] == made[1] != made[2]
    assert made[0]


def test_bytes_of_parquet_reach_standard_output(project: Project) -> None:
    root = project(PROJECT)
    words = [str(COMMAND), "sample", "instruments", "-n", "3", "--format", "parquet"]
    made = subprocess.run(words, cwd=root, capture_output=True, check=True).stdout
    assert pl.read_parquet(made).height == 3


def test_what_a_form_cannot_hold_is_said(peakguard: Run, tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    text = "peakguard: 1\nkind: contract\nname: orders\nversion: 1.0.0\ncolumns: {legs: {list: int64}}\n"
    (tmp_path / "contracts" / "orders.yaml").write_text(text)
    assert refused(peakguard("sample", "orders", "-n", "5", "--format", "csv", cwd=tmp_path)) == "PG2009"
