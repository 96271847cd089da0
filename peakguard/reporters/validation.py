"""What `peakguard validate` found: a verdict for each file, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from peakguard.runtime.violation import Output, RuleOutcome, Verdict, Violation

VERDICT_FORMATS = ("text", "json", "junit", "markdown")


class Advice(NamedTuple):
    """What the catalog of a project says to do about one of its codes."""

    title: str
    hints: tuple[str, ...]
    recovery: tuple[str, ...]


class Validation(NamedTuple):
    """A verdict for each file in the order in which they were judged; `unseen` were not looked at.

    `outputs` are the files that rows were written to. `is_single` tells that one file was asked for, which some formats
    show without a frame of files. `places` says where rules are written, `advice` what is said of the codes.
    """

    verdicts: Mapping[str, Verdict]
    unseen: tuple[str, ...] = ()
    outputs: tuple[Output, ...] = ()
    places: Mapping[str, str] = MappingProxyType({})
    advice: Mapping[str, Advice] = MappingProxyType({})

    @property
    def is_single(self) -> bool:
        """Whether one file was asked for."""
        return len(self.verdicts) + len(self.unseen) == 1


def breaks(verdict: Verdict) -> bool:
    """Whether the data break a contract that is enforced."""
    return bool(verdict.violations) and verdict.is_enforced


def headline(verdict: Verdict) -> str:
    """The verdict in a word: pass, FAIL, or observed for what a contract sees without acting on it."""
    if not verdict.violations:
        return "pass"
    return "FAIL" if verdict.is_enforced else "observed"


def status(rule: RuleOutcome) -> str:
    """What became of a rule in a word: error, halt, tolerated, warning, info, skipped or pass."""
    if rule.state == "skipped":
        return "skipped"
    if rule.violation is None:
        return "pass"
    return rule.severity if rule.refuses or rule.severity not in ("error", "halt") else "tolerated"


def tally(verdict: Verdict) -> str:
    """How many rules are broken or hold, and how many were skipped."""
    run = sum(1 for rule in verdict.rules if rule.state == "run")
    broken, skipped = len(verdict.violations), len(verdict.rules) - run
    outcome = f"{broken} of {run} rules broken" if broken else f"{run} rules hold"
    return f"{outcome}, {skipped} skipped" if skipped else outcome


def counted(rule: RuleOutcome, violation: Violation) -> str:
    """What a violation counts, or what is wrong with the data as a whole."""
    if violation.counts == "frames":
        return violation.message or "does not hold"
    total = rule.passed + rule.failed + rule.unknown
    unknown = f", {rule.unknown} unknown" if rule.unknown else ""
    return f"{rule.failed} of {total} {violation.counts} fail{unknown}"


def gap_lines(violation: Violation) -> Iterator[str]:
    """The gaps of a cadence: how many there are, then the first of them, one a line."""
    gaps = violation.gaps
    if gaps is None or not gaps.number:
        return
    yield f"{_number(gaps.number, 'gap')}, {_number(gaps.missing, 'row')} missing"
    for gap in gaps.shown:
        group = "".join(f"{name}={'null' if value is None else value}  " for name, value in gap.group.items())
        yield f"{group}{gap.start} to {gap.end}: {gap.missing} missing before row {gap.row}"
    if gaps.number > len(gaps.shown) > 0:
        yield f"… and {_number(gaps.number - len(gaps.shown), 'more gap')}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"


def hidden(violation: Violation) -> int:
    """How many rows count against a rule beyond those that are shown."""
    return max(0, len(violation.rows) - len(violation.examples))


def output_line(output: Output) -> str:
    """What became of a file for rows, in a line."""
    what = "rows that pass" if output.role == "valid" else "rows set aside"
    if output.digest is None:
        return f"{output.path} was not written: {output.reason}"
    rows = "1 row" if output.rows == 1 else f"{output.rows} rows"
    return f"wrote {output.path}: {rows} ({what}), sha256 {output.digest[:12]}"
