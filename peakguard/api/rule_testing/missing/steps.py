"""Steps that show what no test of some invariants has shown, found by chance among small values."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from peakguard.api.rule_testing.missing import prover
from peakguard.api.rule_testing.missing.proposal import Proposal, expectations, named
from peakguard.api.rule_testing.missing.values import Values
from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN
from peakguard.api.rule_testing.rules import Judged
from peakguard.api.rule_testing.step_cases import walk
from peakguard.kinds.invariants.model import Invariants
from peakguard.kinds.invariants.scope import scope_of
from peakguard.kinds.invariants.watched import watched

_TRIES = 1200
_LONGEST = 4
_NESTED = ("list", "record")


def propose(spec: Invariants, table: Mapping[str, Any], wanted: set[tuple[str, str]]) -> Iterator[Proposal]:
    """Cases that show pairs of an invariant and an outcome, the shortest that were found."""
    values = Values((root for each in watched(spec) for root in each.roots), seed=1)
    columns = scope_of(spec).columns
    found: dict[tuple[str, str], tuple[list[dict[str, Any]], Mapping[str, Judged]]] = {}
    for steps in _proved(spec, wanted, found):
        judged = walk(table, steps).judged
        for pair in shown(judged) & wanted:
            found.setdefault(pair, (steps, judged))
    rest = wanted - set(found)
    for number in range(_TRIES if rest else 0):
        steps = _steps(values, columns, 1 + number % _LONGEST)
        judged = walk(table, steps).judged
        for pair in shown(judged) & rest:
            if pair not in found or len(found[pair][0]) > len(steps):
                found[pair] = (steps, judged)
        if rest <= set(found) and number > _TRIES // 4:
            break
    left = set(found)
    for pair in sorted(found):
        if pair not in left:
            continue
        steps, judged = found[pair]
        told = sorted(shown(judged) & left)
        left -= set(told)
        is_flat = not any(column.type.kind in _NESTED for column in columns.values())
        case: dict[str, Any] = {"name": named(*pair), "invariants": spec.name}
        case["steps"] = _csv(list(columns), steps) if is_flat else [_given(step) for step in steps]
        yield Proposal({**case, "expect": expectations(judged, "step", told)})


def _proved(
    spec: Invariants, wanted: set[tuple[str, str]], found: Container[tuple[str, str]]
) -> Iterator[list[dict[str, Any]]]:
    """Steps that the prover makes, where it is installed; the search has the rest to do."""
    if not prover.is_installed():
        return
    from peakguard.api.rule_testing.missing.prover import invariants

    for pair in sorted(wanted):
        if pair not in found:
            yield from invariants.steps(spec, *pair)


def _steps(values: Values, columns: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """So many steps; most values stay as they were, so that a change is seen alone."""
    steps: list[dict[str, Any]] = []
    for number in range(count):
        before = steps[-1] if steps else {}
        steps.append(
            {
                name: before[name]
                if name in before and column.type.kind not in ("date", "datetime") and values.chance(0.5)
                else values.of_column(column, rise=number)
                for name, column in columns.items()
            }
        )
    return steps


def shown(judged: Mapping[str, Judged]) -> set[tuple[str, str]]:
    """The pairs of a rule and an outcome that came out."""
    counts = ((rule.id, {FAILS: rule.failed, UNKNOWN: rule.unknown, PASSES: rule.passed}) for rule in judged.values())
    return {(id, outcome) for id, found in counts for outcome, count in found.items() if count}


def _given(step: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in step.items() if value is not None}


def _csv(names: Sequence[str], steps: Sequence[Mapping[str, Any]]) -> str:
    rows = [",".join(map(_cell, (step[name] for name in names))) for step in steps]
    return "\n".join([",".join(names), *rows, ""])


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
