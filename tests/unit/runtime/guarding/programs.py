"""Small modules for guards to stand in, made on the spot and forgotten afterwards."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.standing import Guard
from peakguard.runtime.guarding.writing import Wrapper, wrap


@contextmanager
def program(**sources: str) -> Iterator[dict[str, Any]]:
    """Modules of these names and texts, importable while the block runs; the texts may import each other in order."""
    made: dict[str, Any] = {}
    try:
        for name, source in sources.items():
            module = ModuleType(name)
            sys.modules[name] = module
            exec(source, module.__dict__)
            made[name] = module
        yield made
    finally:
        for name in sources:
            sys.modules.pop(name, None)


def counting(seen: list[str], word: str) -> Callable[[Callable[..., Any]], Wrapper]:
    """A builder of wrappers that note a word at each call."""
    layer = Layer("trace", word, {"note": seen.append, "word": word}, before=("{note}({word})",))
    return lambda function: wrap(function, [layer], word)


def guard(module: ModuleType, path: str, seen: list[str], word: str = "g") -> Guard:
    """A guard that counts."""
    return Guard(f"{module.__name__}:{path}", module, counting(seen, word))
