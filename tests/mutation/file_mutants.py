"""Faults put into the reading of data files on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Fault, Mutant

ENGINE = "peakguard/engines/polars"
ARROW = ("tests/unit/engines/test_arrow_file.py",)

FILES = [
    Mutant(
        "arrow-batches-anywhere",
        "what stands between two batches is not missed",
        f"{ENGINE}/arrow_file.py",
        "if not 0 <= after.offset - before.end < _PADDING:",
        "if False:",
        ARROW,
        "contracts: damaged files",
        Fault.DAMAGE,
    ),
    Mutant(
        "arrow-buffers-anywhere",
        "values are taken from wherever a batch says",
        f"{ENGINE}/arrow_batch.py",
        "if after not in [-(-(offset + length) // step) * step for step in _STEPS]:",
        "if False:",
        ARROW,
        "contracts: damaged files",
        Fault.DAMAGE,
    ),
    Mutant(
        "arrow-footer-is-trusted",
        "the schema of the footer is not held against the one at the beginning",
        f"{ENGINE}/arrow_file.py",
        "if not schema.equals(twin, check_metadata=True) or",
        "if",
        ARROW,
        "contracts: damaged files",
        Fault.DAMAGE,
    ),
]
