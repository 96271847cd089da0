"""A verdict on data for people: what broke and where, what was skipped and why, then one line to remember."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.reporters.validation import Validation, counted, gap_lines, headline, hidden, output_line, status, tally
from peakguard.reporters.visible import visible
from peakguard.runtime.rule_places import place_of
from peakguard.runtime.violation import RuleOutcome, Verdict, Violation

_RED, _YELLOW, _GREEN, _BOLD, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


def render(found: Validation, *, colour: bool = False) -> str:
    """The reports of all files, and how many were not looked at."""
    blocks = [_verdict(path, verdict, found, colour=colour) for path, verdict in found.verdicts.items()]
    if found.unseen:
        files = "1 file was" if len(found.unseen) == 1 else f"{len(found.unseen)} files were"
        blocks.append(f"stopped at the first file that breaks the contract: {files} not looked at\n")
    if found.outputs:
        blocks[-1] += "".join(f"{visible(output_line(each))}\n" for each in found.outputs)
    return "\n".join(blocks)


def _verdict(path: str, verdict: Verdict, found: Validation, *, colour: bool) -> str:
    """The report of one data file; ends with a line break."""
    lines = [line for rule in verdict.rules for line in _rule(rule, found, colour=colour)]
    unread = dict.fromkeys(rule.id.split(".")[1] for rule in verdict.rules if rule.by_statistics)
    if unread:
        lines.append(
            f"note: by statistics: the file says enough of these columns not to read them: {', '.join(unread)}"
        )
    for code in dict.fromkeys(each.error for each in verdict.violations):
        lines += _advice(code, found) if code in found.advice else []
    lines.append(_summary(path, verdict, colour=colour))
    return "\n".join(lines) + "\n"


def _advice(code: str | None, found: Validation) -> Iterator[str]:
    """What the catalog says to do about a code."""
    if code is None:
        return
    title, hints, recovery = found.advice[code]
    yield f"{code}: {visible(title)}"
    yield from (f"  try: {visible(hint)}" for hint in hints)
    yield from (f"  recovery: {number}. {visible(step)}" for number, step in enumerate(recovery, 1))


def _rule(rule: RuleOutcome, found: Validation, *, colour: bool) -> Iterator[str]:
    if rule.state == "skipped":
        yield f"skipped {rule.id}: {visible(rule.reason or '')}"
    elif rule.violation is not None:
        yield from _violation(rule, rule.violation, colour=colour)
        place = place_of(found.places, rule.id)
        if place is not None:
            yield f"  --> {visible(place)}"
    # Columns are not read as a whole, with all that is asked of them: one line for all says so.
    for caveat in rule._replace(by_statistics=False).caveats:
        yield f"note: {rule.id}: {visible(caveat)}"


def _violation(rule: RuleOutcome, violation: Violation, *, colour: bool) -> Iterator[str]:
    code = f"[{rule.error}]" if rule.error else ""
    head = f"{status(rule)}{code}"
    if colour:
        head = f"{_BOLD}{_RED if rule.refuses else _YELLOW}{head}{_RESET}"
    yield f"{head}: {rule.id}: {visible(counted(rule, violation))}"
    if violation.message and violation.counts != "frames":
        yield f"  {visible(violation.message)}"
    for example in violation.examples:
        pairs = {**example.key, **example.values}.items()
        values = "  ".join(visible(f"{name}={'null' if value is None else value}") for name, value in pairs)
        yield f"  row {example.row}: {values}"
    if hidden(violation) and violation.examples:
        yield f"  … and {hidden(violation)} more; `--examples {len(violation.rows)}` shows all"
    for line in gap_lines(violation):
        yield f"  {visible(line)}"


def _summary(path: str, verdict: Verdict, *, colour: bool) -> str:
    word = headline(verdict)
    if colour:
        word = f"{_BOLD}{_RED if verdict.violations else _GREEN}{word}{_RESET}"
    return (
        f"{word}: {visible(path)}: {verdict.rows} rows against {verdict.contract} {verdict.version}: {tally(verdict)}"
    )
