"""Which modules each command really loads, asked in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.policies import CONTRACT, ERRORS

HEAVY = {"polars", "pyarrow", "pandas", "pydantic", "yaml", "jsonschema", "structlog", "tenacity", "asyncio", "numpy"}
HEAVY |= {"sqlglot", "duckdb"}
SLOW_START = {
    *HEAVY,
    "ast",
    "dataclasses",
    "inspect",
    "tomllib",
    "difflib",
    "pathlib",
    "importlib.metadata",
    "unicodedata",
}
_PRINT = "import sys; print(*sorted(m for m in sys.modules), file=sys.stderr)"


def modules(code: str, cwd: Path) -> set[str]:
    """The modules that are loaded after some code ran."""
    script = f"import sys\ntry:\n    exec({code!r})\nfinally:\n    exec({_PRINT!r})\n"
    result = subprocess.run([sys.executable, "-c", script], cwd=cwd, capture_output=True, text=True, check=False)
    assert "Traceback" not in result.stderr, result.stderr
    return set(result.stderr.split())


def bare() -> set[str]:
    """What Python itself loads here (site-packages may bring a .pth file)."""
    return modules("pass", Path.cwd())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"policies/errors.yaml": ERRORS, "contracts/bars.yaml": CONTRACT}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    (tmp_path / "data.csv").write_text("symbol,high,low\nA,2,1\n")
    return tmp_path


def test_importing_peakguard_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = modules("import peakguard", tmp_path) - bare()
    assert not loaded & SLOW_START
    assert {name for name in loaded if name.startswith("peakguard.")} == set()


def test_naming_every_public_name_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = modules("import peakguard\nfor n in peakguard.__all__: getattr(peakguard, n)", tmp_path)
    assert not (loaded - bare()) & HEAVY


def test_a_cold_check_loads_no_data_library(project: Path) -> None:
    loaded = modules("from peakguard.cli import main; main(['check'])", project)
    assert not loaded & (HEAVY - {"yaml", "pydantic"})


def test_a_cached_check_loads_no_parser_and_no_model(project: Path) -> None:
    modules("from peakguard.cli import main; main(['check'])", project)
    loaded = modules("from peakguard.cli import main; main(['check'])", project)
    assert not (loaded - bare()) & SLOW_START


def test_load_from_the_artefact_loads_no_compiler(project: Path) -> None:
    modules("import peakguard; peakguard.load()", project)
    loaded = modules("import peakguard; peakguard.load().contract('bars')", project)
    assert not (loaded - bare()) & HEAVY
    compiler = ("peakguard.syntax", "peakguard.language", "peakguard.expression")
    assert [name for name in loaded if name.startswith(compiler) and name != "peakguard.syntax.limits"] == [
        "peakguard.syntax"
    ]


CONFIG = "peakguard: 1\nkind: config\nname: app\nversion: 1.0.0\nfiles: [app.toml]\nsections: {limit: int64}\n"


def test_a_program_reads_its_configuration_without_models_and_parsers_of_policies(project: Path) -> None:
    (project / "policies" / "app.yaml").write_text(CONFIG)
    (project / "app.toml").write_text("limit = 3\n")
    modules("import peakguard; peakguard.load()", project)
    loaded = modules("import peakguard; peakguard.load().registry('app').current.config.limit", project)
    assert not (loaded - bare()) & (HEAVY | {"ast", "tomllib"})
    assert not {name for name in loaded if name.startswith(("peakguard.language", "peakguard.expression"))}


def test_the_expression_language_loads_no_back_end(tmp_path: Path) -> None:
    loaded = modules("import peakguard.expression", tmp_path) - bare()
    assert not {name for name in loaded if name.startswith(("sqlglot", "polars", "peakguard.expression.emit"))}


@pytest.mark.parametrize("module", ["peakguard.runtime.policy_set", "peakguard.kinds.contract.runtime"])
def test_what_runs_is_light(module: str, tmp_path: Path) -> None:
    loaded = modules(f"import {module}", tmp_path) - bare()
    assert not loaded & HEAVY
    assert not {name for name in loaded if name.startswith(("peakguard.language", "peakguard.expression"))}


@pytest.mark.parametrize(
    "code", ["from peakguard.runtime import context, events", "import peakguard\nwith peakguard.run(): pass"]
)
def test_a_run_context_is_light(code: str, tmp_path: Path) -> None:
    """Errors ask for it wherever they are raised, also in programs without threads."""
    loaded = modules(code, tmp_path) - bare()
    assert not loaded & {*SLOW_START, "threading", "concurrent.futures", "random", "uuid", "urllib.parse", "logging"}
