"""Which loaded modules are of the project."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from peakguard.kinds.reproducibility import files


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in ("project/here/plain.py", "elsewhere/apart.py", "elsewhere/shared.py", "venv/installed.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    root = tmp_path / "project"
    (root / "here/borrowed.py").symlink_to(tmp_path / "elsewhere/shared.py")
    (root / "venv").symlink_to(tmp_path / "venv")
    (tmp_path / "elsewhere/lent.py").symlink_to(root / "here/plain.py")
    (tmp_path / "way").symlink_to(root / "here")
    for folder in (root / "here", tmp_path / "elsewhere", root / "venv"):
        monkeypatch.syspath_prepend(str(folder))
    names = ("plain", "borrowed", "apart", "lent", "installed")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in names:
        importlib.import_module(name)
    yield root
    for name in names:
        sys.modules.pop(name, None)


def test_modules_are_of_the_project_by_where_their_files_lie(project: Path) -> None:
    """A link that leads out of the project is none of its own, and one that leads into it is."""
    assert files.modules(str(project)) == ["plain", "lent"]
    assert files.sources(str(project), []) == [str(project / "here/plain.py")]


def test_what_is_installed_below_the_root_is_apart(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(project / "here"))
    assert files.modules(str(project)) == []


def test_a_root_may_be_named_by_a_link(project: Path) -> None:
    assert files.modules(str(project.parent / "way")) == ["plain", "lent"]
