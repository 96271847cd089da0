"""The series of a file: a chart for each group and column, a key to the marks, and the gaps in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.reporters.page.chart import chart, place
from peakguard.reporters.page.markup import Markup, cut, tag
from peakguard.reporters.page.subject import Subject
from peakguard.runtime.series import Axis, Gap, Panel, Series
from peakguard.runtime.violation import RuleOutcome, Verdict

_MOST_GAPS = 10


def pictures(series: Series, verdict: Verdict, subject: Subject) -> Iterator[Markup]:
    """The key, then every panel with its charts."""
    rules = {rule.id: rule for rule in verdict.rules if rule.violation is not None}
    yield _key(series, rules)
    for panel in series.panels:
        yield from _panel(series, panel, rules, subject)
    if series.more_groups:
        count = series.more_groups
        yield tag("p", f"{count:,} more {'group is' if count == 1 else 'groups are'} not drawn.", class_="more")


def _panel(series: Series, panel: Panel, rules: Mapping[str, RuleOutcome], subject: Subject) -> Iterator[Markup]:
    axis = series.axis
    name = ", ".join(f"{key} {cut(str(value), 80)}" for key, value in panel.group.items())
    extent = f"{panel.rows:,} rows from {place(axis, panel.start)} to {place(axis, panel.end)}"
    lost = f"; {panel.unplaced:,} without a {axis.column} are not drawn" if panel.unplaced else ""
    yield tag("h4", *([tag("span", name), " "] if name else []), tag("small", extent + lost), class_="group")
    charts = []
    for column in series.columns:
        marks = {name: (_colour(rule), _reads(rule, column)) for name, rule in rules.items()}
        charts.append(chart(axis, panel, column, marks, subject.units.get(column)))
    yield tag("div", *charts, class_="charts")
    if panel.gaps:
        yield _gaps(axis, panel)


def _colour(rule: RuleOutcome) -> str:
    return "error" if rule.refuses else "warning"


def _reads(rule: RuleOutcome, column: str) -> bool:
    return rule.violation is not None and column in rule.violation.reads


def _gaps(axis: Axis, panel: Panel) -> Markup:
    longest = sorted(panel.gaps, key=lambda gap: gap.start - gap.end)[:_MOST_GAPS]
    items = [tag("li", _gap(axis, gap)) for gap in sorted(longest, key=lambda gap: gap.start)]
    more = len(panel.gaps) - len(longest)
    head = "Gaps" if not more else f"The {_MOST_GAPS} longest gaps of {len(panel.gaps):,}"
    return tag("div", tag("h5", head), tag("ul", *items), class_="gaps")


def _gap(axis: Axis, gap: Gap) -> str:
    told = f"after {place(axis, gap.start)}, until {place(axis, gap.end)} (row {gap.row:,})"
    if not axis.every:
        return told
    missing = round((gap.end - gap.start) / axis.every) - 1
    return f"{told}: {missing:,} missing" if missing > 0 else told


def _key(series: Series, rules: Mapping[str, RuleOutcome]) -> Markup:
    """What the marks mean; only those that are there."""
    drawn = {_colour(rules[mark.rule]) for panel in series.panels for mark in panel.marks}
    words = {"error": "row that breaks the contract", "warning": "row with a warning"}
    items = [tag("li", tag("span", class_="sample line"), "values, least to greatest where rows lie close")]
    items += [tag("li", tag("span", class_=f"sample {each}"), words[each]) for each in words if each in drawn]
    if any(panel.gaps for panel in series.panels):
        items.append(tag("li", tag("span", class_="sample gap"), "rows are missing"))
    return tag("ul", *items, class_="key")
