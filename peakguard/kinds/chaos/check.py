"""What can be wrong with chaos: faults that do nothing, do too much, or prove nothing."""

from __future__ import annotations

import builtins
import posixpath
import re
from collections.abc import Iterator, Mapping

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.chaos.model import Chaos, Fault, Scenario
from peakguard.kinds.chaos.shape import problem_of
from peakguard.language.document import Document
from peakguard.language.facts import Fact, Facts
from peakguard.runtime.lengths import nanoseconds
from peakguard.syntax.node import Path
from peakguard.syntax.source import Source

_LIVE = ("live", "prod", "production")


def check(document: Document[Chaos]) -> Iterator[Diagnostic]:
    """Findings within one policy."""
    for index, profile in enumerate(document.spec.profiles):
        if profile in _LIVE or profile.startswith(tuple(f"{name}{mark}" for name in _LIVE for mark in "-_.")):
            yield found(codes.CHAOS_IN_PRODUCTION, document.span("profiles", index), profile=profile)
    for name, scenario in document.spec.scenarios.items():
        yield from _check_scenario(document, ("scenarios", name), scenario)


def check_together(facts: Facts, _: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """Targets and rules are those that bindings and contracts know."""
    targets = facts.names("binding of")
    for fact in facts.all("fault"):
        target = str(fact.data["target"])
        suggestion = _slip(target, targets) if target not in targets else ""
        if suggestion and not facts.may_hide(target):
            yield found(codes.FAULT_TARGET_UNBOUND, fact.span, target=target, suggestion=suggestion)
        if fact.data["breaks"] is not None:
            yield from _check_rule(facts, fact, target)


def _slip(target: str, targets: list[str]) -> str:
    """Offers the target that differs in one word, and in that by a slip of the finger; empty where there is none."""
    words = re.split("[.:]", target)
    for place, word in enumerate(words):
        alike = {}
        for other in targets:
            others = re.split("[.:]", other)
            if (
                len(others) == len(words)
                and [*words[:place], *words[place + 1 :]] == others[:place] + others[place + 1 :]
            ):
                alike[others[place]] = other
        offer = did_you_mean(word, list(alike))
        if offer:
            return f"Did you mean `{alike[offer.split('`')[1]]}`? "
    return ""


def _check_rule(facts: Facts, fact: Fact, target: str) -> Iterator[Diagnostic]:
    bound = facts.get("binding of", target)
    name = fact.data["contract"] or (bound.data["contract"] if bound is not None else None)
    place, rule = Span(*fact.data["rule"]), str(fact.data["breaks"])
    if name is None:
        if not facts.may_hide(target):
            yield found(codes.FAULT_WITHOUT_CONTRACT, place, rule=rule, target=target)
        return
    contract = facts.get("contract", name)
    if contract is None:
        return
    known = list(contract.data["rules"])
    if rule not in known:
        # People leave out where a rule stands.
        whole = next((each for each in known if each.partition(".")[2] == rule), None)
        suggestion = f"Did you mean `{whole}`? " if whole is not None else did_you_mean(rule, known)
        yield found(codes.FAULT_RULE_UNKNOWN, place, rule=rule, contract=name, suggestion=suggestion)


def _check_scenario(document: Document[Chaos], at: Path, scenario: Scenario) -> Iterator[Diagnostic]:
    if scenario.stdout == "ignore" and not scenario.outputs:
        yield found(codes.SCENARIO_COMPARES_NOTHING, document.key_span(*at), scenario=str(at[-1]))
    for key in ("outputs", "restores"):
        for index, pattern in enumerate(getattr(scenario, key)):
            plain = posixpath.normpath(pattern)
            if posixpath.isabs(plain) or plain.split("/")[0] == "..":
                yield found(codes.PATTERN_OUTSIDE, document.span(*at, key, index), pattern=pattern, key=key)
    for name, fault in scenario.faults.items():
        place: Path = (*at, "faults", name)
        yield from _check_fault(document, place, scenario, fault)


def _check_fault(document: Document[Chaos], at: Path, scenario: Scenario, fault: Fault) -> Iterator[Diagnostic]:
    name, here = str(at[-1]), document.key_span(*at)
    problem = problem_of(fault)
    if problem is not None:
        yield found(codes.FAULT_INCOMPLETE, here, fault=name, problem=problem)
    if fault.expect is None and scenario.expect is None:
        yield found(codes.FAULT_WITHOUT_EXPECTATION, here, fault=name)
    is_bounded = fault.times is not None or (fault.at.every is None and fault.at.probability is None)
    if not is_bounded:
        yield found(codes.FAULT_UNBOUNDED, here, fault=name)
    if fault.at.probability is not None and scenario.seed is None:
        yield found(codes.FAULT_WITHOUT_SEED, document.span(*at, "at", "probability"), fault=name)
    yield from _check_reach(document, at, scenario, fault)
    if fault.raises is not None and ":" not in fault.raises.type and not _is_exception(fault.raises.type):
        known = [each for each in dir(builtins) if _is_exception(each)]
        suggestion = did_you_mean(fault.raises.type, known)
        span = document.span(*document.written(*at, "raises", "type"))
        yield found(codes.EXCEPTION_UNKNOWN, span, name=fault.raises.type, suggestion=suggestion)


def _check_reach(document: Document[Chaos], at: Path, scenario: Scenario, fault: Fault) -> Iterator[Diagnostic]:
    """A fault that never comes, and a call that hangs for less time than it takes to be noticed."""
    name, patience = str(at[-1]), nanoseconds(scenario.timeout)
    reason, path = None, at
    if fault.at.probability == 0:
        reason, path = "its probability is 0", (*at, "at", "probability")
    elif fault.at.after is not None and nanoseconds(fault.at.after) >= patience:
        reason, path = f"a run ends after {scenario.timeout}", (*at, "at", "after")
    if reason is not None:
        yield found(codes.FAULT_NEVER_FIRES, document.span(*path), fault=name, reason=reason)
    if fault.hang is not None and nanoseconds(fault.hang) <= patience:
        data = {"fault": name, "hang": fault.hang, "timeout": scenario.timeout}
        yield found(codes.HANG_TOO_SHORT, document.span(*at, "hang"), **data)


def _is_exception(name: str) -> bool:
    kind = getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, BaseException)
