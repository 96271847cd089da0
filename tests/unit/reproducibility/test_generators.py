"""Generators of libraries that are not there: what they are given when they come, or are there."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from peakguard.kinds.reproducibility.generators import seed_globals


def library(name: str, seeds: list[int]) -> ModuleType:
    """A module with the function by which the library of that name is seeded."""
    made: Any = ModuleType(name)
    if name == "torch":
        made.manual_seed = seeds.append
    else:
        made.random = SimpleNamespace(set_seed=seeds.append)
    return made  # type: ignore[no-any-return] # a module


@pytest.mark.parametrize("name", ["torch", "tensorflow"])
def test_a_library_that_is_there_is_seeded_by_its_own_numbers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []
    monkeypatch.setitem(sys.modules, name, library(name, seeds))
    seed_globals(42, [name])
    seed_globals(42, [name])
    seed_globals(43, [name])
    seed_globals(42, ["random"])
    assert seeds[0] == seeds[1] != seeds[2]
    assert len(seeds) == 3, "a policy that does not name it leaves it alone"
    assert all(0 <= seed < 2**32 for seed in seeds)


@pytest.mark.parametrize("name", ["torch", "tensorflow"])
def test_a_library_that_comes_later_is_seeded_when_it_comes(
    name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    says = "seeds = []\nmanual_seed = seeds.append\nclass random:\n    set_seed = seeds.append\n"
    (tmp_path / f"{name}.py").write_text(says)
    seed_globals(42, [name])
    try:
        module: Any = __import__(name)
        assert len(module.seeds) == 1
    finally:
        seed_globals(42, [])
        sys.modules.pop(name, None)
