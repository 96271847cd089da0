"""`run`: a block whose every event and error carries the same ids."""

from __future__ import annotations

from peakguard.runtime.context.run import Run


def run(name: str | None = None, *, run_id: str | None = None, **baggage: object) -> Run:
    """Open a run, as `with peakguard.run("nightly", desk="fx") as run:`, or `async with`.

    The run has a new `run_id`, unless one is given, and a trace: that of the run around it, else the one that
    the environment names (TRACEPARENT), else a new one. Baggage travels to everything the run calls, in
    plain text: no secrets. Raises ValueError for a `run_id` that is no UUID and for a key no header can carry.
    """
    return Run(name, run_id, baggage)
