"""Proposes values with an SMT solver, z3: the rules of a policy become formulas over values that are not known yet.

All modules here but this one import z3, so they are imported only where `is_installed` has said that it is there.
"""

from __future__ import annotations

from importlib.util import find_spec


def is_installed() -> bool:
    """Whether the extra `prove` is installed."""
    return find_spec("z3") is not None
