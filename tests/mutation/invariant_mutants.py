"""Faults put into invariants on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

KIND = "peakguard/kinds/invariants"
ENGINE = "peakguard/engines/polars"
AGREEMENT = ("tests/property/test_invariants_agreement.py",)
MONITOR = ("tests/functional/test_monitor.py",)
BOUND = ("tests/functional/test_invariants_bound.py",)
VERIFY = ("tests/functional/test_verify.py",)
BOUNDS = ("tests/unit/invariants",)

INVARIANTS = [
    Mutant(
        "monitor-keeps-a-loose-bound",
        "what is closer than before is not remembered",
        f"{KIND}/tally.py",
        "                self._nears[place] = measure",
        "                pass",
        BOUNDS,
    ),
    Mutant(
        "monitor-unknown-passes",
        "a limit that cannot be evaluated allows",
        f"{KIND}/tally.py",
        'if self.table["on_null"] == "pass":',
        "if True:",
        AGREEMENT,
    ),
    Mutant(
        "monitor-halt-is-forgotten",
        "the step after a halt is taken",
        f"{KIND}/monitor.py",
        "        self._broken.extend(error.breaches)",
        "        pass",
        (*MONITOR, *BOUND),
    ),
    Mutant(
        "monitor-grace-off-by-one",
        "one failure more is borne",
        f"{KIND}/tally.py",
        "return len(runs) < failures",
        "return len(runs) <= failures",
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "monitor-takes-nan",
        "finite floats are not looked at",
        f"{KIND}/intake.py",
        "{total} - {total} == 0.0",
        "True",
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "monitor-groups-share",
        "groups see each other",
        f"{KIND}/monitor_text.py",
        "        if not groups:\n            return self._plain",
        "        return self._plain",
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "monitor-wait-off-by-one",
        "a wait may last one step longer",
        f"{KIND}/monitor_text.py",
        "        while {waiting} and {waiting}[0] <= {clock} - {each.steps}:",
        "        while {waiting} and {waiting}[0] < {clock} - {each.steps}:",
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "monitor-end-is-not-judged",
        "what is asked at the end refuses nothing",
        f"{KIND}/monitor.py",
        "        if refused and verification.is_enforced:",
        "        if False:",
        (*MONITOR, *BOUND),
    ),
    Mutant(
        "monitor-one-for-all-objects",
        "every object has the same monitor",
        f"{KIND}/layer.py",
        "None if owner is None else roots[owner]",
        "None",
        BOUND,
    ),
    Mutant(
        "entry-after-the-call",
        "a state is refused after the call that it is asked ahead of",
        f"{KIND}/layer.py",
        'if watch["at"] == "entry":',
        "if False:",
        BOUND,
    ),
    Mutant(
        "query-counts-odd-rows",
        "rows with odd values are verified with the others",
        f"{ENGINE}/step_rows.py",
        "every.filter(~odd.select",
        "every if True else every.filter(~odd.select",
        (*AGREEMENT, *VERIFY),
    ),
    Mutant(
        "query-distance-of-zero-holds",
        "what is exactly at a strict bound counts as kept",
        f"{ENGINE}/step_totals.py",
        "    if found <= 0:\n        return None",
        "    if found < 0:\n        return None",
        BOUNDS,
    ),
    Mutant(
        "query-tolerance-twice",
        "twice the tolerance is borne",
        f"{ENGINE}/step_totals.py",
        "        if found > _SURELY_WITHIN:",
        "        if found > 2:",
        BOUNDS,
    ),
    Mutant(
        "query-wait-off-by-one",
        "a wait may last one step longer",
        f"{ENGINE}/steps.py",
        '(col("ended") - col(_CLOCK) <= steps)',
        '(col("ended") - col(_CLOCK) <= steps + 1)',
        BOUNDS,
    ),
    Mutant(
        "look-ahead-compares-the-end",
        "only the last row of a cut is compared",
        f"{ENGINE}/prefixes.py",
        "places = (~same).arg_true()",
        "places = (~same).tail(0).arg_true()",
        VERIFY,
    ),
    Mutant(
        "fold-of-a-list-that-was-changed",
        "a list of the same length is not looked at again",
        "peakguard/runtime/guarding/folds.py",
        " and elements[-1] is seen.last:",
        ":",
        ("tests/unit/runtime/guarding", "tests/functional/test_bindings.py"),
    ),
    Mutant(
        "monitor-wait-by-time-ends-too-early",
        "a wait that ends at the last moment counts as too late",
        f"{KIND}/timed_waits.py",
        'CLOCK_0 - {queue}[0][0] > {waits.length}:",',
        'CLOCK_0 - {queue}[0][0] >= {waits.length}:",',
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "monitor-time-goes-back",
        "a step with an earlier time turns the clock of waits back",
        f"{KIND}/monitor_text.py",
        'f"if {cell} is None or {time} > {cell}:"',
        'f"if {cell} is None or {time} != {cell}:"',
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "monitor-wait-of-a-group-ends-twice",
        "what was answered in time is told as too late when its time is over",
        f"{KIND}/timed_waits.py",
        '"    _w[1] = _w[2] = _w[3] = None",',
        '"    _w[2] = _w[2]",',
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "query-time-goes-back",
        "the query takes the times of the rows as they come",
        f"{ENGINE}/steps.py",
        ".cast(library.Int128).cum_max().alias(_CLOCK)",
        ".cast(library.Int128).alias(_CLOCK)",
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "query-wait-by-time-of-its-group-only",
        "what waits at the end of its group is late, though the time has not passed",
        f"{ENGINE}/steps.py",
        'late = missed.filter(library.lit(last, dtype=library.Int128) - col(_CLOCK) > each["length"])',
        "late = missed",
        (*AGREEMENT, *MONITOR),
    ),
    Mutant(
        "monitor-lets-a-second-caller-in",
        "a step is taken while another one is not over",
        f"{KIND}/monitor_text.py",
        '"        SHARED_0()",',
        '"        pass",',
        MONITOR,
    ),
]
