"""How the trees of two contracts become one."""

from __future__ import annotations

from typing import Any

import pytest

from peakguard.kinds.contract.inherit import merged
from peakguard.syntax.node import Mapping, walk
from peakguard.syntax.parse import parse
from peakguard.syntax.source import Source


def tree(file: str, text: str) -> Mapping:
    node, findings = parse(Source(file, text))
    assert node is not None
    assert not findings
    return node


@pytest.mark.parametrize(
    ("theirs", "own", "wanted"),
    [
        ("columns: {x: int64}", "columns: {x: {gt: 0}}", {"columns": {"x": {"type": "int64", "gt": 0}}}),
        ("columns: {x: {type: int64, gt: 0}}", "columns: {x: date}", {"columns": {"x": {"type": "date", "gt": 0}}}),
        ("columns: {x: int64}", "columns: {x: {list: int64}}", {"columns": {"x": {"list": "int64"}}}),
        ("columns: {x: int64}", "columns: {y: date}", {"columns": {"x": "int64", "y": "date"}}),
        ("key: [x]\norder: {by: x, strict: true}", "order: {by: y}", {"key": ["x"], "order": {"by": "y"}}),
        (
            "rules: {r: {expr: a, when: b, on_null: pass, severity: halt, error: E}}",
            "rules: {r: {dataset: c}}",
            {"rules": {"r": {"severity": "halt", "error": "E", "dataset": "c"}}},
        ),
        (
            "rules: {r: {expr: a, when: b}}",
            "rules: {r: {severity: halt}}",
            {"rules": {"r": {"expr": "a", "when": "b", "severity": "halt"}}},
        ),
        (
            "references: {x: {contract: a, column: b, also: {c: d}}}",
            "references: {x: {contract: e, column: f}}",
            {"references": {"x": {"contract": "e", "column": "f"}}},
        ),
        ("exempt: [{rule: a}]", "exempt: [{rule: b}]", {"exempt": [{"rule": "a"}, {"rule": "b"}]}),
        ("columns: {x: int64}", "columns: [x]", {"columns": ["x"]}),
        ("columns: {x: int64}", "columns: {x: [1]}", {"columns": {"x": [1]}}),
        ("mode: off\nowner: me\nsuppress: [{code: PG1}]\nextends: z", "coerce: true", {"coerce": True}),
    ],
)
def test_what_stands_in_place_of_what(theirs: str, own: str, wanted: dict[str, Any]) -> None:
    assert merged(tree("a.yaml", theirs), tree("b.yaml", own)).plain() == wanted


def test_every_part_keeps_its_file() -> None:
    made = merged(
        tree("a.yaml", "columns: {x: {type: int64, gt: 1}}"), tree("b.yaml", "columns: {x: {lt: 7}, y: date}")
    )
    files = {each.plain(): each.source.path for each in walk(made) if not isinstance(each, Mapping)}
    assert files == {"int64": "a.yaml", 1: "a.yaml", 7: "b.yaml", "date": "b.yaml"}


def test_the_trees_that_are_joined_stay_as_they_are() -> None:
    theirs, own = tree("a.yaml", "columns: {x: int64}"), tree("b.yaml", "columns: {x: {gt: 0}, y: date}")
    before = theirs.plain(), own.plain()
    merged(theirs, own)
    assert (theirs.plain(), own.plain()) == before
