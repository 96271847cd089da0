"""`peakguard test --write-missing` where a search among small values does not get there, and what it says cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from peakguard.api.rule_testing.missing import prover, rows, settings, steps
from peakguard.api.rule_testing.missing.writing import Written
from peakguard.api.rule_tests import run_rule_tests, write_missing
from peakguard.cli import main
from tests.functional.conftest import Project

TRADE = """\
peakguard: 1
kind: contract
name: trade
version: 1.0.0
columns:
  quantity: {type: int64, gt: 0}
  notional: {type: int64, gt: 0}
rules:
  rare: {expr: quantity * quantity != 2 * notional * notional + 17}
  never: {expr: quantity >= quantity}
"""
BOOK = """\
peakguard: 1
kind: invariants
name: book
version: 1.0.0
state: {cash: float64, position: int64, at: 'datetime[us, UTC]'}
invariants:
  traded: {expr: delta(cash) == -7 * delta(position), on_null: pass}
  square: {expr: cash * 13 + position * 7 == 1001}
  waits: {after: cash == 4711, within: 2, expect: position == 98765}
  rises: {expr: at == at}
"""
APP = """\
peakguard: 1
kind: config
name: app
version: 1.0.0
sections:
  limit: {type: int64, ge: 1, le: 100000}
  run: {fields: {step: {type: int64, ge: 1, le: 100000}, wait: {type: duration, required: false}}}
rules:
  fits: {expr: limit * 12 != run.step * 35 + 1}
  bounded: {expr: limit < 200000}
  waits: {expr: run.wait < seconds(5), on_null: pass}
"""
FILES = {"contracts/trade.yaml": TRADE, "policies/book.yaml": BOOK, "policies/app.yaml": APP}
HARD = {
    ("contract trade", "rules.rare", "fails"),
    ("invariants book", "invariants.square", "passes"),
    ("config app", "rules.fits", "fails"),
}
IMPOSSIBLE = {
    ("contract trade", "rules.never", "fails"),
    ("invariants book", "invariants.rises", "fails"),
    ("config app", "rules.bounded", "fails"),
    ("config app", "rules.waits", "unknown"),
}


@pytest.fixture
def root(project: Project, monkeypatch: pytest.MonkeyPatch) -> str:
    """Policies of three kinds, and a search that gives up soon: it finds nothing of what is HARD however long it is."""
    for module, tries in ((rows, 5), (steps, 40), (settings, 60)):
        monkeypatch.setattr(module, "_TRIES", tries)
    return str(project(FILES))


def told(items: Any) -> set[tuple[str, str, str]]:
    return {(item.policy, item.rule, outcome) for item in items for outcome in item.missing}


def written(root: str) -> Written:
    return write_missing(run_rule_tests(root), root)


def test_what_no_search_meets_is_found_and_what_cannot_be_is_told(
    root: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test", "--write-missing", "--root", root]) == 0
    lines = capsys.readouterr().err.splitlines()
    assert sorted(line.split()[0].rstrip(":") for line in lines) == ["impossible"] * len(IMPOSSIBLE) + ["wrote"] * len(
        FILES
    )
    tests = run_rule_tests(root)
    assert tests.ok
    assert told(tests.coverage.missing) == IMPOSSIBLE


def test_without_z3_only_the_search_proposes(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prover, "find_spec", lambda _: None)
    found = written(root)
    assert told(found.left) >= HARD | IMPOSSIBLE
    assert found.impossible == ()
    assert run_rule_tests(root).ok


def test_cases_of_several_policies_in_one_file_have_names_of_their_own(project: Project) -> None:
    policies = "{feed: {timeout: {total: 30s}}, orders: {timeout: {total: 10s}}}"
    header = "peakguard: 1\nkind: resilience\nname: feeds\nversion: 1.0.0\n"
    root = str(project({"policies/feeds.yaml": f"{header}policies: {policies}\n"}))
    assert written(root).left == ()
    assert run_rule_tests(root).counts == {"cases": 2, "passed": 2, "failed": 0}


NEST = """\
peakguard: 1
kind: contract
name: nest
version: 1.0.0
columns:
  legs: {list: {q: int64, p: int64}}
rules:
  worth: {expr: sum(l.q * l.p for l in legs) != 391}
"""
BYTES = """\
peakguard: 1
kind: contract
name: blobs
version: 1.0.0
columns:
  blob: binary
  size: {type: int64, ge: 0}
"""


def test_lists_are_given_as_tables_and_bytes_are_left_alone(project: Project) -> None:
    root = str(project({"contracts/nest.yaml": NEST, "contracts/blobs.yaml": BYTES}))
    left = told(written(root).left)
    assert {policy for policy, _, _ in left} == {"contract blobs", "contract nest"}
    assert not {rule for policy, rule, _ in left if policy == "contract nest" and rule == "rules.worth"}
    tests = run_rule_tests(root)
    assert tests.ok
    assert tests.coverage.seen > 0
