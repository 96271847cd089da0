"""The page as a whole: the verdict, a section for each file, the codes, and who judged when by what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.reporters.page.badge import unseen_badge, verdict_badge
from peakguard.reporters.page.head import page_of
from peakguard.reporters.page.markup import Markup, join, lines, tag
from peakguard.reporters.page.pictures import pictures
from peakguard.reporters.page.rules import all_rules, broken_rules
from peakguard.reporters.page.subject import CodePage, Subject
from peakguard.reporters.validation import Validation, breaks, tally
from peakguard.runtime.series import Series
from peakguard.runtime.violation import Verdict


def page(found: Validation, subject: Subject, series: Mapping[str, Series], undrawn: Mapping[str, str]) -> str:
    """The HTML of a report.

    By the path of a file, `series` holds its lines where it has some, and `undrawn` why they could not be had.
    """
    body = tag(
        "body",
        tag("a", "Skip to the verdict", href="#verdict", class_="skip"),
        _banner(subject),
        tag(
            "main", _verdict(found), *_sections(found, subject, series, undrawn), *_codes(found, subject), id="verdict"
        ),
        _footer(subject),
    )
    return page_of(f"{_word(found)}: {subject.contract} {subject.version}", body)


def _word(found: Validation) -> str:
    if any(breaks(verdict) for verdict in found.verdicts.values()):
        return "FAIL"
    return "observed" if any(verdict.violations for verdict in found.verdicts.values()) else "pass"


def _banner(subject: Subject) -> Markup:
    owner = [" · owner ", tag("b", subject.owner)] if subject.owner else []
    about = [tag("p", lines(subject.description), class_="description")] if subject.description else []
    return tag(
        "header",
        tag("p", "peakguard validate", class_="brand"),
        tag("h1", subject.contract, " ", tag("small", subject.version)),
        *about,
        tag("p", "contract ", tag("code", subject.origin), *owner, class_="origin"),
        class_="banner",
    )


def _verdict(found: Validation) -> Markup:
    """The headline, and where it is to be read at length."""
    word = _word(found)
    colour, sign = {"FAIL": ("error", "✕"), "observed": ("warning", "!"), "pass": ("pass", "✓")}[word]
    headlines = {
        "FAIL": "The data break the contract",
        "observed": "The data break a contract that only observes",
        "pass": "The data keep the contract",
    }
    words = tag("div", tag("h2", headlines[word]), tag("p", _told(found)))
    head = tag("div", tag("span", sign, class_="sign", aria_hidden="true"), words)
    items = [tag("li", verdict_badge(verdict), _link(number, path, verdict)) for number, path, verdict in _each(found)]
    items += [tag("li", unseen_badge(), tag("span", tag("code", path))) for path in found.unseen]
    contents = [tag("nav", tag("ul", *items), aria_label="Files")] if len(items) > 1 else []
    return tag("section", head, *contents, class_=f"verdict {colour}", aria_label="Verdict")


def _told(found: Validation) -> str:
    """How much was looked at, and how much of it is broken."""
    verdicts = list(found.verdicts.values())
    rows = f"{sum(verdict.rows for verdict in verdicts):,} rows"
    if found.is_single:
        return f"{rows} · {tally(verdicts[0])}"
    broken = sum(1 for verdict in verdicts if verdict.violations)
    told = f"{len(verdicts):,} files · {rows} · {broken:,} with broken rules"
    return f"{told} · {len(found.unseen):,} not looked at" if found.unseen else told


def _each(found: Validation) -> Iterator[tuple[int, str, Verdict]]:
    for number, (path, verdict) in enumerate(found.verdicts.items(), start=1):
        yield number, path, verdict


def _link(number: int, path: str, verdict: Verdict) -> Markup:
    told = tag("small", f" {verdict.rows:,} rows, {tally(verdict)}")
    return tag("span", tag("a", tag("code", path), href=f"#file-{number}"), told)


def _sections(
    found: Validation, subject: Subject, series: Mapping[str, Series], undrawn: Mapping[str, str]
) -> Iterator[Markup]:
    for number, path, verdict in _each(found):
        head = tag(
            "header",
            tag("h2", tag("code", path)),
            tag("p", verdict_badge(verdict), f" {verdict.rows:,} rows · {tally(verdict)}"),
        )
        parts = [head]
        cards = list(broken_rules(verdict, subject))
        if cards:
            parts.append(_part("What is wrong", *cards))
        if path in series:
            parts.append(_part("The series", *pictures(series[path], verdict, subject)))
        if path in undrawn:
            parts.append(_part("The series", tag("p", f"It cannot be drawn: {undrawn[path]}", class_="more")))
        parts.append(_part("Every rule", all_rules(verdict, subject)))
        yield tag("section", *parts, class_="file", id=f"file-{number}", aria_label=path)


def _part(title: str, *children: Markup) -> Markup:
    return tag("section", tag("h3", title), *children, class_="part")


def _codes(found: Validation, subject: Subject) -> Iterator[Markup]:
    """The codes that were raised and are known, with what to do."""
    rules = [rule for verdict in found.verdicts.values() for rule in verdict.rules]
    raised = {rule.error for rule in rules if rule.violation is not None and rule.error is not None}
    known = [_code(code, subject.codes[code]) for code in sorted(raised & subject.codes.keys())]
    if known:
        yield tag("section", tag("h2", "Error codes"), *known, class_="codes", aria_label="Error codes")


def _code(code: str, told: CodePage) -> Markup:
    parts = [tag("h3", tag("code", code), " ", told.title)]
    if told.cause:
        parts.append(tag("p", lines(told.cause)))
    for title, listed, items in (("What to try", "ul", told.hints), ("Recovery", "ol", told.recovery)):
        if items:
            parts.append(tag("h4", title))
            parts.append(tag(listed, *(tag("li", lines(item)) for item in items)))
    return tag("article", *parts, id=f"code-{code}", class_="card")


def _footer(subject: Subject) -> Markup:
    made = subject.made.strftime("%Y-%m-%d %H:%M:%S UTC")
    facts = {
        "judged": tag("time", made, datetime=subject.made.strftime("%Y-%m-%dT%H:%M:%SZ")),
        "policies": tag("code", subject.digest),
        "contract": join([subject.contract, " ", subject.version]),
    }
    terms = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts.items()]
    return tag("footer", tag("dl", *terms))
