"""What an unknown outcome counts as: what the rule says, else a failure, but for values missing against a promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard
from peakguard.kinds.contract.runtime import Contract
from peakguard.runtime.violation import RuleOutcome

LARGEST = 2**63 - 1
POLICY = """\
peakguard: 1
kind: contract
name: products
version: 1.0.0
columns:
  m: int64
  n: int64
  q: {list: int64}
rules:
  unsaid: {expr: m * n < 100}
  passes: {expr: m * n < 100, on_null: pass}
  fails: {expr: m * n < 100, on_null: fail}
  lists: {expr: sum(each for each in q) < 100}
  most: {dataset: max(m) < 100}
"""


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    root: Path = tmp_path_factory.mktemp("products")
    (root / "contracts").mkdir()
    (root / "contracts" / "products.yaml").write_text(POLICY)
    return peakguard.load(root).contract("products")


def outcomes(contract: Contract, *rows: tuple[int | None, int | None, list[int | None]]) -> dict[str, RuleOutcome]:
    schema: dict[str, Any] = {"m": pl.Int64, "n": pl.Int64, "q": pl.List(pl.Int64)}
    return {rule.id: rule for rule in contract.inspect(pl.DataFrame(rows, schema, orient="row")).rules}


def against(outcome: RuleOutcome) -> tuple[int, ...]:
    return tuple(outcome.violation.rows) if outcome.violation is not None else ()


def test_arithmetic_without_a_result_fails_unless_the_rule_says_otherwise(products: Contract) -> None:
    found = outcomes(products, (1, 1, [1]), (LARGEST, 2, [LARGEST, 1]))
    assert {name: against(found[f"rules.{name}"]) for name in ("unsaid", "passes", "fails", "lists")} == {
        "unsaid": (1,),
        "passes": (),
        "fails": (1,),
        "lists": (1,),
    }
    assert found["rules.passes"].unknown == found["rules.fails"].unknown == 1


def test_a_value_that_is_missing_against_its_promise_breaks_that_promise_alone(products: Contract) -> None:
    found = outcomes(products, (1, 1, [1]), (None, 2, [None]), (LARGEST, 2, [LARGEST, 1]))
    assert against(found["columns.m.not_null"]) == (1,)
    assert against(found["rules.unsaid"]) == (2,)
    assert found["rules.unsaid"].unknown == 1
    assert against(found["rules.lists"]) == ()
    assert found["rules.lists"].unknown == 2


def test_a_statistic_of_no_rows_is_unknown_and_no_failure(products: Contract) -> None:
    most = outcomes(products)["rules.most"]
    assert (most.unknown, most.violation) == (1, None)
