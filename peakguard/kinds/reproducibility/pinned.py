"""What Python and its libraries read once, when they start: hash seed, threads, time zone, locale."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any

THREADS = (
    "POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip # a table
"""The variables that bound native pools of threads."""


def variables(pin: Mapping[str, Any]) -> dict[str, str]:
    """The environment that a program must be started with."""
    return {
        "PYTHONHASHSEED": str(pin["hash_seed"]),
        **dict.fromkeys(THREADS, str(pin["threads"])),
        "TZ": pin["timezone"],
        "LC_ALL": pin["locale"],
    }


def missing(pin: Mapping[str, Any]) -> list[str]:
    """The variables that this process was not started with, each with what it should be."""
    if sys.flags.ignore_environment:
        return ["Python was told to ignore its environment (-E or -I)"]
    here = started_with()
    return [f"{name} is not {value}" for name, value in variables(pin).items() if here.get(name) != value]


def started_with() -> Mapping[str, str]:
    """The environment at the start of the process where the system tells it, else that of now."""
    # What a program sets later is too late, and must not pass for what it was started with.
    try:
        with open("/proc/self/environ", "rb") as file:
            pairs = file.read().split(b"\0")
    except OSError:
        return os.environ
    split = (pair.partition(b"=") for pair in pairs if pair)
    return {os.fsdecode(name): os.fsdecode(value) for name, _, value in split}
