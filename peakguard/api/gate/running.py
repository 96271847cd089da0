"""A gate from its policy to its verdict: each check in turn, whatever becomes of the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from traceback import format_exception
from typing import Any

from peakguard.api.gate.outcome import Gated, Outcome, Row
from peakguard.api.gate.subject import Subject
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.gate.compile import compile_document
from peakguard.kinds.gate.names import check_names
from peakguard.pipeline.bundle import Bundle, load_bundle
from peakguard.pipeline.project import find_project
from peakguard.runtime.errors import PeakguardError, PolicyError
from peakguard.runtime.events import Severity, emit
from peakguard.runtime.journal.keeping import Shared

_REPORT = "This is a fault of peakguard; please report it with these lines. The other checks went on."


def gate(
    root: str | None = None,
    profile: str | None = None,
    *,
    only: Sequence[str] = (),
    told: Callable[[str], object] = lambda _: None,
    today: str | None = None,
) -> Gated:
    """Run the checks of a profile, or those that `only` names; `told` hears of each as it begins and ends.

    Without a profile it is `smoke` or the first, and with `only` one that has these checks. Raises PolicyError where
    the gate's own policy has errors, PeakguardError: PG2140 where there is none, PG2141 for a profile that it lacks.
    """
    begun = time.monotonic()
    bundle = load_bundle(find_project(root))
    table, file = _table(bundle)
    name = _profile(table, profile, only)
    budget = table["profiles"][name]["seconds"]
    subject = Subject(bundle, table, name, told, begun + budget)
    wanted = [check for check in check_names() if check in only] if only else table["profiles"][name]["checks"]
    day = today or time.strftime("%Y-%m-%d", time.gmtime())
    rows = []
    for number, check in enumerate(wanted, 1):
        rows.append(_row(subject, check, day))
        took = f"{rows[-1].seconds:.1f} s"
        told(f"[{number}/{len(wanted)}] {rows[-1].outcome.state:12} {check}, {took}: {rows[-1].outcome.found}")
    version = next(document.spec.version for document in bundle.documents if document.file == file)
    made = Gated(table["name"], version, name, table["mode"], tuple(rows), time.monotonic() - begun, budget)
    _keep(subject.root, made)
    return made


def _row(subject: Subject, check: str, today: str) -> Row:
    begun = time.monotonic()
    skip: Mapping[str, str] | None = subject.table["skip"].get(check)
    if skip is not None and skip["until"] >= today:
        return Row(check, Outcome("skipped", f"{skip['reason']} (until {skip['until']})"), 0.0)
    if subject.is_over():
        found = "not run: the checks before it took the whole budget"
        return Row(check, Outcome("failed", found, "Make them quicker, or raise the budget of the profile"), 0.0)
    subject.told(f"{check} …")
    outcome = _checked(subject, check)
    return Row(check, outcome, time.monotonic() - begun)


def _checked(subject: Subject, check: str) -> Outcome:
    """What a check gives; what it raises is its failure."""
    if check in subject.table and subject.table[check] is None:
        return Outcome("failed", "not run: the policy says nothing about it", f"Write `{check}:` into the gate")
    try:
        outcome: Outcome = import_module(f"peakguard.api.gate.checks.{check}").check(subject)
    except PolicyError as error:
        lines = tuple(f"{each.span}: {each.message}" for each in error.diagnostics)
        return Outcome("failed", "not run: the policies have errors", "Run `peakguard check`", lines)
    except PeakguardError as error:
        return Outcome("failed", f"{error.code}: {error.message}", "; ".join(error.hints))
    except Exception as error:  # noqa: BLE001 # a check that breaks must not keep the others from running
        lines = tuple("".join(format_exception(error)).rstrip().splitlines())
        return Outcome("failed", f"the check broke: {type(error).__name__}: {error}", _REPORT, lines)
    return outcome


def _table(bundle: Bundle) -> tuple[dict[str, Any], str]:
    """What the one gate of a project says, and in which file."""
    findings = [each for each in bundle.findings if each.severity == ERROR]
    declared = list(bundle.of_kind("gate"))
    if not declared:
        # A policy that cannot be read is a finding, and may be the gate.
        if findings:
            raise _refused(findings)
        raise PeakguardError(codes.GATE_MISSING)
    document: Any = declared[0]
    own = [each for each in findings if each.span.file == document.file]
    if own:
        raise _refused(own)
    return compile_document(document), document.file


def _refused(findings: Sequence[Diagnostic]) -> PolicyError:
    first = f"{findings[0].span}: {findings[0].message}"
    return PolicyError(codes.POLICIES_REFUSED, findings, count=len(findings), first=first)


def _profile(table: Mapping[str, Any], asked: str | None, only: Sequence[str]) -> str:
    known = list(table["profiles"])
    if asked is None and only:
        # The first that has all of these checks, else the one with most time.
        fitting = [name for name in known if set(only) <= set(table["profiles"][name]["checks"])]
        return str(fitting[0]) if fitting else max(known, key=lambda name: float(table["profiles"][name]["seconds"]))
    if asked is None:
        return "smoke" if "smoke" in known else str(known[0])
    if asked not in known:
        data = {"known": ", ".join(known), "suggestion": did_you_mean(asked, known)}
        raise PeakguardError(codes.GATE_PROFILE_UNKNOWN, gate=table["name"], profile=asked, **data)
    return asked


def _keep(root: str, made: Gated) -> None:
    """One event in the journal, whole or not at all."""
    red = [row.name for row in made.rows if row.outcome.state not in ("passed", "skipped")]
    severity: Severity = "info" if made.is_green else "warning"
    verdict = "passed" if made.is_green else "failed"
    with Shared(root):
        emit(
            "gate_ended", severity=severity, gate=made.gate, profile=made.profile, verdict=verdict, red=red,
            seconds=round(made.seconds, 3), over_budget=made.is_over_budget,
        )  # fmt: skip # one field a word
