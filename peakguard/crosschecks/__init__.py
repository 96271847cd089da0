"""Rules between kinds: one file each, with a function `crosscheck` that sees facts only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import iter_modules

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.language.facts import Facts

Crosscheck = Callable[[Facts], Iterator[Diagnostic]]


def crosschecks() -> list[Crosscheck]:
    """The crosschecks of this folder, by file name."""
    modules = sorted(module.name for module in iter_modules(__path__))
    return [import_module(f"{__name__}.{name}").crosscheck for name in modules]
