"""Configurations that show what no test of a config policy has shown, found by chance near the bounds of its fields."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from random import Random
from typing import Any

from peakguard.api.rule_testing.config_cases import observe
from peakguard.api.rule_testing.missing import prover
from peakguard.api.rule_testing.missing.proposal import Proposal, named
from peakguard.api.rule_testing.missing.steps import shown
from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN
from peakguard.kinds.config.inputs import of_values
from peakguard.kinds.config.model import Config as Spec
from peakguard.kinds.config.model import Map, Node, Table, Value, Variants
from peakguard.kinds.config.runtime import Config
from peakguard.kinds.contract.sample.strings import string_against, string_for

_TRIES = 1500
_NUMBERS = ("int64", "float64")


def propose(spec: Spec, config: Config, wanted: set[tuple[str, str]]) -> Iterator[Proposal]:
    """Cases that show pairs of a rule or bound and an outcome, those with the fewest findings."""
    random = Random(1)  # noqa: S311 # a search, no secret
    found: dict[tuple[str, str], tuple[dict[str, Any], set[tuple[str, str]]]] = {}
    for values in _proved(spec, wanted, found, random):
        pairs = _pairs(spec, config, values)
        for pair in pairs & wanted:
            found.setdefault(pair, (values, pairs))
    rest = wanted - set(found)
    for number in range(_TRIES if rest else 0):
        values = _table(spec.sections, random, spoiling=number % 4)
        pairs = _pairs(spec, config, values)
        for pair in pairs & rest:
            if pair not in found or _faults(found[pair][1]) > _faults(pairs):
                found[pair] = (values, pairs)
    left = set(found)
    for pair in sorted(found, key=lambda each: (each[1] != PASSES, each)):
        if pair not in left:
            continue
        values, pairs = found[pair]
        told = pairs & left
        left -= told
        expect = {
            FAILS: sorted(rule for rule, outcome in pairs if outcome == FAILS),
            UNKNOWN: sorted(rule for rule, outcome in pairs if outcome == UNKNOWN),
            PASSES: sorted(rule for rule, outcome in told if outcome == PASSES and (rule, FAILS) not in pairs),
        }
        case = {"name": named(*pair), "config": spec.name, "values": values}
        yield Proposal({**case, "expect": {key: rules for key, rules in expect.items() if rules}})


def _pairs(spec: Spec, config: Config, values: Mapping[str, Any]) -> set[tuple[str, str]]:
    """What a configuration shows; nothing where it is refused for something that is no rule."""
    _, errors, judged = observe(spec, config, [of_values("values", values)], {})
    return set() if any(error.rule is None for error in errors) else shown(judged)


def _proved(
    spec: Spec, wanted: set[tuple[str, str]], found: Container[tuple[str, str]], random: Random
) -> Iterator[Any]:
    """Configurations that the prover makes, where it is installed; the search has the rest to do."""
    if not prover.is_installed():
        return
    from peakguard.api.rule_testing.missing.prover import config

    for pair in sorted(wanted):
        if pair not in found:
            for values in config.settings(spec, *pair):
                yield _with(_table(spec.sections, random, spoiling=0), values)


def _with(table: dict[str, Any], values: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """A configuration with other values under some paths; None takes one away."""
    for (*above, name), value in values.items():
        section = table
        for key in above:
            section = section.setdefault(key, {})
        if value is None:
            section.pop(name, None)
        else:
            section[name] = value
    return table


def _faults(pairs: set[tuple[str, str]]) -> int:
    return sum(outcome != PASSES for _, outcome in pairs)


def _table(fields: Mapping[str, Node], random: Random, spoiling: int) -> dict[str, Any]:
    made = {name: _part(node, random, spoiling) for name, node in fields.items()}
    return {name: value for name, value in made.items() if value is not None}


def _part(node: Node, random: Random, spoiling: int) -> Any:
    if isinstance(node, Value):
        is_given = node.secret is None and (node.is_required or random.random() < 0.7)
        return _value(node, random, spoiling) if is_given else None
    if isinstance(node, Table):
        return _table(node.fields, random, spoiling) or None
    if isinstance(node, Variants):
        chosen = random.choice(sorted(node.variants))
        return {node.union: chosen, **_table({**node.common, **node.variants[chosen]}, random, spoiling)}
    if isinstance(node, Map):
        inner = {string_for(node.keys, random): _part(node.values, random, spoiling) for _ in range(2)}
        return {key: value for key, value in inner.items() if key and value is not None}
    return None


def _value(node: Value, random: Random, spoiling: int) -> Any:
    is_spoilt = spoiling > 0 and random.random() < 0.1 * spoiling
    if node.values is not None:
        return random.choice(node.values) if not is_spoilt else "another"
    if node.matches is not None:
        return (string_against if is_spoilt else string_for)(node.matches, random)
    if node.type in _NUMBERS:
        return _number(node, random, is_spoilt=is_spoilt)
    return {"bool": random.random() < 0.5, "string": random.choice("ab"), "duration": "1s"}.get(node.type)


def _number(node: Value, random: Random, *, is_spoilt: bool) -> Any:
    low = next((each for each in (node.ge, node.gt) if isinstance(each, int | float)), None)
    high = next((each for each in (node.le, node.lt) if isinstance(each, int | float)), None)
    start, end = low if low is not None else 0, high if high is not None else (low or 0) + 10
    if is_spoilt:
        return _of_type(node, random.choice([start - 1, end + 1, start, end]))
    share = random.choice([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])
    return _of_type(node, start + (end - start) * share)


def _of_type(node: Value, value: float) -> Any:
    return round(value) if node.type == "int64" else float(value)
