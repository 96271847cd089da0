"""What became of tests: for people, JUnit and pull requests."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peakguard.reporters.visible import visible
from peakguard.reporters.xml_text import attribute, content

FORMATS = ("text", "json", "junit", "markdown")
_RED, _GREEN, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[0m"
_VERBS = {"passes": "passing", "fails": "failing", "unknown": "unknown", "shown": "at all", "rendered": "rendered"}
_SORTS = {
    "expectation": "not as expected",
    "unexpected": "not expected",
    "disagreement": "back ends disagree",
    "not run": "not run",
}


def render(form: str, report: Mapping[str, Any], *, lists_missing: bool, colour: bool = False) -> str:
    """The report in a format; `lists_missing` asks for every rule of which something was never shown."""
    if form == "json":
        return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    if form == "junit":
        return _junit(report)
    lines = _markdown(report) if form == "markdown" else _text(report, lists_missing=lists_missing, colour=colour)
    return "\n".join(lines) + "\n"


def _text(report: Mapping[str, Any], *, lists_missing: bool, colour: bool) -> Iterator[str]:
    red, green, plain = (_RED, _GREEN, _PLAIN) if colour else ("", "", "")
    for case in report["cases"]:
        for each in case["mismatches"]:
            head = f"{_place(each)}: {red}{_SORTS[each['sort']]}{plain}: {case['policy']}, {visible(each['what'])}"
            yield f"{head}   [{visible(case['suite'])}: {visible(case['name'])}]"
            yield f"  expected {visible(each['expected'])}"
            yield f"  got      {visible(each['got'])}"
    summary = report["summary"]
    tint = red if summary["failed"] else green
    seconds = sum(case["seconds"] for case in report["cases"])
    counts = f"{_count(summary['cases'], 'test')}: {summary['passed']} passed, {summary['failed']} failed"
    yield f"{tint}{counts}{plain} in {seconds:.1f} s"
    if lists_missing:
        yield from _coverage(report["coverage"])


def _coverage(coverage: Mapping[str, Any]) -> Iterator[str]:
    yield coverage_line(coverage)
    by_policy: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for item in coverage["missing"]:
        by_policy[item["policy"]].append(item)
    for policy, items in by_policy.items():
        yield f"  {policy}"
        yield from (f"    {_place(item)}: {item['rule']} was never seen {_never(item['outcomes'])}" for item in items)


def coverage_line(coverage: Mapping[str, Any]) -> str:
    """The share in one line."""
    return (
        f"coverage: {coverage['seen']} of {coverage['possible']} outcomes of rules were seen ({coverage['share']:.1%})"
    )


def _never(outcomes: Sequence[str]) -> str:
    return ", ".join(_VERBS[each] for each in outcomes)


def _place(each: Mapping[str, Any]) -> str:
    return f"{visible(each['file'])}:{each['line']}:{each['column']}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _markdown(report: Mapping[str, Any]) -> Iterator[str]:
    summary = report["summary"]
    word = "FAIL" if summary["failed"] else "PASS"
    yield f"### {word}: {_count(summary['cases'], 'rule test')}, {summary['failed']} failed"
    yield ""
    yield f"{coverage_line(report['coverage'])}"
    yield ""
    failed = [case for case in report["cases"] if not case["ok"]]
    if failed:
        yield "| place | test | what | expected | got |"
        yield "|---|---|---|---|---|"
        for case in failed:
            for each in case["mismatches"]:
                cells = (
                    f"`{_place(each)}`",
                    case["name"],
                    f"{_SORTS[each['sort']]}: {each['what']}",
                    each["expected"],
                    each["got"],
                )
                yield f"| {' | '.join(map(_cell, cells))} |"
        yield ""
    for item in report["coverage"]["missing"]:
        yield f"- `{_place(item)}` {item['policy']}: `{item['rule']}` was never seen {_never(item['outcomes'])}"


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("\n", " ")


def _junit(report: Mapping[str, Any]) -> str:
    suites: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for case in report["cases"]:
        suites[case["suite"]].append(case)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for name, cases in suites.items():
        failed = sum(not case["ok"] and not _is_error(case) for case in cases)
        errors = sum(map(_is_error, cases))
        seconds = sum(case["seconds"] for case in cases)
        counts = f'tests="{len(cases)}" failures="{failed}" errors="{errors}" skipped="0" time="{seconds:.3f}"'
        lines.append(f"  <testsuite name={attribute(visible(name))} {counts}>")
        lines += [_junit_case(case) for case in cases]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _is_error(case: Mapping[str, Any]) -> bool:
    """A case that no back end could take, or on which they disagree, says nothing of the policy."""
    return any(each["sort"] in ("not run", "disagreement") for each in case["mismatches"])


def _junit_case(case: Mapping[str, Any]) -> str:
    told = f"classname={attribute(case['policy'])} name={attribute(visible(case['name']))}"
    place = f'file={attribute(case["file"])} line="{case["line"]}"'
    opening = f'    <testcase {told} {place} time="{case["seconds"]:.3f}"'
    if case["ok"]:
        return f"{opening}/>"
    first = case["mismatches"][0]
    tag = "error" if _is_error(case) else "failure"
    lines = [
        f"{_place(each)}: {each['what']}: expected {each['expected']}, got {each['got']}" for each in case["mismatches"]
    ]
    head = f"<{tag} message={attribute(visible(first['what']))} type={attribute(first['sort'])}>"
    return f"{opening}>{head}{content(visible_lines(lines))}</{tag}></testcase>"


def visible_lines(lines: Sequence[str]) -> str:
    """Each line made visible by itself."""
    return "\n".join(map(visible, lines))
