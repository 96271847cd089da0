"""What became of invariants as Markdown, for the comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.reporters.invariants import breach_line, closest, counted, headline, status, tally
from peakguard.reporters.visible import visible
from peakguard.runtime.invariant import InvariantOutcome, Verification


def render(found: Mapping[str, Verification]) -> str:
    """A heading and a table for each file."""
    return "\n".join(line for path, each in found.items() for line in _file(path, each))


def _file(path: str, verification: Verification) -> Iterator[str]:
    yield f"### {headline(verification)}: {_cell(path)}"
    yield ""
    yield f"{verification.steps:,} steps of {verification.policy} {verification.version}: {tally(verification)}"
    yield ""
    yield "| | invariant | what came of it | |"
    yield "|---|---|---|---|"
    for each in verification.outcomes:
        yield _row(each, verification)
    yield ""


def _row(outcome: InvariantOutcome, verification: Verification) -> str:
    word = status(outcome, is_enforced=verification.is_enforced)
    told = outcome.reason or "" if outcome.state == "skipped" else counted(outcome)
    more = ""
    if outcome.first is not None:
        more = breach_line(outcome.first)
    elif outcome.closest is not None:
        more = closest(outcome.closest)
    code = f" {outcome.error}" if outcome.error and outcome.broken else ""
    return f"| {word}{code} | `{outcome.id}` | {_cell(told)} | {_cell(more)} |"


def _cell(text: str) -> str:
    return visible(text).replace("|", "\\|").replace("\n", " ")
