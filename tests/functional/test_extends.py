"""`extends`: a contract made of several files, from the check to the data."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

import peakguard
from peakguard.pipeline.cache import check_cached
from peakguard.pipeline.project import find_project
from tests.functional.conftest import Project, Run
from tests.functional.policies import ERRORS

BARS = """\
peakguard: 1
kind: contract
name: bars
version: 1.0.0
columns:
  symbol: string
  high: {type: float64, gt: 0}
  low: {type: float64, gt: 0}
rules:
  ordered: {expr: high >= low, error: PT-1001}
"""
CRYPTO = """\
peakguard = 1
kind = "contract"
name = "crypto"
version = "1.0.0"
extends = "bars"
[columns.trades]
type = "int64"
[rules.spread]
expr = "high - low < 0.5 * low"
"""
BTC = """\
peakguard: 1
kind: contract
name: btc
version: 1.0.0
extends: crypto
columns: {symbol: {values: [BTC]}}
rules: {ordered: {severity: halt}}
"""
FILES: dict[str, str | bytes] = {
    "policies/errors.yaml": ERRORS,
    "contracts/bars.yaml": BARS,
    "contracts/crypto.toml": CRYPTO,
    "contracts/btc.yaml": BTC,
}


@pytest.fixture
def root(project: Project) -> Path:
    return project(FILES)


def codes(root: Path) -> list[tuple[str, str]]:
    found = check_cached(find_project(str(root)), "2026-11-24").findings
    return [(code, span[0]) for code, _, span, _ in found]


def write(root: Path, file: str, old: str, new: str) -> None:
    path = root / "contracts" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_data_are_held_to_all_that_any_of_the_files_says(root: Path) -> None:
    contract = peakguard.load(root).contract("btc")
    good = pl.DataFrame({"symbol": ["BTC"], "high": [2.0], "low": [1.5], "trades": [1]})
    assert contract.collect_violations(good) == ()
    bad = {
        "columns.symbol.values": pl.lit("ETH").alias("symbol"),
        "columns.low.gt": pl.lit(-0.5).alias("low"),
        "rules.ordered": pl.lit(2.5).alias("low"),
        "rules.spread": pl.lit(9.0).alias("high"),
    }
    found = {id: contract.collect_violations(good.with_columns(change)) for id, change in bad.items()}
    assert {id: next(each.severity for each in found[id] if each.rule == id) for id in bad} == {
        **dict.fromkeys(bad, "error"),
        "rules.ordered": "halt",
    }
    assert found["rules.ordered"][0].error == "PT-1001"
    assert [each.rule for each in contract.collect_violations(good.drop("trades"))] == ["columns.trades.required"]


@pytest.mark.parametrize(
    ("file", "old", "new", "wanted"),
    [
        ("bars.yaml", "low: {type: float64, gt: 0}", "lowest: float64", [("PG311", "contracts/crypto.toml")]),
        ("crypto.toml", '"bars"', '"barz"', [("PG401", "contracts/crypto.toml")]),
        ("bars.yaml", "version: 1.0.0", "version: 1.0.0\nextends: btc", [("PG403", "contracts/bars.yaml")]),
        ("bars.yaml", "symbol: string", "symbol: int64", [("PG502", "contracts/btc.yaml")]),
    ],
    ids=["a column is gone", "the parent is gone", "a circle", "another type"],
)
def test_an_edit_of_the_parent_alone_checks_the_children_again(
    root: Path, file: str, old: str, new: str, wanted: list[tuple[str, str]]
) -> None:
    assert codes(root) == []
    write(root, file, old, new)
    found = codes(root)
    assert set(wanted) <= set(found)
    cold = check_cached(find_project(str(root)), "2026-11-24", use_cache=False).findings
    assert found == [(code, span[0]) for code, _, span, _ in cold]
    write(root, file, new, old)
    assert codes(root) == []


def test_an_edit_of_a_child_alone_leaves_what_is_known_of_the_others(root: Path) -> None:
    assert codes(root) == []
    kept = root / ".peakguard/cache/check/units.json"
    before = set(json.loads(kept.read_text())["units"])
    write(root, "btc.yaml", "halt", "error")
    assert codes(root) == []
    after = set(json.loads(kept.read_text())["units"])
    assert len(before - after) == len(after - before) == 1


@pytest.mark.slow
def test_a_hundred_contracts_in_a_chain(project: Project) -> None:
    files: dict[str, str | bytes] = {"contracts/c0.yaml": BARS.replace("bars", "c0").replace(", error: PT-1001", "")}
    for number in range(1, 1000):
        text = f"peakguard: 1\nkind: contract\nname: c{number}\nversion: 1.0.0\nextends: c{number - 1}\n"
        files[f"contracts/c{number}.yaml"] = text + f"columns: {{symbol: {{max_length: {2000 - number}}}}}\n"
    assert codes(project(files)) == []


def test_show_tells_where_each_part_is_written(root: Path, peakguard: Run) -> None:
    shown = json.loads(peakguard("show", "btc", "--format", "json", cwd=root).stdout)
    files = {each["part"]: each["place"].partition(":")[0] for each in shown["parts"]}
    assert files["columns.high.gt"] == files["rules.ordered.expr"] == "contracts/bars.yaml"
    assert files["columns.trades.type"] == files["rules.spread.expr"] == "contracts/crypto.toml"
    assert files["columns.symbol.values"] == files["rules.ordered.severity"] == "contracts/btc.yaml"
    assert {each["id"]: each["place"].partition(":")[0] for each in shown["rules"]}["columns.low.gt"] == files[
        "columns.low.gt"
    ]
    text = peakguard("show", "btc", cwd=root).stdout
    assert "  columns.high.gt  contracts/bars.yaml:7:29  0\n" in text


def test_show_fails_for_an_error_in_an_inherited_part(root: Path, peakguard: Run) -> None:
    write(root, "bars.yaml", "high >= low", "high >= lo")
    done = peakguard("show", "btc", cwd=root)
    assert done.returncode == 1
    assert "PG311" in done.stderr
