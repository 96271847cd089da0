"""What counts as weaker than a contract that is extended: no key is forgotten, and no data slip through."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import peakguard
from peakguard.kinds.contract import weaker
from peakguard.kinds.contract.model import Cadence, Column, Contract, ForeignKey, Freshness, Order, Rows, Sample
from peakguard.language.header import Policy
from peakguard.language.rule import FORMS, Rule
from tests.property.scale import SCALE

COMPARED: list[tuple[type[BaseModel], set[str]]] = [
    (Column, {*weaker._COLUMN, "type", "list", "record"}),
    (Rule, {*weaker._RULE, *weaker._DEMAND, *FORMS}),
    (Contract, {*weaker._WHOLE, *weaker._PARTS, "columns", "rules", "references", "sample"}),
    (Order, set(weaker._PARTS["order"])),
    (Cadence, set(weaker._PARTS["cadence"])),
    (Freshness, set(weaker._PARTS["freshness"])),
    (Rows, set(weaker._PARTS["rows"])),
    (ForeignKey, set(weaker._FOREIGN)),
    (Sample, {"share"}),
]
ASKS_NOTHING = {
    Column: {"description", "source", "aliases", "default", "parse", "error"},
    Rule: {"error", "message"},
    Contract: {"extends", "exempt", "error", *Policy.model_fields},
    Sample: {"seed"},
}
"""Keys that say how data are found and what is told, and exemptions, which have reasons of their own."""


@pytest.mark.parametrize(("model", "compared"), COMPARED, ids=lambda each: getattr(each, "__name__", ""))
def test_every_key_is_compared_or_asks_nothing(model: type[BaseModel], compared: set[str]) -> None:
    free = ASKS_NOTHING.get(model, set())
    assert compared | free == set(model.model_fields)
    assert not compared & free


NUMBERS = st.integers(-1, 1)
RULE = st.fixed_dictionaries(
    {"expr": st.sampled_from(["x < y", "x <= y"]), "on_null": st.sampled_from(["fail", "pass"])},
    optional={
        "max_fail_rate": st.sampled_from([0.0, 0.5]),
        "severity": st.sampled_from(["warning", "error"]),
        "when": st.just("x > 0"),
    },
)

COLUMN: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("gt", "ge", "lt", "le"), NUMBERS),
    "not_in": st.lists(NUMBERS, min_size=1, max_size=2, unique=True),
    "multiple_of": st.integers(1, 2),
    **dict.fromkeys(("nullable", "required", "unique"), st.booleans()),
}
WHOLE: dict[str, st.SearchStrategy[Any]] = {
    "rows": st.fixed_dictionaries({}, optional={"min": st.integers(0, 3), "max": st.integers(0, 3)}),
    "extra_columns": st.sampled_from(["allow", "drop", "forbid"]),
    "order": st.fixed_dictionaries({"by": st.sampled_from("xy")}, optional={"strict": st.booleans()}),
    "key": st.sampled_from([["x"], ["y"], ["x", "y"]]),
    "rules": st.fixed_dictionaries({"r": RULE}),
}


VALUES = st.one_of(st.none(), NUMBERS)
ROWS = st.lists(st.tuples(VALUES, NUMBERS), min_size=1, max_size=3)


def written(name: str, said: dict[str, Any], extends: str | None) -> str:
    column = {key: value for key, value in said.items() if key in COLUMN}
    columns: dict[str, Any] = {"x": column} if extends else {"x": {"type": "int64", **column}, "y": {"type": "int64"}}
    header = {"peakguard": 1, "kind": "contract", "name": name, "version": "1.0.0", "columns": columns}
    above = {"extends": extends} if extends else {}
    return json.dumps({**header, **above, **{key: value for key, value in said.items() if key in WHOLE}})


@pytest.mark.parametrize("part", [*COLUMN, *WHOLE])
@settings(max_examples=50 * SCALE, deadline=None)
@given(st.data(), ROWS)
def test_data_that_satisfy_a_contract_satisfy_what_it_extends(
    part: str, data: st.DataObject, rows: list[tuple[int | None, int | None]]
) -> None:
    among = {**COLUMN, **WHOLE}
    theirs, own = data.draw(st.tuples(among[part], among[part]))
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "contracts"
        folder.mkdir()
        (folder / "a.yaml").write_text(written("a", {part: theirs}, None))
        (folder / "b.yaml").write_text(written("b", {part: own}, "a"))
        if any(each.severity == "error" or each.code == "PG432" for each in peakguard.check(root)):
            return
        policies = peakguard.load(root)
    frame = pl.DataFrame(rows, {"x": pl.Int64, "y": pl.Int64}, orient="row")
    frames = [frame, frame.drop("x"), frame.with_columns(pl.lit(1).alias("z"))]
    for each in frames[: 3 if part in ("required", "extra_columns") else 1]:
        if not policies.contract("b").collect_violations(each):
            event("passes")
            assert policies.contract("a").collect_violations(each) == ()


@pytest.mark.parametrize(("own", "is_told"), [(["x", "y"], True), (["y"], True), (["x"], False)])
def test_another_key_is_told(tmp_path: Path, own: list[str], *, is_told: bool) -> None:
    folder = tmp_path / "contracts"
    folder.mkdir()
    (folder / "a.yaml").write_text(written("a", {"key": ["x"]}, None))
    (folder / "b.yaml").write_text(written("b", {"key": own}, "a"))
    assert ("PG432" in {each.code for each in peakguard.check(str(tmp_path))}) == is_told
