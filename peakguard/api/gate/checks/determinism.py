"""A program gives the same whatever is changed around it."""

from __future__ import annotations

import json
from typing import Any

from peakguard.api.gate.outcome import Outcome
from peakguard.api.gate.subject import Subject
from peakguard.api.overhead.arms import split


def check(subject: Subject) -> Outcome:
    """Red where the result depends on something that is changed, or the program cannot be run."""
    said = subject.table["determinism"]
    only = [word for each in said["only"] for word in ("--only", each)]
    words = ["--root", subject.root, "--seed", str(said["seed"]), *only, "--format", "json"]
    done = subject.peakguard("determinism", *words, "--", *split(said["command"]), folder=said["folder"])
    if done.code is None:
        return Outcome("failed", "it was stopped: the budget is used up", "Name fewer changes in `only`")
    try:
        rows: list[dict[str, Any]] = json.loads(done.out)["findings"]
    except ValueError:
        return Outcome("failed", done.last_words, "Run `peakguard determinism`", tuple(done.errors.splitlines()))
    wrong = [each for each in rows if each["first"] is not None]
    if not wrong:
        return Outcome("passed", f"the same under {len(rows)} changes")
    lines = tuple(f"{each['perturbation']}: {each['first']['artifact']}, {each['says']}" for each in wrong)
    found = f"depends on {', '.join(each['perturbation'] for each in wrong)}"
    return Outcome("failed", found, "`peakguard determinism` shows the first place that differs", lines)
