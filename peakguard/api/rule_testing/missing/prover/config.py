"""Configurations that give a rule or bound of a config policy an outcome, and outcomes that none can give it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from peakguard.api.rule_testing.missing.prover.asked import OUTCOMES, formula, wishes
from peakguard.api.rule_testing.missing.prover.asking import Question, is_ruled_out
from peakguard.api.rule_testing.missing.prover.cells import Cell, is_false, opposite
from peakguard.api.rule_testing.missing.prover.config_rules import (
    Rule,
    bounds_of,
    plain_fields,
    rules_of,
    value_at,
)
from peakguard.api.rule_testing.missing.prover.given import given, length
from peakguard.api.rule_testing.missing.prover.reading import read
from peakguard.api.rule_testing.missing.prover.translation import Row
from peakguard.api.rule_testing.missing.prover.variables import Variables
from peakguard.api.rule_testing.outcome import FAILS
from peakguard.kinds.config.model import Config
from peakguard.kinds.config.scope import scope_of
from peakguard.language.typed import type_of

_RULES = "rules."


def settings(spec: Config, rule: str, outcome: str) -> Iterator[dict[tuple[str, ...], Any]]:
    """Values to try, by the paths of their fields; None where a field had better be left out."""
    variables = Variables()
    row = variables.of_columns(scope_of(spec).columns, "")
    held = bounds_of(spec, row)
    for wanted in _wanted(spec, rule, outcome, row, held):
        wished = [partial(_is_kept, cell) for id, cell in held.items() if id != rule]
        wished += [partial(_is_met, each) for each in _others(spec, rule, row)]
        model = Question(variables, [formula(each) for each in wanted]).best(wishes(wished))
        if model is not None:
            yield dict(_values(spec, model, row))


def is_impossible(spec: Config, rule: str, outcome: str) -> bool:
    """Whether no configuration whose values can be used gives a rule an outcome."""
    if not rule.startswith(_RULES):
        return False
    variables = Variables()
    row = variables.of_columns(scope_of(spec).columns, "")
    rules = list(rules_of(spec, rule.removeprefix(_RULES), row))
    if not all(each is not None and each.is_exact for each in rules):
        return False
    held = bounds_of(spec, row)
    return all(
        is_ruled_out(variables, list(map(formula, wanted))) for wanted in _wanted(spec, rule, outcome, row, held)
    )


def _wanted(spec: Config, rule: str, outcome: str, row: Row, held: Mapping[str, Cell]) -> Iterator[list[Any]]:
    """What must be so: a rule is not asked of values that are out of bounds."""
    if rule.startswith(_RULES):
        for each in rules_of(spec, rule.removeprefix(_RULES), row):
            if each is not None:
                yield [each.has(outcome), *map(_is_kept, held.values())]
    elif rule in held:
        yield [OUTCOMES[outcome](held[rule])]


def _others(spec: Config, rule: str, row: Row) -> list[Rule]:
    names = [name for name, each in spec.rules.items() if f"{_RULES}{name}" != rule and each.mode != "off"]
    return [each for name in names for each in rules_of(spec, name, row) if each is not None]


def _is_kept(bound: Cell) -> Any:
    return opposite(is_false(bound))


def _is_met(rule: Rule) -> Any:
    return opposite(rule.has(FAILS))


def _values(spec: Config, model: Any, row: Row) -> Iterator[tuple[tuple[str, ...], Any]]:
    for path, field in plain_fields(spec):
        value = value_at(row, path)
        if value is not None:
            type = type_of(field)
            found = given(read(model, value, type), type)
            yield path, length(found, type) if type.kind == "duration" and found is not None else found
