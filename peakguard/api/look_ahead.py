"""`peakguard verify --prefix-invariance`: whether a function of the project looks ahead in its data."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.pipeline.project import find_project
from peakguard.pipeline.settings import python_path_of
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.named import named

if TYPE_CHECKING:
    from peakguard.engines.polars.prefixes import Tried

CUTS = 24


def look_ahead(
    target: str, path: str, root: str | None, *, form: str, tolerance: float, cuts: Sequence[int], seed: int
) -> Tried:
    """Call `module:function` with the data of a file and with its first rows alone.

    Without `cuts` some are chosen: near the start and the end, and between them at random. Raises PeakguardError
    (PG2064) for a target that cannot be had or fails, and those of reading a file.
    """
    from peakguard.engines.polars.prefixes import try_cuts
    from peakguard.engines.polars.step_rows import read_steps

    data, _ = read_steps(path)
    function = _function(target, root)
    chosen = sorted({each for each in cuts if 0 < each < data.height}) or choose(data.height, seed)
    labels = next((name for name, kind in data.schema.items() if kind.is_temporal()), None)
    try:
        return try_cuts(function, data, chosen, form=form, tolerance=tolerance, labels=labels)
    except PeakguardError:
        raise
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        raise PeakguardError(codes.TARGET_NOT_TRIED, target=target, problem=problem) from error


def choose(rows: int, seed: int, number: int = CUTS) -> list[int]:
    """Where to cut: the last rows, where an unfinished bar would show, halves, and places at random."""
    draw = Random(seed)  # noqa: S311 # no secret
    fixed = {rows - 1, rows - 2, rows - 3, rows // 2, rows // 4, 3 * rows // 4, rows // 8}
    found = {each for each in fixed if 0 < each < rows}
    while len(found) < min(number, rows - 1):
        found.add(draw.randrange(1, rows))
    return sorted(found)


def _function(target: str, root: str | None) -> Any:
    project = find_project(root)
    # Last, so that no module of the project stands in for a library.
    sys.path += [os.path.join(project.root, folder) for folder in ("", *python_path_of(project.settings))]
    try:
        found = named(target)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
        raise PeakguardError(codes.TARGET_NOT_TRIED, target=target, problem=problem) from error
    if not callable(found):
        raise PeakguardError(codes.TARGET_NOT_TRIED, target=target, problem="it is no function")
    return found
