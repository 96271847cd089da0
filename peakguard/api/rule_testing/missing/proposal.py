"""A proposed case, and how it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.api.rule_testing.outcome import FAILS, PASSES, UNKNOWN
from peakguard.api.rule_testing.rules import Judged

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
_BEHIND = {FAILS: "is seen failing", UNKNOWN: "is seen unknown", PASSES: "is seen passing"}


class Proposal(NamedTuple):
    """A case as plain values, in the order of its keys."""

    case: Mapping[str, Any]

    def text(self) -> str:
        """The case as an item of a list in YAML; text of several lines stands as a block."""
        lines = []
        for key, value in self.case.items():
            if isinstance(value, str) and "\n" in value:
                lines += [f"{key}: |", *(f"  {line}" for line in value.rstrip("\n").split("\n"))]
            elif isinstance(value, Sequence) and not isinstance(value, str) and any(map(_is_table, value)):
                lines += [f"{key}:", *(f"  - {flow(item)}" for item in value)]
            else:
                lines.append(f"{key}: {flow(value)}")
        return "\n".join(f"{'  - ' if not number else '    '}{line}" for number, line in enumerate(lines)) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def flow(value: Any) -> str:
    """A value in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return value if is_plain else json.dumps(value)
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(flow, value)) + "]"
    return json.dumps(value)


def named(rule: str, outcome: str) -> str:
    """The name of a case that shows an outcome."""
    return f"{rule} {_BEHIND.get(outcome, f'shows {outcome}')}"


def expectations(judged: Mapping[str, Judged], key: str, wanted: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """What to expect where rules came out so: all that counts against them, and what the case is to show.

    `key` is `row` or `step`; `wanted` are pairs of a rule and an outcome.
    """
    at: dict[int | None, dict[str, list[str]]] = {}

    def say(number: int | None, outcome: str, rule: str) -> None:
        rules = at.setdefault(number, {}).setdefault(outcome, [])
        if rule not in rules:
            rules.append(rule)

    for rule in judged.values():
        if rule.state == "run" and rule.is_asked:
            for against in sorted(rule.against):
                say(against, rule.at.get(against, FAILS), rule.id)
            if rule.is_broken:
                say(None, FAILS if rule.failed else UNKNOWN, rule.id)
    for rule_id, outcome in wanted:
        rule = judged[rule_id]
        number = next((number for number, found in sorted(rule.at.items()) if found == outcome), None)
        if not any(rule_id in rules.get(outcome, ()) for rules in at.values()):
            say(number, outcome, rule_id)
    order = sorted(at, key=lambda number: (number is None, number or 0))
    return [{**({key: number} if number is not None else {}), **at[number]} for number in order]
