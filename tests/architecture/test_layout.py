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
    assert sorted(set(found)) == ["kinds/cache/cache.py", "kinds/contract/runtime.py"]  # for type checkers only


CHANGES = {
    "replace",
    "rename",
    "renames",
    "unlink",
    "remove",
    "mkdir",
    "makedirs",
    "fsync",
    "rmdir",
    "truncate",
    "link",
}
AROUND = {"runtime/fsops.py", "api/examining.py"}
"""Who may change a disk by itself: the seam, and the process that leaves its answer in a temporary folder."""


def test_nothing_goes_around_the_one_seam_to_the_disk() -> None:
    found = []
    for path in SOURCES:
        name = str(path.relative_to(PACKAGE))
        if name in AROUND or "cases" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
                is_change = (function.value.id == "os" and function.attr in CHANGES) or function.value.id == "shutil"
                found += [f"{name}:{node.lineno}"] if is_change and function.attr != "which" else []
            if isinstance(function, ast.Name) and function.id == "open" and _writes(node):
                found.append(f"{name}:{node.lineno}")
    assert found == []


def _writes(call: ast.Call) -> bool:
    mode = (
        call.args[1] if len(call.args) > 1 else next((each.value for each in call.keywords if each.arg == "mode"), None)
    )
    return isinstance(mode, ast.Constant) and any(letter in str(mode.value) for letter in "wax+")
