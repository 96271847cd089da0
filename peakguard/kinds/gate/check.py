"""What can be wrong with a gate policy, without looking at any file that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.gate.model import Gate, Overhead, Rounds
from peakguard.kinds.gate.names import ALL, check_names
from peakguard.language.document import Document
from peakguard.language.facts import Facts
from peakguard.runtime.lengths import nanoseconds
from peakguard.syntax.source import Source

_BUDGETS = {"smoke": "60s", "full": "5m"}
"""Nobody waits longer for a check of every change, or for all of them."""


def check(document: Document[Gate]) -> Iterator[Diagnostic]:
    """Findings within one policy."""
    yield from _check_profiles(document)
    yield from _check_skips(document)
    yield from _check_overhead(document)
    yield from _check_catalogue(document)


def check_together(facts: Facts, _: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """A project has one gate."""
    declared = list(facts.all("gate"))
    for fact in declared[1:]:
        first = declared[0]
        place = f"{first.span.file}:{first.span.line}"
        yield found(codes.GATE_TWICE, fact.span, name=fact.name, first=first.name, place=place)


def _check_profiles(document: Document[Gate]) -> Iterator[Diagnostic]:
    for name, profile in document.spec.profiles.items():
        for index, check in enumerate(profile.checks):
            at = ("profiles", name, "checks", index)
            if check != ALL and check not in check_names():
                known = ", ".join((*check_names(), ALL))
                data = {"check": check, "known": known, "suggestion": did_you_mean(check, [*check_names(), ALL])}
                yield found(codes.GATE_CHECK_UNKNOWN, document.span(*at), **data)
            elif check in profile.checks[:index] or (check != ALL and ALL in profile.checks):
                yield found(codes.GATE_CHECK_TWICE, document.span(*at), check=check, profile=name)
            else:
                yield from _check_configured(document, name, check, index)
        most = _BUDGETS.get(name)
        if most is not None and nanoseconds(profile.budget) > nanoseconds(most):
            data = {"profile": name, "budget": profile.budget, "most": most}
            yield found(codes.GATE_BUDGET_LONG, document.span("profiles", name, "budget"), **data)


def _check_configured(document: Document[Gate], profile: str, check: str, index: int) -> Iterator[Diagnostic]:
    """What a check is about must be said, unless the check is skipped."""
    spec = document.spec
    for wanted in check_names() if check == ALL else (check,):
        is_said = wanted not in Gate.model_fields or getattr(spec, wanted) is not None
        if not is_said and wanted not in spec.skip:
            span = document.span("profiles", profile, "checks", index)
            yield found(codes.GATE_CHECK_UNSTATED, span, profile=profile, check=wanted)


def _check_skips(document: Document[Gate]) -> Iterator[Diagnostic]:
    asked = {check for profile in document.spec.profiles.values() for check in profile.checks}
    for check in document.spec.skip:
        if check not in asked and (ALL not in asked or check not in check_names()):
            yield found(codes.GATE_SKIP_UNUSED, document.key_span("skip", check), check=check)


def _check_overhead(document: Document[Gate]) -> Iterator[Diagnostic]:
    overhead: Overhead | None = document.spec.overhead
    if overhead is None:
        return
    if overhead.plant is not None and overhead.plant <= overhead.max:
        data = {"plant": overhead.plant, "max": overhead.max}
        yield found(codes.GATE_PLANT_HIDDEN, document.span("overhead", "plant"), **data)
    rounds: Rounds = overhead.rounds
    for key in ("first", "most"):
        value = getattr(rounds, key)
        problem = "must be odd, so that one of them is the median" if value % 2 == 0 else ""
        if key == "most" and value < rounds.first:
            problem = f"is less than `first`, {rounds.first}"
        if problem:
            span = document.span("overhead", "rounds", key)
            yield found(codes.GATE_ROUNDS, span, key=key, value=value, problem=problem)


def _check_catalogue(document: Document[Gate]) -> Iterator[Diagnostic]:
    paths = document.spec.critical_paths
    seen: dict[tuple[str, str], int] = {}
    for index, row in enumerate(paths.catalogue if paths is not None else ()):
        at = ("critical_paths", "catalogue", index)
        first = seen.setdefault((row.path, row.fault), index)
        if first != index:
            span = document.span("critical_paths", "catalogue", first)
            data = {"path": row.path, "fault": row.fault, "place": f"{span.file}:{span.line}"}
            yield found(codes.GATE_ROW_TWICE, document.span(*at, "fault"), **data)
        if row.mutant is None:
            data = {"path": row.path, "fault": row.fault}
            code = codes.GATE_CRITICAL_UNPROVEN if row.critical else codes.GATE_ROW_UNPROVEN
            yield found(code, document.span(*at, "path"), **data)
