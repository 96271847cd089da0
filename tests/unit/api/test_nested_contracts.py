"""Contracts with lists and records, end to end: what they promise of the insides is found broken, and by which row."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard
from peakguard.kinds.contract.runtime import Contract

ORDERS = """\
peakguard: 1
kind: contract
name: orders
version: 1.0.0
columns:
  id: int64
  tags: {list: {type: string, values: [core, it's, 'a\\b"c']}}
  marks: {list: float64, nullable: true}
  gaps: {list: {type: float64, nullable: true, finite: false}}
  legs:
    list:
      way: {type: enum, values: [long, short]}
      qty: int64
      px: float64
      fee: {record: {usd: float64}, nullable: true}
  desk: {record: {_name: string, limits: {list: float64}, boss: {record: {id: int64}, nullable: true}}}
  far: {list: {list: int64}}
  item: int64
key: [id]
rules:
  long: {expr: "any(leg.way == 'long' for leg in legs)"}
  total: {expr: sum(leg.qty for leg in legs) > 0}
  notional: {expr: sum(leg.qty * leg.px for leg in legs) < 1000}
  gaps: {expr: sum(gap for gap in gaps) >= 0, on_null: fail}
  limits: {expr: all(limit > 0 for limit in desk.limits)}
  boss: {expr: desk.boss.id > 0, on_null: pass}
  most: {dataset: 'max(sum(leg.qty for leg in legs)) < 100'}
"""
LEG = {"way": "long", "qty": 1, "px": 1.0, "fee": {"usd": 0.1}}
DESK = {"_name": "x", "limits": [1.0], "boss": {"id": 1}}
GOOD = {"tags": ["core"], "marks": [1.0], "gaps": [1.0], "legs": [LEG], "desk": DESK, "far": [[1]], "item": 1}
SCHEMA = {
    "id": pl.Int64(),
    "tags": pl.List(pl.String),
    "marks": pl.List(pl.Float64),
    "gaps": pl.List(pl.Float64),
    "legs": pl.List(
        pl.Struct({"way": pl.String, "qty": pl.Int64, "px": pl.Float64, "fee": pl.Struct({"usd": pl.Float64})})
    ),
    "desk": pl.Struct({"_name": pl.String, "limits": pl.List(pl.Float64), "boss": pl.Struct({"id": pl.Int64})}),
    "far": pl.List(pl.List(pl.Int64)),
    "item": pl.Int64(),
}


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    root = tmp_path_factory.mktemp("nested")
    (root / "contracts").mkdir()
    (root / "contracts" / "orders.yaml").write_text(ORDERS)
    found: Contract = peakguard.load(root).contract("orders")
    return found


def frame(*rows: dict[str, Any], **schema: Any) -> pl.DataFrame:
    """A sound first row, then the given ones."""
    return pl.DataFrame([{"id": number, **GOOD, **row} for number, row in enumerate(({}, *rows))], {**SCHEMA, **schema})


def broken(contract: Contract, data: Any) -> dict[str, tuple[int, ...]]:
    return {rule.id: tuple(rule.violation.rows) for rule in contract.inspect(data).rules if rule.violation is not None}


def leg(**fields: Any) -> dict[str, Any]:
    return {"legs": [LEG, {**LEG, **fields}]}


def desk(**fields: Any) -> dict[str, Any]:
    return {"desk": {**DESK, **fields}}


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({}, []),
        ({"tags": []}, []),
        ({"tags": ["it's", 'a\\b"c']}, []),
        ({"tags": ["core", None]}, ["columns.tags.items.not_null"]),
        ({"tags": ["core", "cores"]}, ["columns.tags.items.values"]),
        ({"tags": None}, ["columns.tags.not_null"]),
        ({"marks": None}, []),
        ({"marks": [None]}, ["columns.marks.items.not_null"]),
        ({"marks": [1.0, math.nan]}, ["columns.marks.items.finite"]),
        ({"marks": [-math.inf]}, ["columns.marks.items.finite"]),
        ({"gaps": [math.nan]}, ["rules.gaps"]),
        ({"gaps": [None]}, ["rules.gaps"]),
        ({"legs": None}, ["columns.legs.not_null"]),
        ({"legs": [LEG, None]}, ["columns.legs.items.not_null"]),
        (leg(way=None), ["columns.legs.items.way.not_null"]),
        (leg(way="up"), ["columns.legs.items.way.values"]),
        (leg(qty=None), ["columns.legs.items.qty.not_null"]),
        (leg(px=math.nan), ["columns.legs.items.px.finite", "rules.notional"]),
        (leg(fee=None), []),
        (leg(fee={"usd": None}), ["columns.legs.items.fee.usd.not_null"]),
        (leg(fee={"usd": math.inf}), ["columns.legs.items.fee.usd.finite"]),
        ({"desk": None}, ["columns.desk.not_null"]),
        (desk(_name=None), ["columns.desk._name.not_null"]),
        (desk(limits=None), ["columns.desk.limits.not_null"]),
        (desk(limits=[None]), ["columns.desk.limits.items.not_null"]),
        (desk(limits=[math.nan]), ["columns.desk.limits.items.finite", "rules.limits"]),
        (desk(boss=None), []),
        (desk(boss={"id": None}), ["columns.desk.boss.id.not_null"]),
        ({"far": [[None]]}, []),
        ({"far": [None]}, ["columns.far.items.not_null"]),
    ],
)
def test_a_broken_promise_names_its_row_and_nothing_else(
    orders: Contract, row: dict[str, Any], wanted: list[str]
) -> None:
    assert broken(orders, frame(row, {})) == dict.fromkeys(wanted, (1,))


@pytest.mark.parametrize(
    ("row", "rule", "counts"),
    [
        # Trusting the promise, `sum` would leave the null out and compare NaN as a number.
        ({"legs": [LEG, {**LEG, "qty": None}]}, "rules.total", (2, 0, 1)),
        ({"legs": [None, {**LEG, "qty": -5}]}, "rules.total", (2, 0, 1)),
        ({"legs": [None, LEG]}, "rules.long", (3, 0, 0)),
        ({"legs": [{**LEG, "px": math.nan}]}, "rules.notional", (2, 1, 0)),
        ({"desk": {**DESK, "limits": [math.nan, 1.0]}}, "rules.limits", (2, 1, 0)),
        ({"desk": {**DESK, "limits": [None, -1.0]}}, "rules.limits", (2, 1, 0)),
        ({"desk": {**DESK, "limits": [None, 1.0]}}, "rules.limits", (2, 0, 1)),
        ({"desk": None}, "rules.boss", (2, 0, 1)),
    ],
)
def test_rules_are_judged_with_guards_where_a_promise_inside_is_broken(
    orders: Contract, row: dict[str, Any], rule: str, counts: tuple[int, int, int]
) -> None:
    (found,) = [each for each in orders.inspect(frame(row, {})).rules if each.id == rule]
    assert (found.passed, found.failed, found.unknown) == counts


def test_examples_show_lists_and_records_as_plain_values(orders: Contract) -> None:
    verdict = orders.inspect(frame(leg(px=math.inf), {"tags": ["x"]}))
    shown = {violation.rule: violation.examples[0].values for violation in verdict.violations}
    assert shown["columns.tags.items.values"] == {"tags": ["x"]}
    assert shown["columns.legs.items.px.finite"] == {"legs": [LEG, {**LEG, "px": "inf"}]}


@pytest.mark.parametrize(
    ("column", "data", "said"),
    [
        ("tags", pl.Series([[1]]), "in its items: expected string, found Int64"),
        ("tags", pl.Series(["core"]), "expected list of string, found String"),
        ("legs", pl.Series([[{"way": "long", "qty": 1, "px": 1.0}]]), "in its items: it has no field fee"),
        (
            "legs",
            pl.Series([[{**LEG, "fee": {"usd": 1}}]]),
            "in its items: in its field fee: in its field usd: expected float64, found Int64",
        ),
        ("desk", pl.Series([{**DESK, "limits": 1.0}]), "in its field limits: expected list of float64, found Float64"),
        ("desk", pl.Series(["x"]), "expected record, found String"),
    ],
)
def test_a_wrong_type_inside_is_one_fault_that_says_where(
    orders: Contract, column: str, data: pl.Series, said: str
) -> None:
    verdict = orders.inspect(frame().with_columns(data.alias(column)))
    assert [(each.rule, each.message) for each in verdict.violations] == [(f"columns.{column}.type", said)]
    skipped = [each.id for each in verdict.rules if each.state == "skipped"]
    assert f"columns.{column}.not_null" in skipped
    assert all(each.startswith((f"columns.{column}.", "rules.")) for each in skipped)


def test_more_fields_and_another_order_of_fields_do_no_harm(orders: Contract) -> None:
    more = {"extra": 1, **dict(reversed(DESK.items()))}
    assert broken(orders, frame().with_columns(pl.Series("desk", [more]))) == {}


def test_enums_inside_may_be_held_as_text_categories_or_enums(orders: Contract) -> None:
    for held in (pl.String(), pl.Categorical(), pl.Enum(["long", "short"])):
        legs = pl.List(
            pl.Struct({"way": held, "qty": pl.Int64, "px": pl.Float64, "fee": pl.Struct({"usd": pl.Float64})})
        )
        assert broken(orders, frame(leg(qty=200), legs=legs)) == {"rules.most": ()}


def test_a_frame_comes_back_as_it_was(orders: Contract) -> None:
    data = frame({"marks": None}, {"legs": []}, leg(fee=None)).filter(pl.col("legs").list.len() > 0)
    assert orders.validate(data).equals(data)
    assert orders.validate(data.to_arrow()).equals(data.to_arrow())


def test_a_frame_without_rows_passes(orders: Contract) -> None:
    assert {name: rows for name, rows in broken(orders, frame().clear()).items() if rows} == {}


def test_a_file_of_lists_and_records_is_judged_like_the_frame(orders: Contract, tmp_path: Path) -> None:
    data = frame({"tags": ["x"]}, leg(qty=None), desk(limits=[math.nan]))
    data.write_parquet(tmp_path / "orders.parquet")
    assert orders.inspect_file(str(tmp_path / "orders.parquet")) == orders.inspect(data)


@pytest.mark.parametrize(
    ("constraint", "good", "bad"),
    [
        (r"matches: '\d+\.\w'", "12.x", "12x"),
        (r"""matches: "['\"]\\\\" """, "'\\", "'"),
        (r"""values: ["a\\b", "it's", 'é', "q\"'", "n\n"]""", "a\\b", "ab"),
    ],
)
def test_constraints_may_hold_any_character(tmp_path: Path, constraint: str, good: str, bad: str) -> None:
    (tmp_path / "contracts").mkdir()
    head = "peakguard: 1\nkind: contract\nname: texts\nversion: 1.0.0\ncolumns:\n"
    (tmp_path / "contracts" / "texts.yaml").write_text(f"{head}  text: {{type: string, {constraint}}}\n")
    contract = peakguard.load(tmp_path).contract("texts")
    assert [each.rows for each in contract.collect_violations(pl.DataFrame({"text": [good, bad]}))] == [(1,)]
