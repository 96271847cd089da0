"""How far policies act: `off`, `observe` or `enforce`; the weakest of several holds."""

from __future__ import annotations

import os
from collections.abc import Mapping

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

MODES = ("off", "observe", "enforce")
"""Weakest first."""


def environment_mode(environ: Mapping[str, str] = os.environ) -> str | None:
    """The master switch PEAKGUARD_MODE. Raises PeakguardError (PG2087) for a word that is none of the three."""
    word = environ.get("PEAKGUARD_MODE") or None
    if word is not None and word not in MODES:
        raise PeakguardError(codes.MODE_UNKNOWN, found=word, known=", ".join(MODES))
    return word


def weakest(*modes: str | None) -> str:
    """The weakest of some modes."""
    return min((mode for mode in modes if mode is not None), key=MODES.index)
