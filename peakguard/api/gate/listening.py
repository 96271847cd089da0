"""A plugin of pytest that writes down what came of each test: `-p peakguard.api.gate.listening`."""

from __future__ import annotations

import json
import os
from typing import Any

from peakguard.runtime.fsops import write_atomic

RESULTS = "PEAKGUARD_GATE_RESULTS"
"""The variable that names the file."""

_found: dict[str, list[str]] = {}


def pytest_runtest_logreport(report: Any) -> None:
    """What happened in one phase of a test; with xdist the process that collects them hears of all."""
    if report.when == "call" or report.outcome != "passed":
        said = str(report.longrepr).strip().splitlines()[-1:] if report.outcome != "passed" else []
        _found[report.nodeid] = [_worse(report), *said]


def pytest_sessionfinish(session: Any) -> None:
    """Leave the results, as JSON."""
    path = os.environ.get(RESULTS)
    if path and not hasattr(session.config, "workerinput"):
        write_atomic(path, json.dumps(_found).encode(), durability="none")


def _worse(report: Any) -> str:
    """A test that passed and could not be taken down has failed."""
    earlier = _found.get(report.nodeid, ["passed"])[0]
    return "failed" if "failed" in (earlier, report.outcome) else str(report.outcome)
