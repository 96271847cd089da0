"""Steps that give an invariant an outcome, and outcomes that no step can give it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from peakguard.api.rule_testing.missing.prover.asked import MOST_ROWS, OUTCOMES, counts, formula, wishes
from peakguard.api.rule_testing.missing.prover.asking import Question, is_ruled_out
from peakguard.api.rule_testing.missing.prover.cells import (
    Untranslatable,
    both,
    either,
    is_kept,
    is_true,
    opposite,
)
from peakguard.api.rule_testing.missing.prover.exact import is_exact
from peakguard.api.rule_testing.missing.prover.given import given
from peakguard.api.rule_testing.missing.prover.layout import same
from peakguard.api.rule_testing.missing.prover.reading import read
from peakguard.api.rule_testing.missing.prover.translation import Translation
from peakguard.api.rule_testing.missing.prover.variables import Variables
from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN
from peakguard.kinds.invariants.model import Invariants
from peakguard.kinds.invariants.scope import scope_of
from peakguard.kinds.invariants.watched import Watched, watched


def steps(spec: Invariants, rule: str, outcome: str) -> Iterator[list[dict[str, Any]]]:
    """Steps to try: the fewest that there are."""
    every = watched(spec)
    asked = next((each for each in every if each.id == rule), None)
    if asked is None:
        return
    for count in range(1, MOST_ROWS + 1) if asked.form in ("after", "eventually") else counts(asked.roots):
        try:
            found = _steps(spec, every, asked, outcome, count)
        except Untranslatable:
            return
        if found is not None:
            yield found
            return


def is_impossible(spec: Invariants, rule: str, outcome: str) -> bool:
    """Whether no step at all gives an invariant an outcome; what is no value of its type is not judged."""
    asked = next((each for each in watched(spec) if each.id == rule), None)
    if asked is None or asked.form != "always" or not all(map(is_exact, asked.roots)):
        return False
    variables = Variables()
    row = variables.of_columns(scope_of(spec).columns, "0")
    try:
        flag = _outcome(asked, Translation([row]), outcome, 1)
    except Untranslatable:
        return False
    return is_ruled_out(variables, [formula(flag)])


def _steps(
    spec: Invariants, every: Sequence[Watched], asked: Watched, outcome: str, count: int
) -> list[dict[str, Any]] | None:
    columns = scope_of(spec).columns
    variables = Variables()
    rows = [variables.of_columns(columns, str(number)) for number in range(count)]
    translation = Translation(rows)
    together = [same(rows, name) for name in asked.groups]
    wanted = [_outcome(asked, translation, outcome, count), *together]
    others = [
        partial(_holds, spec, each, translation, row) for each in every if each is not asked for row in range(count)
    ]
    model = Question(variables, list(map(formula, wanted))).best(wishes(others))
    if model is None:
        return None
    types = {name: columns[name].type for name in rows[0]}
    return [{name: given(read(model, row[name], types[name]), types[name]) for name in types} for row in rows]


def _holds(spec: Invariants, each: Watched, translation: Translation, row: int) -> Any:
    """That nothing counts against an invariant at a step; of a wait that it does not begin."""
    part, _, name = each.id.partition(".")
    verdict = translation.verdict(each.expr.root, row)
    if each.form == "after":
        return opposite(is_true(verdict))
    holds = is_kept(verdict, getattr(spec, part)[name].on_null)
    return holds if each.when is None else either(_is_not(translation, each.when.root, row), holds)


def _is_not(translation: Translation, root: Any, row: int) -> Any:
    return opposite(is_true(translation.verdict(root, row)))


def _outcome(asked: Watched, translation: Translation, outcome: str, count: int) -> Any:
    """That an invariant has an outcome with the last of so many steps."""
    last = count - 1
    if asked.form == "after":
        return _wait(asked, translation, outcome, count)
    verdicts = [translation.verdict(asked.expr.root, row) for row in range(count)]
    if asked.form == "eventually":
        happens = either(*map(is_true, verdicts))
        return {PASSES: happens, FAILS: opposite(happens)}.get(outcome, False)
    flag = OUTCOMES[outcome](verdicts[last])
    if asked.when is None:
        return flag
    applies = translation.verdict(asked.when.root, last)
    if outcome == UNKNOWN:
        return either(both(is_true(applies), flag), both(applies.null, opposite(is_true(verdicts[last]))))
    return both(is_true(applies), flag)


def _wait(asked: Watched, translation: Translation, outcome: str, count: int) -> Any:
    """A wait that begins with the first step: it ends with the last, or that is the last in which it could."""
    assert asked.expect is not None
    begins = is_true(translation.verdict(asked.expr.root, 0))
    ends = [is_true(translation.verdict(asked.expect.root, row)) for row in range(count)]
    if asked.length is not None:
        raise Untranslatable("a wait that is measured by time")
    if outcome == PASSES:
        return both(begins, ends[-1], count <= asked.steps + 1)
    return both(begins, *map(opposite, ends), count == asked.steps + 1) if outcome == FAILS else False
