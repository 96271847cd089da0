"""The page of HTML is complete, harmless and the same twice, whatever the data hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakguard.reporters.page.bars import LEAST, shares
from peakguard.reporters.page.document import page
from peakguard.reporters.page.ticks import moment, number_ticks, time_ticks
from peakguard.reporters.validation import Validation
from peakguard.runtime.series import Axis, Gap, Mark, Panel, Series, Stretch
from tests.unit.reporters.verdicts import NASTY, awkward, subject

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Every element with its attributes and the text inside it; refuses tags that do not fit together."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[int] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(len(self.elements) - 1)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for index in self.open:
            self.texts[index] += data

    def of(self, tag: str, word: str = "") -> list[str]:
        """The texts of the elements of a name and class."""
        return [
            text
            for (name, attributes), text in zip(self.elements, self.texts, strict=True)
            if name == tag and (not word or word in (attributes.get("class") or "").split())
        ]


def series(column: str = "close") -> Series:
    """A line of three stretches with a gap and rows of two rules on it."""
    levels = [(0.0, 1.0), (50.0, 3.0), (86_400.0 * 30, 2.0)]
    stretches = tuple(Stretch(at, {column: low}, {column: low + 1}) for at, low in levels)
    marks = tuple(
        Mark(rule, 50.0, 5, 1, {column: 3.0}, {column: 3.0}) for rule in ("rules.broken", "rules.warned", "rules.frame")
    )
    panel = Panel({"symbol": NASTY}, 9, 1, 0.0, 86_400.0 * 30, stretches, marks, (Gap(50.0, 86_400.0 * 30, 7),))
    return Series(Axis("day", ("symbol",), is_time=True, every=60.0), (column,), (panel,), 3)


def html(found: Validation | None = None) -> str:
    found = found or awkward()
    return page(found, subject(), {next(iter(found.verdicts)): series("high")}, {"good.csv": NASTY})


def test_every_rule_of_every_file_has_its_line_with_its_state() -> None:
    shown = Page(html())
    names = [name for verdict in awkward().verdicts.values() for name in (rule.id for rule in verdict.rules)]
    assert sorted(shown.of("code", "id")) == sorted(names)
    assert len(shown.of("li", "rule")) == len(names)
    assert [line for line in shown.of("li", "rule") if "rules.skipped" in line and "@team" in line]


def test_the_same_input_is_the_same_page_but_for_the_clock() -> None:
    assert html() == html()
    later = subject(made=datetime(2031, 1, 2, tzinfo=UTC))
    changed = page(awkward(), later, {next(iter(awkward().verdicts)): series("high")}, {"good.csv": NASTY})
    assert changed != html()
    assert (
        changed.replace("2031-01-02T00:00:00", "2026-11-25T03:04:05").replace(
            "2031-01-02 00:00:00", "2026-11-25 03:04:05"
        )
        == html()
    )


def test_nothing_from_outside_becomes_markup() -> None:
    shown = Page(html())
    assert {name for name, _ in shown.elements}.isdisjoint({"script", "img", "iframe", "link", "object", "base"})
    attributes = {name for _, given in shown.elements for name in given}
    assert not [name for name in attributes if name.startswith("on")]
    assert attributes <= {
        "aria-hidden", "aria-label", "charset", "class", "content", "d", "data-name", "datetime", "href", "http-equiv",
        "id", "lang", "name", "preserveaspectratio", "role", "scope", "style", "tabindex", "viewbox",
    }  # fmt: skip # a set to be read at a glance
    assert all((given.get("href") or "#").startswith("#") for _, given in shown.elements)
    assert sum("<script>" in text for text in shown.of("td")) > 0


def test_nothing_is_loaded_and_no_script_may_run() -> None:
    policy = next(given for name, given in Page(html()).elements if name == "meta" and "http-equiv" in given)
    assert (policy["content"] or "").startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert not re.search(r"url\(|@import|https?:", html().replace(NASTY, ""))


def test_nothing_on_the_page_hides() -> None:
    assert all(character.isprintable() or character == "\n" for character in html())
    html().encode()


def test_every_link_leads_to_a_place_on_the_page() -> None:
    elements = Page(html()).elements
    places = [given["id"] for _, given in elements if "id" in given]
    assert len(places) == len(set(places))
    assert {(given["href"] or "")[1:] for _, given in elements if "href" in given} <= set(places)


def test_pictures_and_bars_are_told_in_words() -> None:
    elements = Page(html()).elements
    pictures = [given for name, given in elements if name == "svg" or "bar" in (given.get("class") or "").split()]
    assert len(pictures) > 10
    assert all(given.get("role") == "img" and given.get("aria-label") for given in pictures)


def test_bars_fill_their_place() -> None:
    bars = re.findall(r'<div class="bar" role="img"[^>]*>(.*?)</div>', html())
    assert len(bars) > 5
    for each in bars:
        assert sum(round(float(width) * 100) for width in re.findall(r"width:([\d.]+)%", each)) == 10_000


@given(st.lists(st.integers(0, 10**12), min_size=3, max_size=3))
def test_shares_are_whole_and_nothing_that_is_there_vanishes(counts: list[int]) -> None:
    widths = shares(*counts)
    assert sum(widths) == (10_000 if any(counts) else 0)
    assert all((width >= LEAST) == (count > 0) for width, count in zip(widths, counts, strict=True))
    # Beyond the least width a part is as wide as its share; only the widest gives something up.
    for width, count in zip(widths, counts, strict=True):
        assert not count or abs(width - count / sum(counts) * 10_000) <= 2 * LEAST + 3


def test_marks_stand_on_the_line_of_a_column_that_the_rule_reads() -> None:
    shown = html()
    assert len(re.findall('class="rug error"', shown)) == 2
    assert len(re.findall('class="rug warning"', shown)) == 1
    assert len(re.findall('class="dot error"', shown)) == 1  # the rule about the frame reads no column
    assert len(re.findall('class="gap"', shown)) == 1
    assert "3 more groups are not drawn" in shown
    assert "1 without a day are not drawn" in shown


def test_a_line_is_broken_where_rows_are_missing() -> None:
    line = re.search(r'class="line" d="([^"]*)"', html())
    assert line is not None
    assert line[1].count("M") == 2


def test_a_wild_value_stands_at_the_edge_and_is_told() -> None:
    stretches = tuple(Stretch(float(at), {"high": 1.0 + at % 3}, {"high": 2.0 + at % 3}) for at in range(100))
    wild = (*stretches[:50], Stretch(50.0, {"high": 1.0}, {"high": 1e12}), *stretches[51:])
    panel = series("high").panels[0]._replace(end=99.0, stretches=wild, gaps=())
    shown = page(awkward(), subject(), {next(iter(awkward().verdicts)): series("high")._replace(panels=(panel,))}, {})
    assert "Values beyond the scale stand at its edge" in shown
    assert "1,000,000,000,000" in shown
    places = [float(y) for y in re.findall(r"[ML][\d.]+ ([\d.]+)", re.findall(r'class="line" d="([^"]*)"', shown)[0])]
    assert min(places) == 0
    assert max(places) - sorted(places)[5] > 10


@given(st.floats(-1e15, 1e15), st.floats(1e-3, 1e15), st.booleans())
def test_ticks_lie_inside_in_order_and_are_few(low: float, span: float, is_time: bool) -> None:
    high = low + span
    ticks = time_ticks(low, high) if is_time else number_ticks(low, high)
    assert len(ticks) <= 8
    assert all(one.at < other.at for one, other in pairwise(ticks))
    slack = span * 1e-9 + abs(low) * 1e-9
    assert all(low - slack <= tick.at <= high + slack for tick in ticks)


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (365.25 * 20, ["1970", "1975", "1980", "1985", "1990"]),
        (200, ["Jan 1970", "Apr 1970", "Jul 1970"]),
        (3, ["1 Jan", "2 Jan", "3 Jan", "4 Jan"]),
        (0.125, ["00:00", "00:30", "01:00", "01:30", "02:00", "02:30", "03:00"]),
    ],
)
def test_times_are_labelled_by_the_calendar(days: float, labels: list[str]) -> None:
    assert [tick.label for tick in time_ticks(0.0, days * 86_400)] == labels


def test_moments_are_short_and_exact() -> None:
    assert [moment(each) for each in (0.0, 60.0, 0.5)] == [
        "1970-01-01",
        "1970-01-01 00:01:00",
        "1970-01-01 00:00:00.500",
    ]


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[index : index + 2], 16) / 255 for index in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_and_marks_can_be_told_from_what_they_stand_on(scheme: int) -> None:
    style = files("peakguard.reporters.page").joinpath("style.css").read_text()
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]))

    def contrast(one: str, other: str) -> float:
        lights = sorted((luminance(colours[one]), luminance(colours[other])))
        return (lights[1] + 0.05) / (lights[0] + 0.05)

    words = [(word, ground) for word in ("ink", "soft", "link") for ground in ("paper", "card")]
    words += [(state, f"{state}-wash") for state in ("error", "warning", "pass", "none")]
    marks = [(mark, "card") for mark in ("line", "bar-pass", "bar-fail", "warning")]
    assert [pair for pair in words if contrast(*pair) < 4.5] == []
    assert [pair for pair in marks if contrast(*pair) < 3] == []
