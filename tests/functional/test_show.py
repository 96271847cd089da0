"""`peakguard show`: what rules compile to. The golden texts are here to be read: are they what a person would write?"""

from __future__ import annotations

import json

import pytest

from tests.functional.conftest import Project, Run
from tests.functional.policies import RESILIENCE

CONTRACT = """\
peakguard: 1
kind: contract
name: ohlcv
version: 1.2.0
columns:
  symbol: string
  bar_at: 'datetime[us, UTC]'
  open: {type: float64, gt: 0}
  high: {type: float64, gt: 0}
  close: {type: float64, gt: 0}
  volume: {type: float64, ge: 0, nullable: true}
  fills: {list: {qty: int64, price: float64}}
order: {by: bar_at, within: [symbol]}
rules:
  highest: {expr: 'high >= max(open, close)'}
  traded: {expr: volume > 0 or hour(bar_at) < 9, on_null: fail}
  rises: {expr: close > prev(close), within: [symbol], on_null: pass}
  filled: {expr: 'sum(f.qty * f.price for f in fills if f.qty > 0) <= 1e6'}
  lively: {dataset: 'share(close > open) > 0.1', within: [symbol]}
"""
GOLDEN = """\
contract ohlcv 1.2.0  contracts/ohlcv.yaml

rules.highest  contracts/ohlcv.yaml:15:19
  high >= max(open, close)
  reads high, open, close; never unknown
  python
    def rule(high, open, close):
        return high >= (close if close > open else open)
  polars
    (pl.col("high") >= pl.col("open")) & (pl.col("high") >= pl.col("close"))
  sql
    SELECT high >= GREATEST(open, close) AS value FROM ohlcv ORDER BY bar_at

rules.traded  contracts/ohlcv.yaml:16:18
  volume > 0 or hour(bar_at) < 9
  reads volume, bar_at; unknown where `volume` is null
"""


@pytest.fixture
def shown(peakguard: Run, project: Project) -> dict[str, dict[str, str | None]]:
    root = project({"contracts/ohlcv.yaml": CONTRACT})
    result = peakguard("show", "ohlcv", "--format", "json", cwd=root)
    assert result.returncode == 0, result.stderr
    return {rule["id"]: rule["texts"] for rule in json.loads(result.stdout)["rules"]}


def test_the_text_reads_from_the_rule_to_what_runs(peakguard: Run, project: Project) -> None:
    root = project({"contracts/ohlcv.yaml": CONTRACT})
    rules = ["--rule", "highest", "--rule", "rules.traded"]
    assert peakguard("show", "ohlcv", *rules, cwd=root).stdout.startswith(GOLDEN)


def test_a_guard_stands_where_a_null_may_come(shown: dict[str, dict[str, str | None]]) -> None:
    assert shown["rules.traded"]["polars"] == (
        '(pl.col("volume") > 0.0) | (pl.when(pl.col("bar_at").dt.year().is_between(1, 9999))'
        '.then(pl.col("bar_at")).dt.hour().cast(pl.Int64) < 9)'
    )
    python = shown["rules.traded"]["python"]
    assert python is not None
    assert "if volume is None:" in python


def test_ordered_rules_keep_a_state(shown: dict[str, dict[str, str | None]]) -> None:
    assert shown["rules.rises"]["polars"] == 'pl.col("close") > pl.col("close").shift(1).over([pl.col("symbol")])'
    assert shown["rules.rises"]["sql"] == (
        "SELECT close > LAG(close) OVER (PARTITION BY symbol ORDER BY bar_at) AS value FROM ohlcv ORDER BY bar_at"
    )
    python = shown["rules.rises"]["python"]
    assert python is not None
    assert "def start():" in python
    assert "def step(state, close):" in python


def test_generators_are_comprehensions_and_lambdas(shown: dict[str, dict[str, str | None]]) -> None:
    assert shown["rules.filled"] == {
        "python": (
            "def rule(fills):\n"
            '    return each_sum([f["qty"] * f["price"] for f in fills if f["qty"] > 0]) <= 1000000.0\n'
        ),
        "polars": (
            'pl.col("fills").list.agg(pl.when((pl.element().struct.field("qty") > 0)).then('
            '(pl.element().struct.field("qty").cast(pl.Float64) * pl.element().struct.field("price"))).sum())'
            " <= 1000000.0"
        ),
        "sql": (
            "SELECT COALESCE(LIST_SUM(LIST_TRANSFORM(LIST_FILTER(fills, LAMBDA f : f.qty > 0), "
            "LAMBDA f : CAST(f.qty AS DOUBLE) * f.price)), 0.0) <= 1000000.0 AS value FROM ohlcv ORDER BY bar_at"
        ),
    }


def test_a_dataset_rule_has_no_form_for_one_row(shown: dict[str, dict[str, str | None]]) -> None:
    assert shown["rules.lively"]["python"] is None
    assert shown["rules.lively"]["polars"] == '(pl.col("close") > pl.col("open")).mean() > 0.1'


def test_the_plan_asks_every_rule_in_one_query(peakguard: Run, project: Project) -> None:
    root = project({"contracts/ohlcv.yaml": CONTRACT})
    plan = json.loads(peakguard("show", "ohlcv", "--format", "json", cwd=root).stdout)["plan"]
    assert plan.startswith("SELECT")
    assert all(f'alias("rules.{name}")' in plan for name in ("highest", "traded", "rises", "filled"))
    only = json.loads(peakguard("show", "ohlcv", "--backend", "sql", "--format", "json", cwd=root).stdout)
    assert only["plan"] == ""
    assert {tuple(rule["texts"]) for rule in only["rules"]} == {("sql",)}


@pytest.mark.parametrize("arguments", [["ohlcw"], ["ohlcv", "--rule", "highst"]])
def test_an_unknown_name_is_one_clear_error(peakguard: Run, project: Project, arguments: list[str]) -> None:
    root = project({"contracts/ohlcv.yaml": CONTRACT})
    result = peakguard("show", *arguments, cwd=root)
    assert result.returncode == 2
    assert "error[PG2005]" in result.stderr
    assert "Did you mean" in result.stderr


def test_a_policy_with_errors_is_shown_as_far_as_it_goes(peakguard: Run, project: Project) -> None:
    folder = project({"contracts/ohlcv.yaml": CONTRACT.replace("close > prev(close)", "close > prev(clsoe)")})
    result = peakguard("show", "ohlcv", cwd=folder)
    assert result.returncode == 1
    assert "columns.high.gt" in result.stdout
    assert "rules.rises" not in result.stdout
    assert "error[PG311]" in result.stderr


def test_the_order_of_rows_is_no_column_of_the_rule(peakguard: Run, project: Project) -> None:
    text = CONTRACT.replace("order: {by: bar_at, within: [symbol]}\n", "").replace("open", "row_number")
    folder = project({"contracts/ohlcv.yaml": text.replace("close > prev(close)", "close > prev(row_number)")})
    for rule in ("rises", "lively"):
        shown = json.loads(peakguard("show", "ohlcv", "--format", "json", "--rule", rule, cwd=folder).stdout)
        assert "ORDER BY row_number " not in shown["rules"][0]["texts"]["sql"] + " "
    assert "row_number_" in peakguard("show", "ohlcv", "--rule", "rises", cwd=folder).stdout


def test_a_resilience_policy_is_told_by_itself_and_in_its_bindings(peakguard: Run, project: Project) -> None:
    resilience = (
        RESILIENCE
        + """\
  kraken:
    idempotent: true
    timeout: {total: 30s, attempt: 5s}
    retry: {max_attempts: 4, on: [OSError], budget: egress}
    breaker: {scope: host}
    bulkhead: {max_concurrent: 8}
budgets: {egress: {capacity: 500}}
"""
    )
    bindings = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - {target: 'app.data:fetch', resilience: kraken, trace: true}
"""
    root = project({"policies/resilience.yaml": resilience, "policies/program.yaml": bindings})
    alone = json.loads(peakguard("show", "kraken", "--format", "json", cwd=root).stdout)
    bound = json.loads(peakguard("show", "app.data:fetch", "--format", "json", cwd=root).stdout)
    places = ["total timeout", "retry", "bulkhead", "breaker", "attempt timeout"]
    (row,), (inside,) = (found["guards"] for found in (alone, bound))
    assert [layer["place"] for layer in row["layers"]] == places
    assert [layer["place"] for layer in inside["layers"]] == ["trace", *places]
    assert "paid from the budget egress" in str(row["layers"])
    assert "shared by all processes" in str(row["layers"])
