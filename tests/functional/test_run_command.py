"""`peakguard run` and the pytest plugin: a program runs as Python runs it, and under its bindings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.conftest import Project, Run
from tests.functional.policies import SHOP

BINDINGS = """\
peakguard: 1
kind: bindings
name: program
version: 1.0.0
bindings:
  - {target: 'app.rates:rate', name: rate, returns: {type: float64, ge: 0}}
  - {target: 'main:double', returns: {type: float64, le: 100}}
"""
RATES = "def rate(text):\n    if text == 'none':\n        raise KeyError(text)\n    return float(text)\n"
MAIN = """\
'What the program says.'
from __future__ import annotations
import json, os, sys
from app.rates import rate

def double(text) -> Undefined:
    return 2 * rate(text)

if __name__ == "__main__":
    told = os.environ.get("PYDANTIC_DISABLE_PLUGINS")
    print(json.dumps([sys.argv, __file__, __doc__, __package__, sys.path[0], told]))
    print(double(sys.argv[1]))
    sys.exit(int(sys.argv[2]))
"""
FILES: dict[str, str | bytes] = {
    "policies/program.yaml": BINDINGS,
    "policies/errors.yaml": SHOP,
    "app/__init__.py": "",
    "app/rates.py": RATES,
    "main.py": MAIN,
}


@pytest.mark.parametrize("words", [["main.py"], ["-m", "main"], ["./main.py"]])
def test_a_program_runs_as_python_runs_it(words: list[str], peakguard: Run, project: Project) -> None:
    root = project(FILES)
    bare = subprocess.run([sys.executable, *words, "1.5", "7"], cwd=root, capture_output=True, text=True, check=False)
    guarded = peakguard("run", "--", sys.executable, *words, "1.5", "7", cwd=root)
    assert (guarded.stdout, guarded.returncode) == (bare.stdout, bare.returncode)
    assert guarded.returncode == 7
    assert guarded.stderr == ""


def test_a_program_given_as_text_runs(peakguard: Run, project: Project) -> None:
    code = "import sys; from app.rates import rate; print(sys.argv, rate('-1'))"
    result = peakguard("run", "--", "python", "-c", code, "a", cwd=project(FILES))
    assert result.returncode == 1
    assert "PG2085" in result.stderr


@pytest.mark.parametrize(
    ("value", "code", "said"),
    [("-1", 1, "rate, returns.ge"), ("60", 1, "main:double, returns.le"), ("none", 65, "SH-1001")],
)
def test_a_program_that_breaks_a_demand_dies_of_it(
    value: str, code: int, said: str, peakguard: Run, project: Project
) -> None:
    result = peakguard("run", "--", "python", "main.py", value, "0", cwd=project(FILES))
    assert result.returncode == code
    assert said in result.stderr
    # The traceback begins in the program.
    first = next(line for line in result.stderr.splitlines() if line.startswith("  File"))
    assert 'main.py", line' in first


def test_a_binding_of_what_the_program_does_not_have_runs_nothing(peakguard: Run, project: Project) -> None:
    root = project({**FILES, "policies/program.yaml": BINDINGS.replace("main:double", "main:doubel")})
    result = peakguard("run", "--", "python", "main.py", "1", "0", cwd=root)
    assert result.returncode == 2
    assert "PG2081" in result.stderr
    assert "`double`" in result.stderr
    assert (result.stdout, "Traceback" in result.stderr) == ("", False)


def test_a_binding_of_what_the_program_never_comes_to_have_is_said(peakguard: Run, project: Project) -> None:
    program = "class Desk:\n    pass\nprint('ran')\n"
    binding = BINDINGS.replace("main:double", "late:Desk.sell")
    root = project({**FILES, "policies/program.yaml": binding, "late.py": program})
    result = peakguard("run", "--", "python", "late.py", cwd=root)
    assert result.stdout == "ran\n"
    assert "late:Desk.sell was never guarded" in result.stderr


def test_a_misspelt_binding_ends_an_import_in_few_lines(peakguard: Run, project: Project) -> None:
    root = project({**FILES, "policies/program.yaml": BINDINGS.replace("rates:rate", "rates:rat")})
    result = peakguard("run", "--", "python", "main.py", "1", "0", cwd=root)
    assert result.returncode == 1
    assert "PG2081" in result.stderr
    assert sum("guarding" in line for line in result.stderr.splitlines() if line.startswith("  File")) == 1


def test_a_program_inside_a_package_is_what_its_binding_names(peakguard: Run, project: Project) -> None:
    binding = BINDINGS.replace("main:double", "app.main:double")
    root = project({**FILES, "policies/program.yaml": binding, "app/main.py": MAIN})
    result = peakguard("run", "--", "python", "-m", "app.main", "60", "0", cwd=root)
    assert (result.returncode, "app.main:double, returns.le" in result.stderr) == (1, True)
    by_path = peakguard("run", "--", "python", "app/main.py", "60", "0", cwd=root, PYTHONPATH=str(root))
    assert (by_path.returncode, "app.main:double, returns.le" in by_path.stderr) == (1, True)


def test_an_interpreter_without_peakguard_is_refused(peakguard: Run, project: Project) -> None:
    other = "#!/bin/sh\nexit 1\n"
    root = project({**FILES, "bin/python": other})
    (root / "bin" / "python").chmod(0o755)
    result = peakguard("run", "--", "bin/python", "main.py", "1", "0", cwd=root)
    assert result.returncode == 2
    assert "PG2088" in result.stderr


def test_flags_of_the_interpreter_are_kept(peakguard: Run, project: Project) -> None:
    files = {**FILES, "flags.py": "import sys\nprint(sys.flags.dev_mode, sys.flags.optimize, sys.warnoptions[-1])\n"}
    result = peakguard("run", "--", "python", "-X", "dev", "-O", "-Werror", "flags.py", cwd=project(files))
    assert result.stdout.split() == ["True", "1", "error"]


def test_python_itself_runs_peakguard(project: Project) -> None:
    words = [sys.executable, "-m", "peakguard", "run", "--", "main.py", "-1", "0"]
    result = subprocess.run(words, cwd=project(FILES), capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "PG2085" in result.stderr


def test_the_report_says_what_became_of_every_binding(peakguard: Run, project: Project) -> None:
    result = peakguard("run", "--report", "--mode", "observe", "--", "python", "main.py", "-1", "0", cwd=project(FILES))
    assert result.returncode == 0
    assert [line for line in result.stderr.splitlines() if line.startswith("peakguard:")] == [
        "peakguard: app.rates:rate: attached, observe",
        "peakguard: main:double: attached, observe",
    ]


def test_a_critical_binding_that_guarded_nothing_is_said(peakguard: Run, project: Project) -> None:
    files = {**FILES, "policies/program.yaml": BINDINGS + "  - {target: 'app.gone:x', critical: true, trace: true}\n"}
    result = peakguard("run", "--", "python", "main.py", "1", "0", cwd=project(files))
    assert result.returncode == 0
    assert "app.gone:x" in result.stderr


@pytest.mark.parametrize(
    "words", [[], ["make"], ["python"], ["python", "-"], ["gone.py"], ["python", "-m", "gone.module"], ["data.csv"]]
)
def test_what_is_no_program_is_refused(words: list[str], peakguard: Run, project: Project) -> None:
    result = peakguard("run", "--", *words, cwd=project({**FILES, "data.csv": "a\n"}))
    assert result.returncode == 2
    assert "PG2088" in result.stderr
    assert "Traceback" not in result.stderr


def test_policies_with_errors_run_nothing(peakguard: Run, project: Project) -> None:
    files = {**FILES, "policies/program.yaml": BINDINGS.replace("ge: 0", "gee: 0")}
    result = peakguard("run", "--", "python", "main.py", "1", "0", cwd=project(files))
    assert result.returncode == 2
    assert "PG204" in result.stderr
    assert result.stdout == ""


def test_the_master_switch_turns_all_of_it_off(peakguard: Run, project: Project) -> None:
    result = peakguard("run", "--", "python", "main.py", "-1", "0", cwd=project(FILES), PEAKGUARD_MODE="off")
    assert (result.returncode, result.stdout.splitlines()[-1]) == (0, "-2.0")


TEST = """\
import pytest
from app.rates import rate

def test_rate():
    assert rate("1.5") == 1.5

def test_negative():
    with pytest.raises(Exception, match="PG2085"):
        rate("-1")
"""


def test_tests_of_a_program_run_under_its_bindings(project: Project) -> None:
    root = project({**FILES, "test_rates.py": TEST})
    words = [sys.executable, "-m", "pytest", "-p", "peakguard", "-p", "no:cacheprovider", "test_rates.py"]
    result = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    assert "peakguard: 2 bindings enforce" in result.stdout
    assert "never imported, so not guarded: main:double" in result.stdout
    observed = subprocess.run(
        [*words, "--peakguard-mode=observe"], cwd=root, capture_output=True, text=True, check=False
    )
    assert "1 failed, 1 passed" in observed.stdout


def test_a_plugin_that_cannot_guard_says_so_without_a_traceback(project: Project) -> None:
    for broken in (BINDINGS.replace("ge: 0", "gee: 0"), BINDINGS.replace("rates:rate", "rates:rat")):
        root = project({**FILES, "policies/program.yaml": broken, "test_rates.py": TEST, "conftest.py": ""})
        words = [sys.executable, "-c", "import sys, app.rates, pytest; sys.exit(pytest.main(sys.argv[1:]))"]
        result = subprocess.run([*words, "-p", "peakguard"], cwd=root, capture_output=True, text=True, check=False)
        assert result.returncode == 4
        assert "PG20" in result.stderr
        assert "Traceback" not in result.stderr + result.stdout


def test_the_plugin_costs_nothing_to_who_does_not_ask_for_it(tmp_path: Path) -> None:
    code = "import peakguard, sys; print('pytest' in sys.modules, 'peakguard.api.pytest_plugin' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "False"]
    assert os.listdir(tmp_path) == []
