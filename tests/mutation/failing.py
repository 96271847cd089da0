"""A plugin of pytest that writes the node ids of the tests that failed, one a line, to the file that it is told."""

from __future__ import annotations

import os

import pytest
from hypothesis import Phase, settings

FILE = "PEAKGUARD_FAILED_TESTS"
# That a law is broken is all that is asked here: nobody reads a shrunk example, and finding it takes minutes.
settings.register_profile("mutants", phases=(Phase.explicit, Phase.generate), database=None)
settings.load_profile("mutants")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test that failed, in its setup and teardown too."""
    if report.failed:
        with open(os.environ[FILE], "a", encoding="utf-8") as file:
            file.write(f"{report.nodeid}\n")
