"""What a gate says, element by element, and how a change of each is judged: to ask less of changes is a risk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from peakguard.kinds.gate.model import Gate
from peakguard.language.change import Element
from peakguard.language.document import Document
from peakguard.language.elements import Row, Table, as_set, elements_of, length
from peakguard.language.judges import (
    ADDED,
    RISKS,
    Move,
    at_least,
    at_most,
    by,
    parts,
    ranked,
    reverse,
    risks,
    without,
    words,
)

_LESS = RISKS._replace(direction="loosens")


def _asks(move: Move, normal: Any = None) -> Row:
    """What is asked of changes: more of it harms nobody, less of it lets faults in."""
    return Row(by(move, {"tightens": ADDED, "loosens": _LESS, "both": _LESS}), normal)


def _named(row: Any) -> str:
    return f"{row.path}, {row.fault}"


_PART = Row(parts(ADDED, _LESS, ADDED))
_RISK = Row(risks)
_WORDS = Row(words)

TABLE: Table = {
    "profiles.*": _PART,
    "profiles.*.checks": _asks(without, as_set),
    "profiles.*.budget": _asks(at_most, length),
    "profiles.*.paths": _asks(ranked("critical", "all")),
    "skip.*": Row(parts(_LESS, ADDED, _LESS)),
    "skip.*.reason": _WORDS,
    "skip.*.until": _asks(at_most),
    "diff.against": _RISK,
    "locks.files": _asks(without, as_set),
    "rule_tests.min_coverage": _asks(at_least),
    "chaos": _asks(without, as_set),
    "replay": _PART,
    "replay.command": _RISK,
    "replay.run": _RISK,
    "replay.folder": _RISK,
    "replay.seed": _RISK,
    "determinism": _PART,
    "determinism.command": _RISK,
    "determinism.folder": _RISK,
    "determinism.seed": _RISK,
    "determinism.only": _asks(reverse(without), as_set),
    "overhead": _PART,
    "overhead.command": _RISK,
    "overhead.target": _RISK,
    "overhead.folder": _RISK,
    "overhead.max": _asks(at_most),
    "overhead.plant": _asks(at_most),
    "overhead.clock": _RISK,
    "overhead.rounds.first": _WORDS,
    "overhead.rounds.most": _WORDS,
    "overhead.counted": _PART,
    "overhead.counted.target": _RISK,
    "overhead.counted.max": _asks(at_most),
    "critical_paths": _PART,
    "critical_paths.min_proven": _asks(at_least),
    "critical_paths.mutants": _RISK,
    "critical_paths.renew": _WORDS,
    "critical_paths.runner": _RISK,
    "critical_paths.catalogue": Row(parts(ADDED, _LESS, ADDED), name=_named),
    "critical_paths.catalogue.*": _PART,
    "critical_paths.catalogue.*.path": _WORDS,
    "critical_paths.catalogue.*.fault": _WORDS,
    "critical_paths.catalogue.*.proven_by": _WORDS,
    "critical_paths.catalogue.*.mutant": _WORDS,
    "critical_paths.catalogue.*.critical": _asks(ranked(False, True)),
}


def elements(document: Document[Gate], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of the policy."""
    return elements_of(document, TABLE)
