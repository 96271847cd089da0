"""Rules between kinds: one file each, with a function `crosscheck` that sees facts only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from os import listdir

from peakguard.diagnostics.diagnostic import Diagnostic
from peakguard.language.facts import Facts

Crosscheck = Callable[[Facts], Iterator[Diagnostic]]


def crosschecks() -> list[Crosscheck]:
    """The crosschecks of this folder, by file name."""
    files = sorted(name for name in listdir(__path__[0]) if name.endswith(".py") and not name.startswith("_"))
    return [import_module(f"{__name__}.{name.removesuffix('.py')}").crosscheck for name in files]
