"""How the command ends when something outside the policies goes wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import COMMAND, Project
from tests.functional.policies import PROJECT

CSV = "symbol,high,low\nA,1.0,2.0\n"


def run_after(preparation: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command in a Python in which something was prepared first."""
    program = f"import sys\n{preparation}\nsys.argv = ['peakguard', *{arguments!r}]\nimport runpy\n"
    program += "runpy.run_module('peakguard', run_name='__main__')\n"
    return subprocess.run([sys.executable, "-c", program], cwd=cwd, capture_output=True, text=True, check=False)


def test_a_missing_extra_is_one_error_that_names_it(project: Project) -> None:
    root = project({**PROJECT, "bars.csv": CSV})
    result = run_after("sys.modules['polars'] = None", "validate", "bars", "bars.csv", cwd=root)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error[PG2004]")
    assert "peakguard[data]" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_check_needs_no_extra(project: Project) -> None:
    result = run_after("sys.modules['polars'] = None", "check", cwd=project(PROJECT))
    assert (result.returncode, result.stdout) == (0, "checked 2 files: no findings\n")


@pytest.mark.parametrize("command", ["check", "docs"])
def test_a_fault_of_ours_is_a_report_to_paste(project: Project, command: str) -> None:
    preparation = f"import peakguard.cli.{command} as c\nc.run = lambda options: 1 / 0"
    result = run_after(preparation, command, cwd=project(PROJECT))
    assert result.returncode == 3
    assert result.stderr.startswith("peakguard has a fault")
    for wanted in ("Python 3.", f"['{command}']", "ZeroDivisionError"):
        assert wanted in result.stderr


def test_an_interrupt_ends_without_a_traceback(project: Project) -> None:
    preparation = "import peakguard.cli.check as c\ndef run(options): raise KeyboardInterrupt\nc.run = run"
    result = run_after(preparation, "check", cwd=project(PROJECT))
    assert (result.returncode, result.stderr) == (130, "")


def test_a_reader_that_goes_away_is_no_fault(project: Project) -> None:
    root = project({**PROJECT, "contracts/broken.yaml": "a: 1"})
    with subprocess.Popen([COMMAND, "check"], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""
