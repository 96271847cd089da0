"""What a gate says, element by element, and how a change of each is judged.

Producers have to pass it; consumers rely on what has passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from peakguard.kinds.gate.model import Gate
from peakguard.kinds.gate.model import Row as Proof
from peakguard.language.change import Direction, Element, Grade
from peakguard.language.document import Document
from peakguard.language.elements import NOT_COMPARED, Row, Table, as_set, elements_of, length
from peakguard.language.judges import (
    ADDED,
    GONE,
    LOST,
    RISKS,
    at_least,
    at_most,
    behaviour,
    breaks,
    guarantee,
    parts,
    ranked,
    risks,
    stated,
    without,
    words,
)

_STRICTER = Grade("tightens")
"""More has to be proven, and the gate itself says whether it is."""
_SKIPPED = RISKS._replace(direction="loosens")
_MORE = Row(guarantee(without), as_set)
"""The more of these, the more is looked at."""
_CHECK = Row(guarantee(stated))
_RISK = Row(risks)
_ALL = "all"


def _checks(old: Element | None, new: Element | None) -> Direction:
    """Checks of a profile; `all` holds every one."""
    before, after = (set(each.value) if each is not None else set() for each in (old, new))
    if (_ALL in before) != (_ALL in after):
        return "tightens" if _ALL in after else "loosens"
    return without(old, new)


def name_of(row: Proof) -> str:
    """What a row of the catalogue is known by."""
    return f"{row.path} {row.fault}"


TABLE: Table = {
    "profiles.*": Row(parts(ADDED, GONE)),
    "profiles.*.checks": Row(guarantee(_checks), as_set),
    "profiles.*.budget": Row(behaviour(at_most), length),
    "profiles.*.paths": Row(guarantee(ranked("critical", "all"))),
    "skip.*": Row(parts(_SKIPPED, _STRICTER)),
    "skip.*.reason": Row(words),
    "skip.*.until": _RISK,
    "diff.against": Row(breaks),
    "locks.files": _MORE,
    "rule_tests.min_coverage": Row(guarantee(at_least)),
    "chaos": _MORE,
    **dict.fromkeys(("replay", "determinism", "overhead", "overhead.counted", "critical_paths"), _CHECK),
    **{f"replay.{key}": _RISK for key in ("command", "run", "folder", "seed")},
    **{f"determinism.{key}": _RISK for key in ("command", "folder", "seed")},
    "determinism.only": Row(risks, as_set),
    **{f"overhead.{key}": _RISK for key in ("command", "target", "folder", "plant", "clock")},
    "overhead.max": Row(guarantee(at_most)),
    "overhead.rounds.first": _RISK,
    "overhead.rounds.most": _RISK,
    "overhead.counted.target": _RISK,
    "overhead.counted.max": Row(guarantee(at_most)),
    "critical_paths.min_proven": Row(guarantee(at_least)),
    **{f"critical_paths.{key}": _RISK for key in ("mutants", "renew", "runner")},
    "critical_paths.catalogue": Row(words, name=name_of),
    "critical_paths.catalogue.*": Row(parts(_STRICTER, LOST)),
    "critical_paths.catalogue.*.path": NOT_COMPARED,
    "critical_paths.catalogue.*.fault": NOT_COMPARED,
    "critical_paths.catalogue.*.proven_by": _RISK,
    "critical_paths.catalogue.*.mutant": Row(parts(_STRICTER, LOST, RISKS)),
    "critical_paths.catalogue.*.critical": Row(guarantee(ranked(False, True))),
}


def elements(document: Document[Gate], names: Mapping[str, str]) -> Iterator[Element]:
    """The elements of the policy."""
    return elements_of(document, TABLE)
