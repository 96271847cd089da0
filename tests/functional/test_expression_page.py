"""Every table of docs/expressions.md holds on every back end, and names every function."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from peakguard.api.evaluate import compile_any, evaluate
from peakguard.api.rows import from_object
from peakguard.expression.functions import FUNCTIONS
from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import DATE, INT64, datetime

PAGE = Path(__file__).resolve().parents[2] / "docs" / "expressions.md"
ROW = re.compile(r"^\| `(?P<text>[^|]+)` \| `(?P<row>\{.*\})` \| (?P<value>.+) \|$", re.MULTILINE)
LINE = re.compile(r"^\| `(?P<text>[^|]+)` \| (?P<value>[^{`\[]+|`\[.*\]`) \|$", re.MULTILINE)
YORK = Column(datetime("us", "America/New_York"))
DECLARED = {"d": Column(DATE), "at": YORK, "at2": YORK}
X = [1, 3, 2, None, 5]
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE.read_text(), re.MULTILINE | re.DOTALL))
BY_ROW = [match.groupdict() for match in ROW.finditer(PAGE.read_text())]
IN_ORDER = [match.groupdict() for match in LINE.finditer(SECTIONS["Functions of rows in order"])]
AMONG_ALL = [match.groupdict() for match in LINE.finditer(SECTIONS["One row among all rows"])]
OF_ALL = [match.groupdict() for match in LINE.finditer(SECTIONS["Functions of all rows"])]


def assert_values(text: str, scope: Scope, rows: list[Any], expected: list[Any]) -> None:
    typed, faults = compile_any(text, scope)
    assert typed is not None, faults
    outcome = evaluate(typed, scope.columns, rows, is_dataset=scope.dataset)
    assert outcome.differing == ()
    for result in outcome.results:
        if result.text is None and result.backend != "reference":
            continue
        assert result.values is not None
        for ours, theirs in zip(expected, result.values, strict=True):
            assert type(ours) is type(theirs), (result.backend, theirs)
            same = ours == theirs or (isinstance(ours, float) and math.isnan(ours) and math.isnan(theirs))
            assert same or (isinstance(ours, float) and math.isclose(ours, theirs, rel_tol=1e-12)), result


@pytest.mark.parametrize("case", BY_ROW, ids=lambda case: case["text"])
def test_a_line_about_one_row_holds(case: dict[str, str]) -> None:
    row = json.loads(case["row"])
    rows = from_object(row, {name: column for name, column in DECLARED.items() if name in row})
    assert_values(case["text"], Scope(rows.columns), list(rows.values), [json.loads(case["value"])])


@pytest.mark.parametrize("case", IN_ORDER, ids=lambda case: case["text"])
def test_a_line_about_rows_in_order_holds(case: dict[str, str]) -> None:
    scope = Scope({"x": Column(INT64, nullable=True)}, ordered=True)
    assert_values(case["text"], scope, [{"x": each} for each in X], json.loads(case["value"].strip("`")))


@pytest.mark.parametrize("case", OF_ALL, ids=lambda case: case["text"])
def test_a_line_about_all_rows_holds(case: dict[str, str]) -> None:
    scope = Scope({"x": Column(INT64, nullable=True)}, ordered=True, dataset=True)
    assert_values(case["text"], scope, [{"x": each} for each in X], [json.loads(case["value"])])


@pytest.mark.parametrize("case", AMONG_ALL, ids=lambda case: case["text"])
def test_a_line_about_one_row_among_all_holds(case: dict[str, str]) -> None:
    scope = Scope({"x": Column(INT64, nullable=True)}, ordered=True, whole=True)
    assert_values(case["text"], scope, [{"x": each} for each in X], json.loads(case["value"].strip("`")))


def test_the_page_names_every_function_and_no_other() -> None:
    called = {name for case in [*BY_ROW, *IN_ORDER, *OF_ALL] for name in re.findall(r"\b([a-z_]+)\(", case["text"])}
    assert called - {"any", "all", "in"} == set(FUNCTIONS)
    assert (len(BY_ROW) > 60, len(IN_ORDER), len(OF_ALL), len(AMONG_ALL)) == (True, 15, 13, 3)
