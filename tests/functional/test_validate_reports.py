"""The reports of `peakguard validate` as a user asks for them: formats, the page, and stopping early."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.functional.conftest import Project, Run
from tests.functional.policies import ERRORS
from tests.functional.test_validate import BARS, CSV

GOOD = "symbol,Date,high,low,volume\nA,01.01.2026,2,1,5\nA,02.01.2026,3,1,5\n"
FILES: dict[str, str | bytes] = {
    "policies/errors.yaml": ERRORS,
    "contracts/bars.yaml": BARS,
    "bars.csv": CSV,
    "good.csv": GOOD,
}


@pytest.fixture
def root(project: Project) -> Path:
    return project(FILES)


def page(peakguard: Run, root: Path, *arguments: str) -> str:
    """The page of a run."""
    result = peakguard("validate", "bars", *arguments, "--html", "out/report.html", cwd=root)
    assert result.stderr == ""
    return (root / "out" / "report.html").read_text()


def test_junit_has_a_case_for_every_rule(peakguard: Run, root: Path) -> None:
    found = json.loads(peakguard("validate", "bars", "bars.csv", "--format", "json", cwd=root).stdout)
    result = peakguard("validate", "bars", "bars.csv", "--format", "junit", cwd=root)
    assert result.returncode == 1
    (suite,) = ET.fromstring(result.stdout.encode())
    assert suite.attrib["name"] == "bars.csv"
    assert [case.attrib["name"] for case in suite.findall("testcase")] == [rule["id"] for rule in found["rules"]]
    assert suite.attrib["failures"] == "9"  # a warning is none


def test_markdown_has_a_table_of_files_and_one_for_each_violated_rule(peakguard: Run, root: Path) -> None:
    result = peakguard("validate", "bars", "bars.csv", "good.csv", "--format", "markdown", cwd=root)
    assert result.returncode == 1
    assert len(re.findall(r"^\|---", result.stdout, re.MULTILINE)) == 1 + 10
    assert "| 1 | `AA` | `2026-01-03` | `1.0` | `2.0` |" in result.stdout


def test_fail_fast_stops_at_the_first_file_that_breaks_the_contract(peakguard: Run, root: Path) -> None:
    arguments = ("validate", "bars", "good.csv", "bars.csv", "never.csv", "again.csv", "--fail-fast")
    result = peakguard(*arguments, cwd=root)
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.endswith("2 files were not looked at\n")
    found = json.loads(peakguard(*arguments, "--format", "json", cwd=root).stdout)
    assert [each["file"] for each in found["files"]] == ["good.csv", "bars.csv"]
    assert found["not_looked_at"] == ["never.csv", "again.csv"]
    assert peakguard("validate", "bars", "good.csv", "never.csv", "--fail-fast", cwd=root).returncode == 2


def test_the_page_is_written_beside_the_report_on_the_terminal(peakguard: Run, root: Path) -> None:
    result = peakguard("validate", "bars", "bars.csv", "--html", "report.html", cwd=root)
    assert result.returncode == 1
    assert "\nFAIL: bars.csv" in result.stdout
    assert (root / "report.html").read_text().startswith("<!doctype html>")
    assert sorted(path.name for path in root.glob("report.html*")) == ["report.html"]


def test_the_page_is_the_same_twice_but_for_the_clock(peakguard: Run, root: Path) -> None:
    first, second = (page(peakguard, root, "bars.csv", "good.csv") for _ in range(2))
    clock = re.compile(r"<time .*?</time>")
    assert len(clock.findall(first)) == 1
    assert clock.sub("", first) == clock.sub("", second)


def test_the_page_tells_the_rules_the_rows_the_line_and_the_code(peakguard: Run, root: Path) -> None:
    found = json.loads(peakguard("validate", "bars", "bars.csv", "--format", "json", cwd=root).stdout)
    shown = page(peakguard, root, "bars.csv")
    for rule in found["rules"]:
        assert f'<code class="id">{rule["id"]}</code>' in shown
    assert shown.count('<article class="card">') == 9
    assert shown.count('<article class="card lesser">') == 1
    assert 'href="#code-PT-1001"' in shown
    assert 'id="code-PT-1001"' in shown
    assert shown.count("<svg") == 4  # two groups, and the two columns that most of the broken rules read
    assert "high &gt;= low" in shown


def test_what_data_and_names_hold_is_text_on_the_page(peakguard: Run, project: Project) -> None:
    script = "<script>alert(1)<\u2215script>"
    policy = BARS.replace("matches: '[A-Z]+'", "min_length: 9")
    policy = policy.replace("expr: high >= low,", f"expr: high >= low, message: '{script} \"',")
    root = project({**FILES, "contracts/bars.yaml": policy, f"{script}.csv": CSV.replace("AA", script)})
    shown = page(peakguard, root, f"{script}.csv")
    assert shown.count("&lt;script&gt;") > 5
    assert "<script" not in shown


@pytest.mark.parametrize("target", [".", "report.html/inside.html"])
def test_a_page_that_cannot_be_written_is_one_clear_error(peakguard: Run, root: Path, target: str) -> None:
    (root / "report.html").write_text("a file")
    result = peakguard("validate", "bars", "good.csv", "--html", target, cwd=root)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error[PG2020]")
    assert list(root.glob("*.tmp")) == []


def test_no_progress_is_written_where_nobody_looks(peakguard: Run, root: Path) -> None:
    for option in ("--progress", "--no-progress"):
        assert peakguard("validate", "bars", "good.csv", option, cwd=root).stderr == ""
