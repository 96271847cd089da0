"""`peakguard validate` on a Parquet file with lists and records."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from tests.functional.conftest import Project, Run

BOOKS = """\
peakguard: 1
kind: contract
name: books
version: 1.0.0
columns:
  id: string
  legs: {list: {qty: int64, px: {type: float64, unit: usd}}}
  limit: {type: float64, unit: usd}
key: [id]
rules:
  within: {expr: sum(leg.qty * leg.px for leg in legs) <= limit}
"""
ROWS = [
    {"id": "sound", "legs": [{"qty": 1, "px": 2.0}, {"qty": 3, "px": 4.0}], "limit": 14.0},
    {"id": "empty", "legs": [], "limit": 0.0},
    {"id": "above", "legs": [{"qty": 2, "px": 8.0}], "limit": 15.9},
    {"id": "hole", "legs": [{"qty": None, "px": 8.0}], "limit": 1.0},
]


def test_a_parquet_file_goes_round_trip(peakguard: Run, project: Project) -> None:
    root = project({"contracts/books.yaml": BOOKS})
    schema: dict[str, Any] = {
        "id": pl.String,
        "legs": pl.List(pl.Struct({"qty": pl.Int64, "px": pl.Float64})),
        "limit": pl.Float64,
    }
    pl.DataFrame(ROWS, schema).write_parquet(root / "books.parquet")
    result = peakguard("validate", "books", "books.parquet", "--format", "json", cwd=root)
    rules: list[dict[str, Any]] = json.loads(result.stdout)["rules"]
    assert result.returncode == 1
    assert {rule["id"]: rule["examples"] for rule in rules if rule["examples"]} == {
        "columns.legs.items.qty.not_null": [
            {"row": 3, "key": {"id": "hole"}, "values": {"legs": [{"qty": None, "px": 8.0}]}}
        ],
        "rules.within": [
            {"row": 2, "key": {"id": "above"}, "values": {"legs": [{"qty": 2, "px": 8.0}], "limit": 15.9}}
        ],
    }
    counts = {rule["id"]: (rule["passed"], rule["failed"], rule["unknown"]) for rule in rules}
    assert counts["rules.within"] == (2, 1, 1)
