"""What programs read: each format is valid by its own standard, for any data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

import peakguard.reporters
from peakguard.diagnostics.span import Span
from peakguard.reporters import REPORTERS, report
from peakguard.reporters.report import Report
from tests.unit.reporters.findings import awkward, key_finding

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
CLEAN = Report([], {}, files=3)


def sarif(found: Report) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(report("sarif", found))
    return log


@pytest.mark.parametrize("found", [awkward(), CLEAN], ids=["awkward", "clean"])
def test_sarif_is_valid_by_the_published_schema(found: Report) -> None:
    schema = json.loads((FIXTURES / "sarif" / "sarif-2.1.0-rtm.5.json").read_text())
    assert list(Draft4Validator(schema).iter_errors(sarif(found))) == []


@pytest.mark.parametrize("found", [awkward(), CLEAN], ids=["awkward", "clean"])
def test_json_is_valid_by_our_schema_and_holds_every_finding(found: Report) -> None:
    schema = json.loads((Path(peakguard.reporters.__file__).parent / "report.schema.json").read_text())
    document = json.loads(report("json", found))
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(document)) == []
    assert [each["code"] for each in document["diagnostics"]] == [each.code for each in found.diagnostics]
    assert [each["data"] for each in document["diagnostics"]] == [dict(each.data) for each in found.diagnostics]


def test_sarif_fingerprints_survive_moved_lines_and_tell_equal_lines_apart() -> None:
    def prints(text: str, *lines: int) -> list[str]:
        findings = [key_finding(Span("a", line, 1, line, 4)) for line in lines]
        results = sarif(Report(findings, {"a": text}, files=1))["runs"][0]["results"]
        return [result["partialFingerprints"]["peakguard/v1"] for result in results]

    before = prints("kez: 1\nkez: 1\n", 1, 2)
    assert len(set(before)) == 2
    assert prints("# new\n\n  kez: 1\nkez: 1\n", 3, 4) == before
    assert prints("kez: 2\n", 1)[0] not in before


def test_sarif_rules_are_those_of_the_findings() -> None:
    run = sarif(awkward())["runs"][0]
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_github_commands_are_one_line_each_and_cannot_be_forged() -> None:
    lines = report("github", awkward()).splitlines()
    assert len(lines) == len(awkward().diagnostics)
    command = re.compile(r"::(error|warning|notice) ([a-zA-Z]+=[^,:]*)(,[a-zA-Z]+=[^,:]*)*::.*")
    assert all(command.fullmatch(line) for line in lines)


def test_github_prints_nothing_for_a_clean_check() -> None:
    assert report("github", CLEAN) == ""


def test_junit_is_xml_that_counts_failures() -> None:
    suite = ET.fromstring(report("junit", awkward()))[0]
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure")) == 6
    assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) == 7


def test_junit_of_a_clean_check_has_one_passing_case() -> None:
    suite = ET.fromstring(report("junit", CLEAN))[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("1", "0")


@pytest.mark.parametrize("form", REPORTERS)
def test_a_report_ends_with_a_line_break_and_is_the_same_twice(form: str) -> None:
    assert report(form, awkward()) == report(form, awkward())
    assert report(form, awkward()).endswith("\n")
