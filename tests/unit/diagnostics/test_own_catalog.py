"""peakguard's own codes are a policy like any other, and every example in it is true."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import cast

import pytest

import peakguard
from peakguard.diagnostics import codes
from peakguard.diagnostics.catalog import CATALOG
from peakguard.kinds.errors.model import ActiveError, Errors, Example
from peakguard.pipeline.analyse import analyse
from peakguard.pipeline.bundle import Bundle, load_bundle
from peakguard.pipeline.check import check_project
from peakguard.pipeline.own_catalog import own_project
from peakguard.pipeline.project import Project
from peakguard.pipeline.read import Entry

# Faults that no YAML text alone can show; tests of their own do, as tests/conformance/test_cases.py says.
NOT_SHOWN_BY_TEXT = {
    "PG101", "PG102", "PG103", "PG105", "PG106", "PG108", "PG116", "PG119", "PG120", "PG122", "PG124", "PG125",
    "PG126", "PG127", "PG128", "PG129", "PG130", "PG131", "PG132", "PG133", "PG134", "PG135", "PG136", "PG140",
    "PG141", "PG142", "PG143", "PG144", "PG145", "PG146", "PG147", "PG148", "PG149", "PG150", "PG151", "PG152", "PG153",
    "PG154", "PG160", "PG711", "PG712", "PG721", "PG724",
    "PG161", "PG162", "PG163", "PG335", "PG430", "PG431", "PG432", "PG433", "PG434", "PG435", "PG456",
    "PG606", "PG607", "PG608", "PG609", "PG610", "PG612", "PG613", "PG622", "PG809", "PG815", "PG821", "PG822", "PG823",
    "PG705", "PG706", "PG707", "PG708", "PG709", "PG746", "PG950", "PG951", "PG956",
    *(f"PG{number}" for number in (*range(890, 914), *range(920, 929), *range(935, 950), 2120)),
    *(f"PG{number}" for number in (975, 981, 982, 983, 984)),
}  # fmt: skip # one code a line would be a page of its own

AT_RUN_TIME = ("runtime", "runs", "chaos-runs", "gates")


@cache
def bundle() -> Bundle:
    return load_bundle(own_project())


@cache
def entries() -> dict[str, ActiveError]:
    specs = [cast("Errors", document.spec) for document in bundle().documents]
    return {code: entry for spec in specs for code, entry in spec.errors.items() if isinstance(entry, ActiveError)}


def examples() -> list[tuple[str, Example]]:
    return [(code, each) for code, entry in entries().items() for each in entry.examples if each.failing is not None]


def found(text: str) -> list[str]:
    entry = Entry("policies/example.yaml", text.encode())
    project = Project("/project", (), (), b"")
    return [each.code for each in check_project(project, [entry], [analyse(entry).unit], "2026-11-24").findings]


def test_the_catalog_has_no_findings() -> None:
    assert bundle().findings == ()


def test_what_is_generated_is_what_is_declared() -> None:
    assert sorted(entries()) == sorted(CATALOG)
    for code, entry in entries().items():
        assert CATALOG[code][:4] == (entry.slug, entry.severity, entry.title, entry.message)
        assert getattr(codes, entry.slug.upper()) == code


@pytest.mark.parametrize(("code", "example"), examples(), ids=[code for code, _ in examples()])
def test_a_failing_example_raises_its_code_and_the_mended_one_nothing(code: str, example: Example) -> None:
    assert example.failing is not None
    assert example.mended is not None
    assert code in found(example.failing)
    assert found(example.mended) == []


def test_every_code_has_a_cause_a_hint_and_an_example() -> None:
    for code, entry in entries().items():
        assert entry.cause, code
        assert entry.hints, code
        assert entry.examples, code
        is_shown = any(each.failing for each in entry.examples)
        assert is_shown is not (code in NOT_SHOWN_BY_TEXT or entry.category in AT_RUN_TIME), code


def test_codes_lie_in_the_block_of_their_subject() -> None:
    blocks = {1: "syntax", 2: "model", 3: "expressions", 4: "references", 5: "contract", 6: "errors", 7: "bindings"}
    blocks |= {8: "resilience", 20: "runtime", 21: "runs"}
    narrower = {range(140, 160): "inputs", range(620, 650): "observability"}
    narrower |= {range(720, 740): "reproducibility"}
    narrower |= {range(950, 970): "chaos", range(2130, 2140): "chaos-runs"}
    narrower |= {range(970, 990): "gate", range(2140, 2150): "gates"}
    narrower |= {range(935, 950): "difference"}
    narrower |= {range(740, 780): "invariants", range(840, 870): "cache", range(870, 920): "config"}
    narrower |= {range(920, 935): "tests", range(2120, 2130): "testing"}
    for code, entry in entries().items():
        number = int(code.removeprefix("PG"))
        narrow = [subject for block, subject in narrower.items() if number in block]
        assert (narrow[0] if narrow else blocks[number // 100]) == entry.category


def test_every_declared_code_is_used_and_no_other() -> None:
    """A code that nothing raises would be a promise without a test."""
    package = Path(peakguard.__file__).parent
    used: set[str] = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "codes":
                used.add(node.attr)
    assert used == {entry.slug.upper() for entry in entries().values()}
