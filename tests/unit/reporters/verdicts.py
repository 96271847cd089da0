"""Verdicts that are awkward to show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from peakguard.reporters.page.subject import CodePage, Subject
from peakguard.reporters.validation import Validation
from peakguard.runtime.violation import Example, RuleOutcome, Verdict, Violation

SCRIPT = "<script>alert(1)</script>"
NASTY = f"{SCRIPT} `|` \\| \"quoted\" & 'single' @team #1 \x1b[31m\x00\u202e\ud800 a\nb {'x' * 2000}"


def run(name: str, passed: int, failed: int = 0, unknown: int = 0, **changes: Any) -> RuleOutcome:
    """A rule that ran; it refuses the data where rows fail."""
    violation = changes.pop("violation", None) or (violated(name, failed) if failed else None)
    made = RuleOutcome(name, "PT-1001", "error", "run", None, passed, failed, unknown, violation, refuses=failed > 0)
    return made._replace(**changes)


def violated(name: str, failed: int, **changes: Any) -> Violation:
    """A violation that shows at most two of its rows."""
    rows = tuple(range(failed))
    shown = tuple(Example(row, {"symbol": NASTY}, {"high": 1.5, "low": None, NASTY: ""}) for row in rows[:2])
    return Violation(name, "PT-1001", "error", NASTY, failed, 0, rows, shown)._replace(**changes)


def awkward() -> Validation:
    """Every state of a rule, in a file that fails, one that is observed, one that passes and one not looked at."""
    rules = (
        run("rules.broken", 3, 5, 1),
        run("rules.frame", 0, 1, violation=violated("rules.frame", 0, examples=(), counts="frames")),
        run("rules.tolerated", 99, 1, refuses=False),
        run("rules.warned", 0, 7, severity="warning", refuses=False, error=None),
        RuleOutcome("rules.skipped", None, "error", "skipped", NASTY, 0, 0, 0, None, refuses=False),
        run("rules.holds", 9),
        run("rules.nothing", 0),
        run("rules.unsure", 8, unknown=1),
    )
    failing = Verdict("bars", "1.0.0", 9, rules)
    observed = failing._replace(is_enforced=False)
    passing = Verdict("bars", "1.0.0", 9, (run("rules.holds", 9),))
    return Validation({f"{NASTY}.csv": failing, "observed.csv": observed, "good.csv": passing}, ("later.csv",))


def subject(**changes: Any) -> Subject:
    """A contract all of whose texts are hostile."""
    page = CodePage(NASTY, NASTY, (NASTY,), (NASTY, "again"))
    made = datetime(2026, 11, 25, 3, 4, 5, tzinfo=UTC)
    about = Subject(
        "bars", "1.0.0", NASTY, NASTY, NASTY, {"rules.broken": NASTY}, {}, {"PT-1001": page}, "0" * 32, made
    )
    return about._replace(**changes)
