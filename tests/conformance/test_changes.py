"""Labelled pairs: `old` and `new` of a case, each a file or a folder, and what `peakguard diff` says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from peakguard.api.difference import compare
from peakguard.difference.result import Change, Difference
from tests.conformance.cases import REPOSITORY

PAIRS = sorted(REPOSITORY.glob("peakguard/kinds/*/cases/changes/*"))


def compared(pair: Path) -> Difference:
    """The difference of a pair; a side is a file or a folder."""
    old, new = (str(next(pair.glob(f"{side}*"))) for side in ("old", "new"))
    return compare(old, new, str(pair))


def labelled(change: Change) -> dict[str, Any]:
    """A change as it is labelled: what it is, and how it is judged."""
    grade = change.grade
    return {
        "element": change.element,
        "what": change.what,
        "level": change.level,
        "direction": grade.direction,
        "consumer": grade.consumer,
        "producer": grade.producer,
    }


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.parents[2].name}/{pair.name}")
def test_a_pair_is_judged_as_it_is_labelled(pair: Path) -> None:
    expected = json.loads((pair / "expected.json").read_text())
    found = compared(pair)

    assert sorted(map(labelled, found.changes), key=str) == sorted(expected["changes"], key=str)
    assert sorted(finding.code for finding in found.findings) == expected["codes"]


SHOWN = {"PG935", "PG936", "PG937", "PG938", "PG939", "PG940", "PG941", "PG942", "PG943"}


def test_every_finding_of_a_comparison_is_shown_by_a_pair() -> None:
    shown = [json.loads((pair / "expected.json").read_text()) for pair in PAIRS]
    assert {code for each in shown for code in each["codes"]} == SHOWN
    assert {change["level"] for each in shown for change in each["changes"]} == {"patch", "minor", "risk", "breaking"}
