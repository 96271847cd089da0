"""Kinds are found by the name of their folder; nothing registers one."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from peakguard.language.header import Policy

_FOLDER = Path(__file__).resolve().parent.parent / "kinds"


@cache
def kind_names() -> tuple[str, ...]:
    """The names of all kinds, sorted."""
    return tuple(sorted(folder.name for folder in _FOLDER.iterdir() if (folder / "model.py").is_file()))


@cache
def part(kind: str, name: str) -> ModuleType | None:
    """A module of a kind (`model`, `facts`, `check`, `compile`, `runtime`), or None where it has none."""
    if not (_FOLDER / kind / f"{name}.py").is_file():
        return None
    return import_module(f"peakguard.kinds.{kind}.{name}")


@cache
def model_of(kind: str) -> type[Policy]:
    """The model that documents of a kind are decoded into."""
    module = import_module(f"peakguard.kinds.{kind}.model")
    model: type[Policy] = module.MODEL
    return model
