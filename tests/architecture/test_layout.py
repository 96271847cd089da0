"""The layout shows the architecture: sizes, names, and one home for every kind of thing."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

from peakguard.language.registry import kind_names

PACKAGE = Path(__file__).resolve().parents[2] / "peakguard"
GENERATED = {"catalog.py", "codes.py"}
SOURCES = [path for path in PACKAGE.rglob("*.py") if path.name not in GENERATED and path.name != "__init__.py"]
VAGUE = {"utils.py", "helpers.py", "common.py", "manager.py", "base.py", "misc.py"}


def test_files_are_short() -> None:
    lengths = [len(path.read_text().splitlines()) for path in SOURCES]
    assert statistics.median(lengths) < 100
    assert max(lengths) <= 300


def test_functions_are_of_one_thought() -> None:
    long = [
        f"{path.name}:{node.name}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= 45
    ]
    assert long == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path.name for path in SOURCES if path.name in VAGUE] == []


def test_every_kind_has_its_model_page_and_cases() -> None:
    for kind in kind_names():
        folder = PACKAGE / "kinds" / kind
        assert (folder / "README.md").is_file(), kind
        assert any((folder / "cases" / "valid").iterdir()), kind
        assert any((folder / "cases" / "invalid").iterdir()), kind


def test_files_are_written_in_one_place_only() -> None:
    """Everything that changes the disk goes through runtime/fsops."""
    calls = ("os.replace", "os.rename", "os.unlink", "os.mkdir", "os.fsync", "write_text(", "write_bytes(")
    writers = (*calls, ', "wb")', ', "w")')
    found = [
        f"{path.relative_to(PACKAGE)}: {writer}"
        for path in SOURCES
        for writer in writers
        if writer in path.read_text() and path.name != "fsops.py"
    ]
    assert found == []


def test_polars_is_imported_in_the_engines_only() -> None:
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            is_heavy = any(name.partition(".")[0] in {"polars", "pyarrow", "pandas"} for name in names)
            if is_heavy and "engines" not in path.parts:
                found.append(str(path.relative_to(PACKAGE)))
    assert sorted(set(found)) == ["kinds/contract/runtime.py"]  # for type checkers only
