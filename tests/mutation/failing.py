"""A plugin of pytest that writes the node ids of the tests that failed, one a line, to the file that it is told."""

from __future__ import annotations

import os

import pytest

FILE = "PEAKGUARD_FAILED_TESTS"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note a test that failed, in its setup and teardown too."""
    if report.failed:
        with open(os.environ[FILE], "a", encoding="utf-8") as file:
            file.write(f"{report.nodeid}\n")
