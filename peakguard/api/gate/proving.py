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
_USAGE = 4
"""How pytest ends where a name is not there."""


class Told(NamedTuple):
    """What came of one named test: `passed`, `failed`, `skipped` or `not run`, and why."""

    state: str
    why: str = ""


class RanTests(NamedTuple):
    """What came of every test that was asked for, and how pytest ended."""

    tests: Mapping[str, Told]
    ended: Ended


def run_tests(tests: Sequence[str], runner: str, root: str, environment: Mapping[str, str], seconds: float) -> RanTests:
    """Run tests by their names; one of several cases has passed when no case fails and one passes.

    Markers that the project's settings deselect do not keep a test that is named here from running. Of a test with a
    case in its name all cases are run: pytest runs nothing at all where one name is not there.
    """
    with tempfile.TemporaryDirectory(prefix="peakguard-gate-") as folder:
        results = os.path.join(folder, "results.json")
        words = shlex.split(runner)
        words = [sys.executable, *words[1:]] if words[:1] == ["python"] else words
        command = [*words, "-q", "-p", "peakguard.api.gate.listening", "-p", "no:cacheprovider", "-m", ""]
        given = {**environment, RESULTS: results}
        done = run_to_end([*command, *_names(tests, ())], root, given, seconds=seconds)
        gone = _NOT_FOUND.findall(done.out + done.errors)
        if done.code == _USAGE and (rest := _names(tests, gone)):
            done = run_to_end([*command, *rest], root, given, seconds=seconds)
        found = _read(results)
    return RanTests({test: _told(test, found, done) for test in tests}, done)


def _names(tests: Sequence[str], gone: Sequence[str]) -> list[str]:
    """Tests without their cases, each once, but those that end a line of pytest."""
    names = dict.fromkeys(test.partition("[")[0] for test in tests)
    return [name for name in names if not any(line.endswith(name) for line in gone)]


def _told(test: str, found: Mapping[str, list[str]], ended: Ended) -> Told:
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
    return Told("not run", "there is no such test" if ended.code in (0, 1) else ended.last_words)


def _read(path: str) -> dict[str, list[str]]:
    try:
        with open(path, "rb") as file:
            found: dict[str, list[str]] = json.loads(file.read())
    except (OSError, ValueError):
        return {}
    return found
