"""Lists that come in several chunks are judged as in one."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import polars as pl

import peakguard
from peakguard.engines.polars.in_passing import InPassing
from peakguard.engines.polars.tier_one import judged

POLICY = """\
peakguard: 1
kind: contract
name: legs
version: 1.0.0
columns: {g: {type: string}, m: {type: int64, nullable: true}, legs: {list: {q: float64}}}
rules:
  held: {within: [g], expr: 'prev(sum(leg.q for leg in legs)) > 1', when: 'm > 1', on_null: pass}
"""
SCHEMA: dict[str, Any] = {"g": pl.String, "m": pl.Int64, "legs": pl.List(pl.Struct({"q": pl.Float64}))}


def test_empty_lists_in_chunks_of_their_own(tmp_path: Path) -> None:
    """Polars fails over some of what its streaming engine makes of such lists: over one in twenty of these."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "legs.yaml").write_text(POLICY)
    checks = peakguard.load(tmp_path).tables("contract")["legs"]["checks"]
    asked = InPassing([each for each in checks if each["form"] == "row"], [("g",)])
    texts = next(each for each in checks if each["id"] == "rules.held")["stream"]["alone"]
    draw = Random(1)
    for _ in range(200):
        rows = [
            [draw.choice("ab"), draw.choice([2, None, 1]), [{"q": 1.0}] * draw.choice([0, 0, 1, 2])]
            for _ in range(draw.randint(1, 6))
        ]
        frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
        chunks = pl.concat([frame.slice(place, 1) for place in range(len(rows))], rechunk=False)
        batch = asked.over(chunks.lazy()).collect(engine="streaming")
        for form in ("passes", "guarded"):
            assert judged(batch, texts, form).to_list() == judged(frame, texts, form).to_list()
