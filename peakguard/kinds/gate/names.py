"""The names of the checks that a gate can run: those of the files that do the checking."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parents[2] / "api" / "gate" / "checks"
ALL = "all"
"""In a profile: every check that there is."""


@cache
def check_names() -> tuple[str, ...]:
    """Every check, in the order in which they are run: the quick ones that others build on come first."""
    names = sorted(path.stem for path in _FOLDER.glob("*.py") if not path.stem.startswith("_"))
    return tuple(sorted(names, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST)))


_FIRST = ("policies", "documents", "locks", "diff", "rule_tests", "replay", "chaos", "critical_paths")
