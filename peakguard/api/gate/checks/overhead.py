"""Guards cost no more than they may: by the clock, and by counted instructions as a second witness."""

from __future__ import annotations

import os
from typing import Any

from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.subject import Subject
from peakguard.api.overhead import counted
from peakguard.api.overhead.arms import command_arms
from peakguard.api.overhead.aside import answer
from peakguard.api.overhead.measure import CLOCKS, measure

_TODO = "Profile the guarded program; `peakguard show NAME` prints what a guard does around a call"
_NOISE = "Run it again when less else runs, or raise `rounds.most` and the budget; it never counts as passed"


def check(subject: Subject) -> Outcome:
    """Red where more is added than may be, and where the measurement does not show what it should have."""
    said = subject.table["overhead"]
    timed = _timed(subject, said)
    found = _words(timed, said)
    data: dict[str, Any] = {"time": timed, "instructions": None}
    if timed["verdict"] == "inconclusive":
        return Outcome("inconclusive", f"{timed['problem']}; {found}", _NOISE, _lines(timed), data)
    outcome = Outcome(timed["verdict"], found, "" if timed["verdict"] == "passed" else _TODO, _lines(timed), data)
    return _with_witness(subject, said["counted"], outcome, data) if said["counted"] is not None else outcome


def _timed(subject: Subject, said: dict[str, Any]) -> dict[str, Any]:
    numbers = {
        "limit": said["max"], "plant": said["plant"], "first": said["rounds"]["first"], "most": said["rounds"]["most"],
        "seconds": subject.left() - 1,
    }  # fmt: skip # a table
    if said["command"] is not None:
        folder = os.path.join(subject.root, said["folder"])
        arms = command_arms(said["command"], subject.root, folder, said["clock"], seconds=subject.left())

        def told(done: int, most: int) -> None:
            if done % 10 == 0:
                subject.told(f"overhead: round {done} of at most {most}")

        return measure(*arms, clock=CLOCKS[said["clock"]], told=told, **numbers).plain()
    asked = {"do": "time", "root": subject.root, "target": said["target"], "clock": said["clock"], **numbers}
    return answer(asked, subject.environment(), subject.left()).found


def _with_witness(subject: Subject, said: dict[str, Any], timed: Outcome, data: dict[str, Any]) -> Outcome:
    lacking = counted.lacking()
    if lacking is not None:
        found = f"{timed.found}; instructions skipped: {lacking}"
        return timed._replace(found=found)
    subject.told(f"overhead: counting instructions of {said['target']}")
    counts = counted.count(said["target"], subject.root, subject.environment(), subject.left())
    data["instructions"] = {**counts._asdict(), "added": counts.added, "max": said["max"]}
    found = f"{timed.found}; {counts.added:+.1%} instructions of {said['target']} (at most {said['max']:+.0%})"
    if not counts.is_valid:
        problem = f"the bare function took {counts.bare:,} and then {counts.control:,} instructions"
        return timed._replace(state="inconclusive", found=f"{problem}; {timed.found}", todo=_NOISE)
    if counts.exceeds(said["max"]):
        return timed._replace(state="failed", found=found, todo=_TODO)
    return timed._replace(found=found)


def _words(timed: dict[str, Any], said: dict[str, Any]) -> str:
    guarded = timed["guarded"]
    low, high = guarded["low"] - 1, guarded["high"] - 1
    return f"guards add {guarded['ratio'] - 1:+.1%} ({low:+.1%} to {high:+.1%}, at most {said['max']:+.1%})"


def _lines(timed: dict[str, Any]) -> tuple[str, ...]:
    """All three comparisons, so that a reader sees what the verdict rests on."""
    named = {"guarded": "guarded", "control": "the bare program against itself", "planted": "what was planted"}
    rows = [(says, timed[name]) for name, says in named.items()]
    return (
        f"{timed['rounds']} rounds in turns; 95 % intervals of the median ratio to the bare program",
        *(f"{says}: {row['ratio']:.4f} ({row['low']:.4f} to {row['high']:.4f})" for says, row in rows),
    )
