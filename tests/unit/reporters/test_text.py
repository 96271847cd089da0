"""The text report puts its carets under the exact place, whatever the line holds."""

from __future__ import annotations

import pytest

from peakguard.diagnostics.span import Span
from peakguard.reporters import report
from peakguard.reporters.report import Report
from tests.unit.reporters.findings import awkward, key_finding, unknown_key


def lines(found: Report) -> list[str]:
    return report("text", found).splitlines()


def shown(text: str, start: int, end: int) -> tuple[str, str]:
    """The source line and the caret line, without their gutters."""
    out = lines(unknown_key(text, start, end))
    place = next(index for index, line in enumerate(out) if line.strip() == "|")
    return out[place + 1].partition(" | ")[2], out[place + 2].partition(" | ")[2]


@pytest.mark.parametrize(
    ("text", "start", "end", "caret"),
    [
        ("key: 1", 0, 3, "^^^"),
        ("key: 1", 5, 6, "     ^"),
        ("a:\tb: 1", 3, 4, "  \t^"),
        ("日本: kez", 4, 7, "      ^^^"),
        ("a: 日本", 3, 5, "   ^^^^"),
        ("e\u0301: kez", 4, 7, "   ^^^"),
        ("😀 kez", 2, 5, "   ^^^"),
        ("key:", 4, 4, "    ^"),
        ("first\n  kez: 1", 8, 11, "  ^^^"),
    ],
    ids=["start", "inside", "tab", "wide-before", "wide-under", "combining", "emoji", "zero-width", "second-line"],
)
def test_carets_stand_under_the_place(text: str, start: int, end: int, caret: str) -> None:
    assert shown(text, start, end)[1] == caret


def test_the_source_line_is_shown_as_it_is() -> None:
    assert shown("  kez:\t1", 2, 5)[0] == "  kez:\t1"


def test_a_line_of_a_million_characters_is_cut_around_the_place() -> None:
    text = "x" * 500_000 + "kez" + "y" * 500_000
    line, caret = shown(text, 500_000, 500_003)
    assert len(line) < 200
    assert line[caret.index("^") : caret.rindex("^") + 1] == "kez"
    assert line[0] == line[-1] == "…"


def test_a_span_over_lines_marks_the_first_and_says_that_it_goes_on() -> None:
    found = Report([key_finding(Span("a", 1, 4, 2, 3))], {"a": "ab: [1,\n  2]"}, files=1)
    assert [line for line in lines(found) if "^" in line] == ["  |    ^^^^ …"]


def test_a_whole_file_has_no_snippet() -> None:
    found = Report([key_finding(Span.whole("a"))], {"a": "text"}, files=1)
    assert not any("^" in line for line in lines(found))
    assert "  --> a" in lines(found)


def test_nothing_reaches_the_terminal_that_acts_on_it() -> None:
    text = report("text", awkward())
    assert all(character.isprintable() or character in "\n\t" for character in text)


def test_colour_is_only_added_and_only_on_demand() -> None:
    found = unknown_key("kez: 1", 0, 3)
    plain, coloured = report("text", found), report("text", found, colour=True)
    assert "\x1b" not in plain
    assert "\x1b" in coloured
    for code in ("\x1b[1;31m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


@pytest.mark.parametrize(
    ("found", "summary"),
    [
        (Report([], {}, files=1), "checked 1 file: no findings"),
        (Report([], {}, files=20, suppressed=2), "checked 20 files: no findings (2 suppressed)"),
        (awkward(), "checked 2 files: 5 errors, 1 warning, 1 remark (1 suppressed)"),
    ],
)
def test_the_last_line_counts(found: Report, summary: str) -> None:
    assert lines(found)[-1] == summary
