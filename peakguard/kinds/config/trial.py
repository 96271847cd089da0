"""What the rules of a config policy mean for a configuration, by the naive reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.expression.reference.interpreter import evaluate
from peakguard.kinds.config.check_rules import whole_rule
from peakguard.kinds.config.judged import dotted
from peakguard.kinds.config.model import Config
from peakguard.kinds.config.rules import asked_of


def meanings(spec: Config, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """For each rule and each section that it is asked of, the state that an outcome has: `passed` and its kin.

    `values` are canonical, with those of the environment.
    """
    for name, rule in spec.rules.items():
        for within in rule.within or (None,):
            typed = whole_rule(spec, rule, within)
            assert typed is not None, name
            for section, names in asked_of(within, values):
                read = {each: names.get(each) for each in typed.names}
                verdict = evaluate(typed.root, [read])[0]
                passes = verdict is True or (verdict is None and rule.on_null == "pass")
                state = "passed" if passes else "unknown" if verdict is None else "failed"
                yield f"rules.{name}", dotted(section), state
