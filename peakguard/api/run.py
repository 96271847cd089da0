"""`run`: a block whose every event and error carries the same ids."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from peakguard.runtime.context.run import Run


def run(
    name: str | None = None,
    *,
    run_id: str | None = None,
    seed: int | None = None,
    level: str | None = None,
    **baggage: object,
) -> Run:
    """Open a run, as `with peakguard.run("nightly", desk="fx") as run:`, or `async with`.

    The run has a new `run_id`, unless one is given, and a trace: that of the run around it, else the one that
    the environment names (TRACEPARENT), else a new one. Baggage travels to everything the run calls, in
    plain text: no secrets. With `seed` it is a run under the default policies, as `policies.run(seed=42)`. Raises
    ValueError for a `run_id` that is no UUID and for a key no header can carry; with `seed` also PeakguardError
    (PG2100) where the `level` cannot be reached, and PolicyError for policies with errors.
    """
    if seed is None and level is None:
        return Run(name, run_id, baggage)
    from peakguard.api.policies import default_policies

    return default_policies().run(name, run_id=run_id, seed=seed, level=level, **baggage)


def checkpoint(name: str, value: Any) -> str:
    """Name a result on the way, so that two runs can be compared there; gives the digest of its content.

    As `run.checkpoint`, for code that does not hold the run. Raises PeakguardError (PG2103) for a value that cannot be
    compared.
    """
    digest: str = import_module("peakguard.kinds.reproducibility.checkpoints").checkpoint(name, value)
    return digest
