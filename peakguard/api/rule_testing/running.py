"""One case after the other: which runner it takes, and what becomes of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any

from peakguard.api.rule_testing import config_cases, contract_cases, error_cases, script_cases, step_cases
from peakguard.api.rule_testing.coverage import RENDERED, SHOWN
from peakguard.api.rule_testing.demands import has_sql
from peakguard.api.rule_testing.outcome import CaseResult, Mismatch, Seen
from peakguard.api.rule_testing.rules import Expected, Ran, shows
from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.kinds.test.facts import target_of
from peakguard.kinds.test.model import (
    Case,
    ConfigCase,
    ContractCase,
    ErrorCase,
    ExceptionCase,
    InvariantsCase,
    ResilienceCase,
    Suite,
)
from peakguard.language.document import Document
from peakguard.language.header import Policy
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.policy_set import PolicySet
from peakguard.syntax.node import Path


class Runner:
    """Runs cases against the policies of a project, each contract compiled once."""

    def __init__(self, documents: Iterable[Document[Policy]], policies: PolicySet) -> None:
        self._specs: Mapping[tuple[str, str], Any] = {(each.spec.kind, each.spec.name): each.spec for each in documents}
        self._policies = policies
        self._subjects: dict[str, contract_cases.Subject] = {}
        self._open = ExitStack()
        self._database: Any = None

    def close(self) -> None:
        """Let go of what the cases ran in."""
        self._open.close()

    def run(self, document: Document[Suite], index: int) -> CaseResult:
        """One case of a suite; never raises for what stands in it."""
        case, at = document.spec.tests[index], ("tests", index)
        subject, target = target_of(case)
        policy, began = f"{subject} {target}", time.perf_counter()
        try:
            back_ends, mismatches, seen = self._run(document, at, case, policy)
        except PeakguardError as error:
            told = Mismatch("not run", document.span(*at, subject), policy, "a case that can be run", _told(error))
            back_ends, mismatches, seen = (), [told], frozenset()
        name = case.name or f"{policy} {index + 1}"
        head = (document.spec.name, index + 1, name, policy, document.span(*at), tuple(back_ends))
        mismatches.sort(key=lambda each: each.span)
        return CaseResult(*head, tuple(mismatches), seen, time.perf_counter() - began)

    def _run(
        self, document: Document[Suite], at: Path, case: Case, policy: str
    ) -> tuple[tuple[str, ...], list[Mismatch], frozenset[Seen]]:
        match case:
            case ContractCase():
                expected = Expected(document, at, case.expect, "row")
                return _of_rules(
                    policy, expected, contract_cases.run_case(self._subject(case.contract), case, expected)
                )
            case InvariantsCase():
                expected = Expected(document, at, case.expect, "step")
                spec = self._specs["invariants", case.invariants]
                return _of_rules(policy, expected, step_cases.run_case(spec, self._policies, case, expected))
            case ConfigCase():
                expected = Expected(document, at, (case.expect,), "row")
                spec, config = self._specs["config", case.config], self._policies.config(case.config)
                return _of_rules(policy, expected, config_cases.run_case(spec, config, case, expected))
            case ResilienceCase():
                mismatches, back_ends, parts = script_cases.run_case(self._policies, case, document, at)
                return back_ends, mismatches, frozenset(Seen(policy, part, SHOWN) for part in parts)
            case ErrorCase():
                mismatches = error_cases.run_error(self._policies, case, document, at)
                return ("raised", "pickled", "JSON"), mismatches, frozenset([Seen(policy, "message", RENDERED)])
            case ExceptionCase():
                mismatches, _ = error_cases.run_exception(self._policies, case, document, at)
                return ("classified",), mismatches, frozenset()
        raise AssertionError(case)

    def _subject(self, name: str) -> contract_cases.Subject:
        if name not in self._subjects:
            spec = self._specs["contract", name]
            if self._database is None and has_sql():
                from peakguard.engines.duckdb.run import connected

                self._database = self._open.enter_context(connected())
            plans = self._policies.tables("contract")
            self._subjects[name] = contract_cases.Subject.of(spec, plans, self._database)
        return self._subjects[name]


def _of_rules(policy: str, expected: Expected, ran: Ran) -> tuple[tuple[str, ...], list[Mismatch], frozenset[Seen]]:
    return ran.back_ends, ran.mismatches, frozenset(shows(policy, expected, ran.judged))


def _told(error: PeakguardError) -> str:
    diagnostics: tuple[Diagnostic, ...] = getattr(error, "diagnostics", ())
    return "; ".join(str(each.message) for each in diagnostics) or str(error)
