"""The bootstrap interval of a median, without drawing a single sample."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import cache
from math import comb
from typing import NamedTuple


class Interval(NamedTuple):
    """A median and the ends of its interval."""

    median: float
    low: float
    high: float


def median_interval(values: Sequence[float], confidence: float) -> Interval:
    """The percentile bootstrap interval of the median of an odd number of values.

    The median of n values drawn with replacement is at most the k-th smallest exactly when more than half of the
    draws are among the k smallest, so its distribution is a sum of binomial terms (B. Efron, The Jackknife, the
    Bootstrap and Other Resampling Plans, 1982, section 10.3). Two gates that saw the same give the same verdict. Ends
    that fall between two values are taken outwards: to the nearer ones the interval would be too short for few values.
    Raises ValueError for an even number of values.
    """
    count = len(values)
    if count % 2 == 0:
        raise ValueError(f"{count} values have no single median")
    ordered = sorted(values)
    low, high = _places(count, (1 - confidence) / 2)
    return Interval(statistics.median(ordered), ordered[low], ordered[high])


@cache
def _places(count: int, tail: float) -> tuple[int, int]:
    """Places from 0 of the values beyond which at most the share `tail` of all bootstrap medians lies."""
    low = max((k for k in range(1, count + 1) if _share_up_to(k, count) <= tail), default=1)
    return low - 1, count - low


def _share_up_to(k: int, count: int) -> float:
    """The share of bootstrap medians that are at most the k-th smallest value."""
    p = k / count
    return sum(comb(count, j) * p**j * (1 - p) ** (count - j) for j in range(count // 2 + 1, count + 1))
