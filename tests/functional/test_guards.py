"""`guards` in pyproject.toml: a module with the project's errors, and a stub that makes type checkers know them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import peakguard as peakguard_package
from tests.functional.conftest import Run
from tests.unit.runtime.failure.catalog import CATALOG

USE = """\
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from app import guards


def right() -> None:
    raise guards.error("SH-1001", symbol="ACME", price=1.5)


def every() -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    raise guards.error(
        "SH-1002", a=True, b=1, c=1.5, d=Decimal("1.5"), e="x", f=date(2026, 1, 2), g=moment, h=timedelta(1)
    )


def caught() -> str:
    try:
        right()
    except guards.PriceNotPositive as error:
        return error.symbol.lower() + error.code
    return ""
"""
WRONG = [
    'raise guards.error("SH-1101", symbol="ACME", price=1.5)',
    'raise guards.error("SH-1000", symbol="ACME", price=1.5)',
    'raise guards.error("SH-1001", symbol="ACME")',
    'raise guards.error("SH-1001", symbol="ACME", price="1.5")',
    'raise guards.error("SH-1001", symbl="ACME", price=1.5)',
    "raise guards.PriceNotPostive()",
    'raise guards.PriceNotPositive(symbol="ACME")',
]


@pytest.fixture
def root(peakguard: Run, tmp_path: Path) -> Path:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "errors.yaml").write_text(CATALOG)
    (tmp_path / "pyproject.toml").write_text('[tool.peakguard]\nguards = "src/app/guards.py"\n')
    (tmp_path / "src" / "app").mkdir(parents=True)
    (tmp_path / "src" / "app" / "__init__.py").write_text("")
    result = peakguard("docs", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert peakguard("docs", "--check", cwd=tmp_path).returncode == 0
    return tmp_path


def faults(root: Path, text: str) -> list[str]:
    (root / "src" / "app" / "use.py").write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", "app/use.py"]
    # An editable install may be one that type checkers cannot follow.
    environment = {**os.environ, "MYPYPATH": str(Path(peakguard_package.__file__).parents[1])}
    found = subprocess.run(command, cwd=root / "src", env=environment, capture_output=True, text=True, check=False)
    own = [line for line in found.stdout.splitlines() if line.startswith("app/use.py:")]
    return list(dict.fromkeys(line.split(":")[1] for line in own if ": error:" in line))


@pytest.mark.slow
def test_type_checkers_know_codes_context_and_classes(root: Path) -> None:
    assert faults(root, USE) == []
    start = USE.count("\n") + 1
    bad = "".join(f"\n\ndef wrong_{place}() -> None:\n    {line}\n" for place, line in enumerate(WRONG))
    assert faults(root, USE + bad) == [str(start + 3 + 4 * place) for place in range(len(WRONG))]


def test_the_module_finds_its_policies_from_anywhere(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (root / "src" / "app" / "use.py").write_text(USE)
    script = f"import sys; sys.path.insert(0, {str(root / 'src')!r}); from app import use; print(use.caught())"
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    found = subprocess.run([sys.executable, "-c", script], cwd=elsewhere, capture_output=True, text=True, check=True)
    assert found.stdout == "acmeSH-1001\n"


@pytest.mark.parametrize("path", ["../guards.py", "/guards.py", "guards", "src/my app/guards.py", 3])
def test_a_place_that_is_none_is_a_finding(peakguard: Run, tmp_path: Path, path: object) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "errors.yaml").write_text(CATALOG)
    (tmp_path / "pyproject.toml").write_text(f"[tool.peakguard]\nguards = {path!r}\n")
    result = peakguard("check", cwd=tmp_path)
    assert result.returncode != 0
    assert "guards" in result.stdout
