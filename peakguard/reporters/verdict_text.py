"""A verdict on data for people: what broke and where, what was skipped and why, then one line to remember."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.runtime.violation import RuleOutcome, Verdict, Violation

_RED, _YELLOW, _GREEN, _BOLD, _RESET = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


def verdict_text(path: str, verdict: Verdict, *, colour: bool) -> str:
    """The report of one data file; ends with a line break."""
    lines = [line for rule in verdict.rules for line in _rule(rule, colour=colour)]
    lines.append(_summary(path, verdict, colour=colour))
    return "\n".join(lines) + "\n"


def _rule(rule: RuleOutcome, *, colour: bool) -> Iterator[str]:
    if rule.state == "skipped":
        yield f"skipped {rule.id}: {rule.reason}"
    elif rule.violation is not None:
        yield from _violation(rule, rule.violation, colour=colour)


def _violation(rule: RuleOutcome, violation: Violation, *, colour: bool) -> Iterator[str]:
    weight = rule.severity if rule.refuses or rule.severity != "error" else "tolerated"
    code = f"[{rule.error}]" if rule.error else ""
    head = f"{weight}{code}"
    if colour:
        head = f"{_BOLD}{_RED if rule.refuses else _YELLOW}{head}{_RESET}"
    yield f"{head}: {rule.id}: {_counts(rule, violation)}"
    if violation.message and violation.counts != "frames":
        yield f"  {violation.message}"
    for example in violation.examples:
        values = "  ".join(f"{name}={_shown(value)}" for name, value in {**example.key, **example.values}.items())
        yield f"  row {example.row}: {values}"
    hidden = len(violation.rows) - len(violation.examples)
    if hidden > 0 and violation.examples:
        yield f"  … and {hidden} more; `--examples {len(violation.rows)}` shows all"


def _counts(rule: RuleOutcome, violation: Violation) -> str:
    if violation.counts == "frames":
        return violation.message or "does not hold"
    total = rule.passed + rule.failed + rule.unknown
    unknown = f", {rule.unknown} unknown" if rule.unknown else ""
    return f"{rule.failed} of {total} {violation.counts} fail{unknown}"


def _shown(value: object) -> str:
    text = "null" if value is None else str(value)
    return text if text.isprintable() else ascii(text)[1:-1]


def _summary(path: str, verdict: Verdict, *, colour: bool) -> str:
    run = sum(1 for rule in verdict.rules if rule.state == "run")
    skipped = len(verdict.rules) - run
    broken = len(verdict.violations)
    outcome = f"{broken} of {run} rules broken" if broken else f"{run} rules hold"
    more = f", {skipped} skipped" if skipped else ""
    word = ("FAIL" if verdict.is_enforced else "observed") if broken else "pass"
    if colour:
        word = f"{_BOLD}{_RED if broken else _GREEN}{word}{_RESET}"
    return f"{word}: {path}: {verdict.rows} rows against {verdict.contract} {verdict.version}: {outcome}{more}"
