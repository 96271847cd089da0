"""Frames of other libraries in, and out again as what they were."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl


def to_polars(frame: Any) -> tuple[pl.DataFrame, Callable[[pl.DataFrame], Any]]:
    """The frame in Polars, and the way back. Raises PeakguardError (PG2006) for what is no frame."""
    library = polars()
    if isinstance(frame, library.DataFrame):
        return frame, lambda result: result
    if isinstance(frame, library.LazyFrame):
        return frame.collect(), lambda result: result.lazy()
    # Who passes a foreign frame has imported its library; asking for it must not.
    pandas, arrow = sys.modules.get("pandas"), sys.modules.get("pyarrow")
    if pandas is not None and isinstance(frame, pandas.DataFrame):
        return library.from_pandas(frame), lambda result: result.to_pandas()
    if arrow is not None and isinstance(frame, arrow.Table):
        return library.from_arrow(frame), lambda result: result.to_arrow()
    raise PeakguardError(codes.UNKNOWN_FRAME, type=type(frame).__name__)
