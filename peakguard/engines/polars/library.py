"""The one import of Polars, with one clear error where it is not installed."""

from __future__ import annotations

from types import ModuleType

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError


def polars() -> ModuleType:
    """The module. Raises PeakguardError (PG2004) where it is missing."""
    try:
        import polars as pl
    except ImportError as error:
        raise PeakguardError(codes.EXTRA_MISSING, feature="Validating data", package="polars", extra="data") from error
    return pl
