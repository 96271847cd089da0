"""Reports on data are well formed, complete and harmless, whatever the data hold."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest

from peakguard.reporters import VERDICT_FORMATS, verdict_report
from peakguard.reporters.validation import Validation
from peakguard.reporters.verdict_markdown import MOST_CHARACTERS, code
from peakguard.runtime.violation import Verdict
from tests.unit.reporters.verdicts import NASTY, awkward, run, violated

STATES = [rule.id for rule in next(iter(awkward().verdicts.values())).rules]


@pytest.mark.parametrize("form", VERDICT_FORMATS)
def test_every_rule_that_has_something_to_tell_is_there(form: str) -> None:
    told = [name for name in STATES if name not in ("rules.holds", "rules.nothing", "rules.unsure")]
    wanted = STATES if form in ("json", "junit") else told
    shown = verdict_report(form, awkward())
    assert [name for name in wanted if name not in shown] == []


@pytest.mark.parametrize("form", ["text", "junit", "markdown"])
def test_nothing_in_a_report_acts_or_hides(form: str) -> None:
    shown = verdict_report(form, awkward())
    assert all(character.isprintable() or character in "\n\t\u200b" for character in shown)
    assert r"\u{1b}" in shown


@pytest.mark.parametrize("form", VERDICT_FORMATS)
def test_a_file_that_was_not_looked_at_is_told(form: str) -> None:
    assert re.search("not looked at|not_looked_at|stopped at", verdict_report(form, awkward()))
    single = Validation({"a.csv": awkward().verdicts["good.csv"]})
    assert "looked" not in verdict_report(form, single)


def suites() -> list[ET.Element]:
    return list(ET.fromstring(verdict_report("junit", awkward()).encode()))


def test_junit_has_a_suite_a_file_and_a_case_a_rule_and_counts_what_it_holds() -> None:
    assert len(suites()) == 4
    for suite in suites():
        cases = suite.findall("testcase")
        assert int(suite.attrib["tests"]) == len(cases)
        for count, tag in (("failures", "failure"), ("skipped", "skipped")):
            assert int(suite.attrib[count]) == len(suite.findall(f"testcase/{tag}"))
        assert all(case.attrib["classname"] and case.attrib["name"] for case in cases)


def test_junit_fails_for_what_refuses_the_data_and_for_nothing_else() -> None:
    failed = [[case.attrib["name"] for case in suite if case.find("failure") is not None] for suite in suites()]
    assert failed == [["rules.broken", "rules.frame"], [], [], []]
    told = [case.attrib["name"] for case in suites()[0] if case.find("system-out") is not None]
    assert told == ["rules.tolerated", "rules.warned"]


def test_junit_shows_the_first_rows_and_how_many_more_there_are() -> None:
    text = suites()[0].findtext("testcase/failure") or ""
    assert [line.split(":")[0] for line in text.splitlines()[-3:]] == ["row 0", "row 1", "and 3 more"]


def cells(line: str) -> list[str]:
    """The cells of a row as GitHub splits them: at pipes that no backslash stands before."""
    return re.split(r"(?<!\\)\|", line.strip().removeprefix("|").removesuffix("|"))


def test_every_table_in_markdown_has_as_many_cells_in_each_row() -> None:
    tables = re.findall(r"(?:^\|.*\n)+", verdict_report("markdown", awkward()), re.MULTILINE)
    assert len(tables) == 1 + 2 * 3
    for table in tables:
        assert len({len(cells(line)) for line in table.splitlines()}) == 1, table


@pytest.mark.parametrize("text", ["a", "`", "``a`", "a|b", "`|`", " ", "a ", "\\|", NASTY])
def test_code_in_markdown_ends_where_it_should(text: str) -> None:
    shown = code(text)
    fence = re.match("`+", shown)
    assert fence is not None
    assert shown.endswith(fence[0])
    inner = shown[len(fence[0]) : -len(fence[0])]
    assert fence[0] not in re.findall("`+", inner)
    assert "|" not in re.sub(r"\\\|", "", inner)


def test_markdown_outside_code_mentions_nobody_and_holds_no_html() -> None:
    prose = re.sub(r"(?s)(`+)(?!`).*?(?<!`)\1(?!`)", "", verdict_report("markdown", awkward()))
    assert "@team" not in prose
    assert not re.search(r"(?<!\\)<", prose)


def test_markdown_fits_a_comment_and_says_what_it_leaves_out() -> None:
    rules = tuple(run(f"rules.r{number}", 0, 3) for number in range(500))
    verdict = awkward().verdicts["good.csv"]._replace(rules=rules)
    many = {f"{number}.csv": verdict for number in range(1000)}
    for verdicts in ({"a.csv": verdict}, many):
        shown = verdict_report("markdown", Validation(verdicts))
        assert len(shown.encode("utf-16-le")) // 2 < MOST_CHARACTERS + 100
        left = re.search(r"… and (\d+) more rules", shown)
        told = shown.count("\n### ")
        assert left is not None
        assert told + int(left[1]) == 500 * len(verdicts)


def test_a_rule_with_ten_thousand_rows_shows_a_few_in_markdown() -> None:
    one = violated("rules.r", 10_000)
    every = one._replace(examples=tuple(one.examples[0]._replace(row=row) for row in one.rows))
    verdict = awkward().verdicts["good.csv"]._replace(rules=(run("rules.r", 0, 10_000, violation=every),))
    shown = verdict_report("markdown", Validation({"a.csv": verdict}))
    told = len(re.findall(r"^\| \d+ \|", shown, re.MULTILINE))
    assert f"… and {10_000 - told} more." in shown


def test_columns_that_were_not_read_are_told_in_one_line_of_text_and_for_each_rule_elsewhere() -> None:
    ids = ("columns.day.not_null", "columns.day.ge", "columns.size.gt")
    rules = (*(run(each, 9, by_statistics=True) for each in ids), run("columns.price.gt", 9))
    found = Validation({"bars.parquet": Verdict("bars", "1.0.0", 9, rules)})
    (line,) = [line for line in verdict_report("text", found).splitlines() if line.startswith("note:")]
    assert line.endswith(": day, size")
    report = json.loads(verdict_report("json", found))
    assert [rule["id"] for rule in report["rules"] if rule.get("by_statistics")] == list(ids)
