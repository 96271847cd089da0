"""The bounds and rules of a config policy over fields that are not known yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.api.rule_testing.missing.prover.asked import OUTCOMES
from peakguard.api.rule_testing.missing.prover.cells import (
    Cell,
    Record,
    Untranslatable,
    Value,
    both,
    is_false,
    opposite,
)
from peakguard.api.rule_testing.missing.prover.exact import is_exact
from peakguard.api.rule_testing.missing.prover.translation import Row, Translation
from peakguard.api.rule_testing.outcome import PASSES, UNKNOWN
from peakguard.expression import compile_text
from peakguard.expression.typed import Typed
from peakguard.kinds.config.check_rules import whole_rule
from peakguard.kinds.config.demands import IT, bounds, reads_of
from peakguard.kinds.config.model import Config, Demand, Node, Table
from peakguard.kinds.config.model import Value as Field
from peakguard.kinds.config.structure import inner_fields, part_at


class Rule(NamedTuple):
    """One rule in one section: its verdict, that the section is there, and whether nothing in it is rounded."""

    verdict: Cell
    is_asked: Any
    is_exact: bool
    passes_unknown: bool

    def has(self, outcome: str) -> Any:
        """That it is asked and comes out so; what is unknown passes where the policy says that."""
        if not self.passes_unknown:
            return both(self.is_asked, OUTCOMES[outcome](self.verdict))
        flag = {UNKNOWN: False, PASSES: opposite(is_false(self.verdict))}.get(outcome, is_false(self.verdict))
        return both(self.is_asked, flag)


def plain_fields(spec: Config) -> Iterator[tuple[tuple[str, ...], Field]]:
    """The fields that a file can give under keys that the policy names, by their path."""
    pending: list[tuple[tuple[str, ...], Node]] = [((name,), node) for name, node in spec.sections.items()]
    while pending:
        path, node = pending.pop(0)
        if isinstance(node, Field) and not (node.secret or node.deprecated or node.path or node.among):
            yield path, node
        elif isinstance(node, Table):
            pending += [((*path, name), inner) for name, inner in node.fields.items()]


def value_at(row: Row, path: Sequence[str]) -> Value | None:
    """The variables of a field or section."""
    found = row.get(path[0])
    for key in path[1:]:
        found = found.fields.get(key) if isinstance(found, Record) else None
    return found


def bounds_of(spec: Config, row: Row) -> dict[str, Cell]:
    """What is asked of single fields, by id."""
    found = {}
    for path, field in plain_fields(spec):
        cell = value_at(row, path)
        for key, asked in bounds(field):
            typed, _ = compile_text(asked.text, asked.scope, bounded=False)
            if isinstance(cell, Cell) and typed is not None:
                try:
                    found[f"{'.'.join(path)}.{key}"] = Translation([{IT: cell}]).verdict(typed.root, 0)
                except Untranslatable:
                    continue
    return found


def rules_of(spec: Config, name: str, row: Row) -> Iterator[Rule | None]:
    """A rule in each section that it is asked of; None where it has no formula there."""
    rule = spec.rules[name]
    for within in rule.within or (None,):
        try:
            yield _rule(spec, rule, within, row)
        except Untranslatable:
            yield None


def _rule(spec: Config, rule: Demand, within: str | None, row: Row) -> Rule:
    typed = whole_rule(spec, rule, within)
    path = within.split(".") if within is not None else []
    section = value_at(row, path) if path else Record(False, row)
    if typed is None or not isinstance(section, Record) or not _is_plain(spec, typed.root, path):
        raise Untranslatable(within)
    verdict = Translation([{**row, **section.fields}]).verdict(typed.root, 0)
    return Rule(verdict, opposite(section.null), is_exact(typed.root), rule.on_null == "pass")


def _is_plain(spec: Config, root: Typed, path: Sequence[str]) -> bool:
    """Whether a rule reads nothing but fields that are named in the policy, and given in files."""
    known = {field for field, _ in plain_fields(spec)}
    own: Mapping[str, Node] = spec.sections
    if path:
        section = part_at(spec, ".".join(path))
        own = inner_fields(section) if isinstance(section, Table) else {}
    full = [(*path, *read) if read[0] in own else tuple(read) for read in reads_of(root)]
    return all(each in known for each in full)
