"""A program under planted faults, in words: a table, and below it how each that is not as expected is repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peakguard.reporters.xml_text import attribute, content

_MOST = 3
"""How many of the calls that one fault met are shown."""
_LEFT = {
    "right": "as without faults",
    "before": "as before the run",
    "other": "neither as before nor as they should be",
}


def text(found: Mapping[str, Any]) -> str:
    """What a person reads in a terminal."""
    lines = [_head(found), ""]
    rows = [("fault", "expected", "verdict", "because")]
    rows += [(each["fault"], _expected(each), _verdict(each), each["because"]) for each in found["faults"]]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines += ["  ".join([*map(str.ljust, row[:3], widths), row[3]]).rstrip() for row in rows]
    lines += ["", "injected:"]
    lines += [f"  {each['fault']}: {line}" for each in found["faults"] for line in _injected(each)]
    lines += [line for each in found["faults"] if not each["ok"] for line in ("", *_wrong(found, each))]
    return "\n".join([*lines, "", _foot(found)]) + "\n"


def markdown(found: Mapping[str, Any]) -> str:
    """A table for a pull request."""
    lines = [f"### {_head(found)}", "", "| fault | injected | expected | verdict | outputs |", "|---|---|---|---|---|"]
    for each in found["faults"]:
        left = _LEFT[each["left"]] if found["outputs"] else ""
        cells = (each["fault"], "<br>".join(_injected(each)), _expected(each), _verdict(each), left)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    wrong = [each for each in found["faults"] if not each["ok"]]
    lines += [f"\n`{each['fault']}`: {each['because']}. Repeat it with `{each['repeat']}`." for each in wrong]
    return "\n".join([*lines, "", _foot(found)]) + "\n"


def junit(found: Mapping[str, Any]) -> str:
    """A test suite with a case for each fault."""
    faults = found["faults"]
    failures = sum(not each["ok"] for each in faults)
    name = attribute(f"peakguard chaos {found['scenario']}")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<testsuites>",
        f'  <testsuite name={name} tests="{len(faults)}" failures="{failures}" errors="0" skipped="0">',
        *(line for each in faults for line in _case(found, each)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(found: Mapping[str, Any], each: Mapping[str, Any]) -> Iterator[str]:
    group, name = attribute(f"chaos.{found['scenario']}"), attribute(each["fault"])
    opening = f'    <testcase classname={group} name={name} time="{each["seconds"]:.3f}"'
    if each["ok"]:
        yield f"{opening}><system-out>{content(chr(10).join(_injected(each)))}</system-out></testcase>"
        return
    message = f"{each['verdict']}, expected {_expected(each)}: {each['because']}"
    yield f"{opening}>"
    yield f"      <failure message={attribute(message)} type={attribute(each['verdict'])}>"
    yield content("\n".join(_wrong(found, each))) + "</failure>"
    yield "    </testcase>"


def _head(found: Mapping[str, Any]) -> str:
    how = "bare, " if found["bare"] else ""
    seconds = f"{found['reference_seconds']:.1f} s without faults"
    return f"{found['scenario']}: {how}seed {found['seed']}, profile {found['profile']}, {seconds}"


def _foot(found: Mapping[str, Any]) -> str:
    good = sum(each["ok"] for each in found["faults"])
    runs = len(found["faults"])
    observed = "; the policy only observes" if found["observed"] and good < runs else ""
    return f"{good} of {runs} runs under faults ended as expected{observed}"


def _expected(each: Mapping[str, Any]) -> str:
    return " or ".join(word.replace("_", " ") for word in each["expected"])


def _verdict(each: Mapping[str, Any]) -> str:
    word = each["verdict"].replace("_", " ")
    return word if each["ok"] else f"{word} (!)"


def _injected(each: Mapping[str, Any]) -> list[str]:
    notes: Sequence[Mapping[str, Any]] = each["injected"]
    lines = [f"{note['place']} {note['says']}, call {note['call']}, after {note['seconds']:.2f} s" for note in notes]
    rest = len(lines) - _MOST
    return [*lines[:_MOST], f"and {rest} times more"] if rest > 0 else lines or ["nothing"]


def _wrong(found: Mapping[str, Any], each: Mapping[str, Any]) -> list[str]:
    ended = "it was ended" if each["exit_code"] is None else f"exit code {each['exit_code']}"
    run = f", run {each['run_id']}" if each["run_id"] else ""
    outputs = f"; outputs {_LEFT[each['left']]}" if found["outputs"] else ""
    return [
        f"{each['fault']}: {each['verdict'].replace('_', ' ')}, expected {_expected(each)}",
        f"  {each['because']}",
        f"  {ended} after {each['seconds']:.1f} s{run}{outputs}",
        f"  repeat: {each['repeat']}",
    ]
