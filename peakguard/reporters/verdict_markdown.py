"""Verdicts on data as Markdown that fits a comment on a pull request, whatever the data hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from peakguard.reporters.validation import Validation, counted, gap_lines, headline, hidden, output_line, status, tally
from peakguard.reporters.visible import visible
from peakguard.runtime.violation import Example, RuleOutcome, Verdict

# GitHub refuses a comment of more than 65,536 characters; what else a bot writes has to fit as well.
MOST_CHARACTERS = 60_000
_MOST_IN_A_CELL = 120
_MOST_ROWS = 25
_MARKS = {"pass": "✅", "FAIL": "❌", "observed": "👁️"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&@!])")


def render(found: Validation) -> str:
    """A table of the files, then what each violated rule shows; says what there was no room for."""
    blocks = ["## peakguard validate\n", *_bounded(_files(found), "file"), ""]
    blocks += [*(f"- {words(output_line(each))}" for each in found.outputs), ""] if found.outputs else []
    room = MOST_CHARACTERS - sum(len(block) + 1 for block in blocks)
    details = ((path, rule) for path, verdict in found.verdicts.items() for rule in _told(verdict))
    for path, rule in details:
        block = _section(path, rule)
        room -= len(block) + 1
        if room < 0:
            blocks.append(f"… and {_number(1 + sum(1 for _ in details), 'more rule')}.\n")
            break
        blocks.append(block)
    return "\n".join(blocks)


def _files(found: Validation) -> Iterator[str]:
    yield "| verdict | file | contract | rows | rules |\n|---|---|---|---:|---|"
    for path, verdict in found.verdicts.items():
        word = headline(verdict)
        contract = code(f"{verdict.contract} {verdict.version}")
        yield f"| {_MARKS[word]} {word} | {code(path)} | {contract} | {verdict.rows} | {tally(verdict)} |"
    for path in found.unseen:
        yield f"| not looked at | {code(path)} | | | an earlier file breaks the contract |"


def _bounded(lines: Iterator[str], noun: str) -> Iterator[str]:
    """As many rows of the table as leave half of the room to the details."""
    room = MOST_CHARACTERS // 2
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            more = 1 + sum(1 for _ in lines)
            yield f"\n… and {_number(more, f'more {noun}')}."
            return
        yield line


def _told(verdict: Verdict) -> list[RuleOutcome]:
    """The rules that have something to tell: what refuses the data first, what was skipped last."""
    told = [rule for rule in verdict.rules if rule.violation is not None or rule.state == "skipped" or rule.caveats]
    return sorted(told, key=lambda rule: (not rule.refuses, rule.state == "skipped"))


def _section(path: str, rule: RuleOutcome) -> str:
    error = f" {code(rule.error)}" if rule.error else ""
    violation = rule.violation
    if violation is None:
        told = words("; ".join([*([rule.reason] if rule.reason else []), *rule.caveats]))
        return f"- {status(rule)} {code(rule.id)} in {code(path)}: {told}\n"
    lines = [f"### {status(rule)}{error}: {code(rule.id)} in {code(path)}\n", f"{words(counted(rule, violation))}\n"]
    if violation.message and violation.counts != "frames":
        lines.append(f"{words(violation.message)}\n")
    if violation.examples:
        shown = violation.examples[:_MOST_ROWS]
        lines += _table(shown)
        more = hidden(violation) + len(violation.examples) - len(shown)
        if more:
            lines.append(f"\n… and {more} more.")
        lines.append("")
    gaps = list(gap_lines(violation))
    if rule.caveats:
        lines += [*(words(caveat) for caveat in rule.caveats), ""]
    if gaps:
        lines += [*(f"- {words(line)}" for line in gaps[: _MOST_ROWS + 1]), ""]
    return "\n".join(lines)


def _table(examples: Sequence[Example]) -> Iterator[str]:
    key = list(dict.fromkeys(name for each in examples for name in each.key))
    read = list(dict.fromkeys(name for each in examples for name in each.values))
    yield _row(["row", *(f"{code(name)} (key)" for name in key), *(code(name) for name in read)])
    yield "|---:|" + "---|" * (len(key) + len(read))
    for each in examples:
        keys = [_value(each.key[name]) if name in each.key else "" for name in key]
        values = [_value(each.values[name]) if name in each.values else "" for name in read]
        yield _row([str(each.row), *keys, *values])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _value(value: Any) -> str:
    if value is None:
        return "null"
    return code(str(value)) if value != "" else "(empty)"


def words(text: str) -> str:
    """Plain words: nothing in them is markup, mentions a person or ends a cell."""
    return _SPECIAL.sub(r"\\\1", _shown(text)).replace("\\@", "@\u200b")


def code(text: str) -> str:
    """A piece of code in one line, also inside a table, whatever backticks and pipes it holds."""
    shown = _shown(text)
    runs = [len(run) for run in re.findall(r"`+", shown)]
    fence = "`" * (max(runs, default=0) + 1)
    pad = " " if not shown.strip(" ") or shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown.replace('|', chr(92) + '|')}{pad}{fence}"


def _shown(text: str) -> str:
    shown = visible(text[: _MOST_IN_A_CELL + 1])
    return shown if len(shown) <= _MOST_IN_A_CELL else shown[:_MOST_IN_A_CELL] + "…"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"
