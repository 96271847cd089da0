"""The file that a halted run leaves behind, as rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from peakguard.diagnostics import codes
from peakguard.engines.polars.library import polars
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    import polars as pl


def read_halt(path: str) -> pl.DataFrame:
    """The steps of the file. Raises PeakguardError (PG2003) for one that holds none."""
    try:
        with open(path, encoding="utf-8") as file:
            held = json.load(file)
        steps = held["steps"] if isinstance(held, dict) else held
        frame: pl.DataFrame = polars().DataFrame(steps, infer_schema_length=None)
    except FileNotFoundError:
        raise PeakguardError(codes.DATA_UNREADABLE, file=path, format="json", reason="there is no such file") from None
    except (OSError, ValueError, KeyError, TypeError, polars().exceptions.PolarsError) as error:
        raise PeakguardError(codes.DATA_UNREADABLE, file=path, format="json", reason=str(error)[:200]) from error
    return frame
