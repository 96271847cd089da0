"""Events of whole runs, and of faults that are planted in them; the first part of `event_kinds`."""

from __future__ import annotations

from collections.abc import Mapping

from peakguard.runtime.event_kind import EventKind, Field

RUN_EVENTS: Mapping[str, EventKind] = {
    "run_started": EventKind(
        "A run of the program, or of a part of it, begins.",
        {"name": Field("string", "what the run is called", nullable=True)},
    ),
    "run_ended": EventKind(
        "A run is over.",
        {
            "name": Field("string", "what the run is called", nullable=True),
            "status": Field("string", "`ok`, `failed`, or `stopped` by whoever ran it"),
            "seconds": Field("number", "how long it took"),
            "error_type": Field("string", "class of the exception that ended it", nullable=True),
            "code": Field("string", "code of that exception, where it has one", nullable=True),
        },
    ),
    "run_recovered": EventKind(
        "A run ends well whose name the journal knows as failed.",
        {
            "name": Field("string", "what the run is called", nullable=True),
            "seconds": Field("number", "from the end of the first run that failed"),
            "failures": Field("integer", "how many runs failed in between"),
            "code": Field("string", "code of the first failure, where it had one", nullable=True),
        },
    ),
    "fault_injected": EventKind(
        "A fault that `peakguard chaos` has planted came, in a test profile.",
        {
            "scenario": Field("string", "name of the scenario"),
            "fault": Field("string", "name of the fault"),
            "place": Field("string", "the function it met, or `disk`, `clock`, `kill`"),
            "call": Field("integer", "number of the call, from 1"),
            "says": Field("string", "what happens"),
        },
    ),
    "run_repeated": EventKind(
        "A recorded run was made again, by `peakguard replay`.",
        {
            "repeated": Field("string", "id of the recorded run"),
            "verdict": Field("string", "`identical`, `diverged` or `not replayable`"),
            "place": Field("string", "the first difference, where there is one", nullable=True),
        },
    ),
    "gate_ended": EventKind(
        "A gate was run, by `peakguard gate`.",
        {
            "gate": Field("string", "name of its policy"),
            "profile": Field("string", "the profile that was run"),
            "verdict": Field("string", "`passed` or `failed`"),
            "red": Field("array", "the checks that failed or are undecided"),
            "seconds": Field("number", "how long all checks took"),
            "over_budget": Field("boolean", "whether that is longer than they may take"),
        },
    ),
}
