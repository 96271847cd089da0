"""The built-in exceptions that an error of a catalog also is."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import TypeVar

E = TypeVar("E", bound=BaseException)


def built_ins(names: Iterable[str]) -> tuple[type[BaseException], ...]:
    """The built-in exceptions of these names, without those that another one is anyway."""
    found = [getattr(builtins, name) for name in dict.fromkeys(names)]
    return tuple(each for each in found if not any(each is not other and issubclass(other, each) for other in found))


def blank(kind: type[E]) -> E:
    """An exception of a class without its `__init__`, also of a class of several built-in ones.

    `kind.__new__` is the first one's in the order of bases, which need not be the one whose layout the object has.
    """
    layout: type = kind
    while getattr(builtins, layout.__name__, None) is not layout:
        assert layout.__base__ is not None
        layout = layout.__base__
    made: E = layout.__new__(kind)
    return made
