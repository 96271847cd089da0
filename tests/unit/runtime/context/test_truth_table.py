"""The truth table of docs/context.md: each cell is tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from peakguard.runtime.context import current, propagate_context
from tests.unit.runtime.context.carriers import ROWS

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "context.md").read_text()
_LINE = re.compile(
    r"^\| (?P<way>[^|]+?) \| (?P<plain>kept|lost|stale) \| (?P<tool>[^|]+?) \| (?P<patched>\w+) \|$", re.MULTILINE
)
TABLE = [match.groupdict() for match in _LINE.finditer(PAGE)]
FORKS = "ignore:.*fork:DeprecationWarning"  # Python 3.12 warns of threads that the runner of tests has


def test_the_page_lists_what_is_tried() -> None:
    assert [line["way"] for line in TABLE] == list(ROWS)


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize("line", TABLE, ids=lambda line: line["way"])
def test_plain_python(line: dict[str, str]) -> None:
    assert ROWS[line["way"]](False) == line["plain"]
    assert current() is None


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize("line", [each for each in TABLE if each["tool"] != "-"], ids=lambda line: line["way"])
def test_with_the_tool_it_is_kept(line: dict[str, str]) -> None:
    assert ROWS[line["way"]](True) == "kept"


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize("line", TABLE, ids=lambda line: line["way"])
def test_patched(line: dict[str, str]) -> None:
    undo = propagate_context()
    try:
        assert ROWS[line["way"]](False) == line["patched"]
    finally:
        undo()


def test_where_it_is_lost_a_tool_keeps_it() -> None:
    assert [line["way"] for line in TABLE if line["plain"] != "kept" and line["tool"] == "-"] == []
