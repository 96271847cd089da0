"""A reference run gives the same when it is made once more."""

from __future__ import annotations

import json
from typing import Any

from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.subject import Subject
from peakguard.api.overhead.arms import split
from peakguard.api.processes import Ended
from peakguard.api.recorded_runs import forgotten, recorded_runs

_STATES: dict[str, Any] = {"identical": "passed", "diverged": "failed"}


def check(subject: Subject) -> Outcome:
    """Red where the repetition differs, or cannot be made."""
    said = subject.table["replay"]
    run = said["run"]
    if said["command"] is not None:
        recorded = _recorded(subject, said)
        if isinstance(recorded, Outcome):
            return recorded
        run = recorded
    subject.told("replay: once more")
    done = subject.peakguard("replay", run, "--root", subject.root, "--format", "json")
    if done.code is None:
        return _too_long("the repetition")
    try:
        made: dict[str, Any] = json.loads(done.out)
    except ValueError:
        return Outcome("failed", done.last_words, f"Run `peakguard replay {run}`", tuple(done.errors.splitlines()))
    if made["verdict"] == "identical" and said["command"] is not None:
        forgotten(run, subject.root)  # one that differs is kept as evidence
    return _outcome(run, made)


def _recorded(subject: Subject, said: dict[str, Any]) -> str | Outcome:
    """The id of a run that is recorded now, or why there is none."""
    subject.told("replay: the reference run")
    before = {each["run_id"] for each in recorded_runs(subject.root)}
    words = ["run", "--root", subject.root, "--seed", str(said["seed"]), "--", *split(said["command"])]
    done = subject.peakguard(*words, folder=said["folder"])
    if done.code is None:
        return _too_long("the reference run")
    new = [each["run_id"] for each in recorded_runs(subject.root) if each["run_id"] not in before]
    if done.code or not new:
        return _broken(done, " ".join(("peakguard", *words[3:])))
    return str(new[-1])


def _outcome(run: str, made: dict[str, Any]) -> Outcome:
    verdict = made["verdict"]
    if verdict == "identical":
        return Outcome("passed", "identical", data=made)
    first = made["first"]
    found = f"{first['artifact']} differs: {first['left']} and then {first['right']}" if first else verdict
    todo = f"`peakguard replay {run}` shows it; `peakguard determinism -- …` names what it depends on"
    if verdict == "not replayable":
        return Outcome("failed", f"not replayable: {made['missing'][0]}", "Record it again", tuple(made["missing"]))
    return Outcome("failed", found, todo, data=made)


def _broken(done: Ended, command: str) -> Outcome:
    found = f"the reference run ended with {done.code}: {done.last_words}"
    return Outcome("failed", found, f"Run `{command}`", tuple(done.errors.splitlines()[-20:]))


def _too_long(what: str) -> Outcome:
    return Outcome("failed", f"{what} was stopped: the budget is used up", "Take a shorter run, or raise the budget")
