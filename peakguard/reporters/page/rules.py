"""Every rule of a contract, those that need a look first; rows that break one, with the cells it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from peakguard.reporters.page.badge import badge
from peakguard.reporters.page.bars import bar, counts_of
from peakguard.reporters.page.markup import Markup, cut, lines, tag
from peakguard.reporters.page.subject import Subject
from peakguard.reporters.validation import gap_lines, hidden
from peakguard.runtime.violation import Example, RuleOutcome, Verdict, Violation

_LONG = 40
_NO_NUMBERS = ("nan", "inf", "-inf")
"""Floats that JSON cannot hold, as examples show them."""


def broken_rules(verdict: Verdict, subject: Subject) -> Iterator[Markup]:
    """A card for each rule that something speaks against; what refuses the data comes first."""
    told = [rule for rule in verdict.rules if rule.violation is not None]
    for rule in sorted(told, key=_weight):
        assert rule.violation is not None
        yield _card(rule, rule.violation, subject)


def all_rules(verdict: Verdict, subject: Subject) -> Markup:
    """Every rule in a line."""
    return tag("ul", *(_line(rule, subject) for rule in sorted(verdict.rules, key=_weight)), class_="rules")


def _weight(rule: RuleOutcome) -> int:
    return 0 if rule.refuses else 1 if rule.violation is not None else 2 if rule.state == "skipped" else 3


def _line(rule: RuleOutcome, subject: Subject) -> Markup:
    told = cut(rule.reason or "", 300) if rule.state == "skipped" else counts_of(rule)
    demand = subject.demands.get(rule.id)
    return tag(
        "li",
        badge(rule),
        tag("div", tag("code", rule.id, class_="id"), *_demand(demand), *_caveats(rule), class_="what"),
        tag("div", bar(rule), tag("span", told, class_="counts"), class_="how"),
        class_="rule",
    )


def _demand(demand: str | None) -> Iterator[Markup]:
    if demand:
        yield tag("code", cut(demand, 400), class_="demand")


def _caveats(rule: RuleOutcome) -> Iterator[Markup]:
    for caveat in rule.caveats:
        yield tag("p", cut(caveat, 300), class_="caveat")


def _card(rule: RuleOutcome, violation: Violation, subject: Subject) -> Markup:
    head = tag("header", badge(rule), tag("h4", tag("code", rule.id)), *_code(rule.error, subject))
    parts = [head, *_demand(subject.demands.get(rule.id)), *_caveats(rule)]
    if violation.message or violation.counts == "frames":
        parts.append(tag("p", lines(cut(violation.message or "does not hold", 1000)), class_="message"))
    if violation.counts != "frames":
        parts.append(
            tag("div", bar(rule), tag("span", counts_of(rule, violation.counts), class_="counts"), class_="how")
        )
    if violation.examples:
        parts.append(_samples(violation, rule.id))
    if violation.gaps is not None and violation.gaps.number:
        parts.append(tag("ul", *(tag("li", cut(line, 400)) for line in gap_lines(violation)), class_="gaps"))
    return tag("article", *parts, class_="card" if rule.refuses else "card lesser")


def _code(code: str | None, subject: Subject) -> Iterator[Markup]:
    if code is None:
        return
    page = subject.codes.get(code)
    if page is None:
        yield tag("span", code, class_="code")
    else:
        yield tag("a", tag("b", code), " ", page.title, href=f"#code-{code}", class_="code")


def _samples(violation: Violation, name: str) -> Markup:
    examples = violation.examples
    key = _names([each.key for each in examples])
    read = _names([each.values for each in examples])
    # A rule that reads nothing beside the key speaks of the key.
    blamed = frozenset(read or key)
    heads = [_head("row", is_number=True), *(_head(name, is_number=_is_numeric(name, examples)) for name in key + read)]
    # On a phone the rows are laid out as lists; the roles keep them a table for those who listen.
    table = tag(
        "table",
        tag("caption", f"Rows that break {name}", class_="unseen"),
        tag("thead", tag("tr", *heads, role="row"), role="rowgroup"),
        tag("tbody", *(_row(each, key, read, blamed) for each in examples), role="rowgroup"),
        role="table",
    )
    more = f"and {hidden(violation):,} more" if hidden(violation) else ""
    scroll = tag("div", table, class_="scroll", tabindex="0", role="region", aria_label=f"Rows that break {name}")
    return tag("div", scroll, *([tag("p", more, class_="more")] if more else []), class_="samples")


def _names(rows: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _head(name: str, *, is_number: bool) -> Markup:
    return tag("th", name, scope="col", role="columnheader", class_="number" if is_number else None)


def _is_numeric(name: str, examples: Sequence[Example]) -> bool:
    return any(_is_number({**each.values, **each.key}.get(name)) for each in examples)


def _is_number(value: Any) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)) or value in _NO_NUMBERS


def _row(example: Example, key: Sequence[str], read: Sequence[str], blamed: frozenset[str]) -> Markup:
    cells = [tag("th", f"{example.row:,}", scope="row", role="rowheader", class_="number")]
    for names, values in ((key, example.key), (read, example.values)):
        cells += [_cell(name, values.get(name), is_blamed=name in blamed) for name in names]
    return tag("tr", *cells, role="row")


def _cell(name: str, value: Any, *, is_blamed: bool) -> Markup:
    classes = {"blamed": is_blamed, "number": _is_number(value), "long": len(str(value)) > _LONG}
    words = " ".join(each for each, is_set in classes.items() if is_set)
    shown: Markup | str = cut(str(value))
    if value is None or value == "":
        shown = tag("i", "null" if value is None else "empty")
    return tag("td", tag("span", shown), class_=words or None, role="cell", data_name=name)
