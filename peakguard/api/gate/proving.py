"""Running the tests that a catalogue names."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from peakguard.api.gate.listening import RESULTS
from peakguard.api.processes import Ended, run_to_end

_NOT_FOUND = re.compile(r"ERROR: (?:not found: |found no collectors for )(\S.*)")


class Told(NamedTuple):
    """What came of one named test: `passed`, `failed`, `skipped` or `not run`, and why."""

    state: str
    why: str = ""


class Tested(NamedTuple):
    """What came of every test that was asked for, and how pytest ended."""

    tests: Mapping[str, Told]
    ended: Ended


def run_tests(tests: Sequence[str], runner: str, root: str, environment: Mapping[str, str], seconds: float) -> Tested:
    """Run tests by their names; one of several cases has passed when no case fails and one passes.

    Markers that the project's settings deselect do not keep a test that is named here from running.
    """
    with tempfile.TemporaryDirectory(prefix="peakguard-gate-") as folder:
        results = os.path.join(folder, "results.json")
        words = shlex.split(runner)
        words = [sys.executable, *words[1:]] if words[:1] == ["python"] else words
        command = [*words, "-q", "-p", "peakguard.api.gate.listening", "-p", "no:cacheprovider", "-m", ""]
        given = {**environment, RESULTS: results}
        done = run_to_end([*command, *tests], root, given, seconds=seconds)
        gone = {test for test in tests for line in _NOT_FOUND.findall(done.out + done.errors) if line.endswith(test)}
        if gone and done.code == 4 and len(gone) < len(tests):
            # One name that is not there keeps pytest from running any.
            done = run_to_end([*command, *(each for each in tests if each not in gone)], root, given, seconds=seconds)
        found = _read(results)
    return Tested({test: _told(test, found, gone, done) for test in tests}, done)


def _told(test: str, found: Mapping[str, list[str]], gone: set[str], ended: Ended) -> Told:
    cases = [said for node, said in found.items() if node == test or node.startswith(f"{test}[")]
    failed = [said for said in cases if said[0] == "failed"]
    if failed:
        return Told("failed", failed[0][-1] if len(failed[0]) > 1 else "")
    if any(said[0] == "passed" for said in cases):
        return Told("passed")
    if cases:
        return Told("skipped", cases[0][-1])
    if ended.code is None:
        return Told("not run", "the budget was used up")
    return Told("not run", "there is no such test" if test in gone else f"pytest ended with {ended.code}")


def _read(path: str) -> dict[str, list[str]]:
    try:
        with open(path, "rb") as file:
            found: dict[str, list[str]] = json.loads(file.read())
    except (OSError, ValueError):
        return {}
    return found
