"""Every case of every kind, found by its folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from peakguard.diagnostics.catalog import CATALOG
from tests.conformance.cases import REPOSITORY, as_json, cases, expected, name_of, run

# Codes that no file in a repository can show, with the test that shows them instead.
ELSEWHERE = {
    "PG134": "functional/test_eval_odd_data.py",
    "PG135": "functional/test_eval_odd_data.py",
    "PG136": "functional/test_eval_odd_data.py",
    "PG101": "functional/test_bad_input.py",
    "PG103": "functional/test_bad_input.py",
    "PG116": "unit/syntax/test_limits.py",
    "PG130": "unit/pipeline/test_analyse.py",
    "PG125": "functional/test_bad_input.py",
    "PG127": "functional/test_bad_input.py",
    "PG129": "functional/test_check.py",
    "PG131": "functional/test_eval.py",
    "PG132": "functional/test_eval.py",
    "PG133": "functional/test_eval.py",
    **dict.fromkeys([f"PG{number}" for number in range(140, 154)], "functional/test_bad_data.py"),
    "PG154": "functional/test_verify.py",
    "PG160": "property/test_references.py",
    "PG161": "property/test_references.py",
    "PG162": "unit/engines/test_sessions.py",
    "PG163": "property/test_references.py",
    "PG430": "functional/test_columns.py",
    "PG435": "functional/test_columns.py",
    "PG456": "property/test_calls.py",
    "PG610": "functional/test_docs.py",
    "PG746": "functional/test_monitor.py",
    "PG612": "functional/test_operator_pages.py",
    "PG613": "functional/test_operator_pages.py",
    **dict.fromkeys([f"PG{number}" for number in range(705, 710)], "functional/test_resolve.py"),
    **dict.fromkeys([f"PG{number}" for number in range(890, 914) if number != 909], "conformance/test_configs.py"),
    "PG909": "unit/config/test_registry.py",
    **dict.fromkeys(["PG982", "PG983", "PG984"], "functional/test_gate.py"),
    "PG815": "functional/test_resolve.py",
    **dict.fromkeys([f"PG{number}" for number in range(935, 944)], "conformance/test_changes.py"),
    **dict.fromkeys([f"PG{number}" for number in range(944, 950)], "functional/test_diff.py"),
    **dict.fromkeys([f"PG{number}" for number in range(821, 824)], "functional/test_resolve.py"),
    "PG951": "functional/test_chaos.py",
}


@pytest.mark.parametrize("case", cases("valid"), ids=name_of)
def test_valid_cases_have_no_findings(case: Path) -> None:
    documents, findings = run(case)
    assert documents
    assert [as_json(finding) for finding in findings] == []


@pytest.mark.parametrize("case", cases("invalid"), ids=name_of)
def test_invalid_cases_have_exactly_the_expected_findings(case: Path) -> None:
    _, findings = run(case)
    assert findings
    assert [as_json(finding) for finding in findings] == expected(case)


def test_there_are_at_least_150_cases() -> None:
    assert len(cases("valid")) + len(cases("invalid")) >= 150


def test_there_are_at_least_75_cases_of_type_errors_in_expressions() -> None:
    """Calls, operands, places, lists, units and conclusions: PG311 to PG359; syntax is not among them."""
    found = [{finding["code"] for finding in expected(case)} for case in cases("invalid")]
    assert sum(any("PG311" <= code <= "PG359" for code in codes) for codes in found) >= 75


def test_no_two_cases_are_alike() -> None:
    """Cases with the same codes, data and marked lines, wherever they stand, show the same thing twice."""
    shapes = Counter(str([_shape(case, finding) for finding in expected(case)]) for case in cases("invalid"))
    assert [shape for shape, count in shapes.items() if count > 1] == []


def _shape(case: Path, finding: dict[str, Any]) -> list[Any]:
    path, line = case / finding["file"], finding["place"][0]
    lines = path.read_bytes().split(b"\n") if path.is_file() and line else [b""]
    return [finding["code"], sorted(finding["data"].items(), key=str), path.suffix, lines[max(0, line - 1)].strip()]


def test_every_code_is_shown_in_two_places() -> None:
    shown = Counter(code for case in cases("invalid") for code in {finding["code"] for finding in expected(case)})
    wanted = [code for code in CATALOG if len(code) < len("PG2000") and code not in ELSEWHERE]
    assert [code for code in wanted if shown[code] < 2] == []


def test_codes_that_no_case_can_show_are_shown_by_the_test_that_is_named() -> None:
    for code, file in ELSEWHERE.items():
        text = (REPOSITORY / "tests" / file).read_text()
        assert code in text or f"codes.{CATALOG[code].slug.upper()}" in text, code


def test_faults_at_run_time_are_shown_by_a_test() -> None:
    texts = "".join(path.read_text() for path in (REPOSITORY / "tests").rglob("test_*.py"))
    assert [
        code for code in CATALOG if code.startswith(("PG20", "PG21")) and len(code) == 6 and code not in texts
    ] == []


def test_cases_show_only_codes_that_exist() -> None:
    shown = {finding["code"] for case in cases("invalid") for finding in expected(case)}
    assert shown <= set(CATALOG)
