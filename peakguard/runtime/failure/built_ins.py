"""The built-in exceptions that an error of a catalog also is."""

from __future__ import annotations

import builtins
from collections.abc import Iterable


def built_ins(names: Iterable[str]) -> tuple[type[BaseException], ...]:
    """The built-in exceptions of these names, without those that another one is anyway."""
    found = [getattr(builtins, name) for name in dict.fromkeys(names)]
    return tuple(each for each in found if not any(each is not other and issubclass(other, each) for other in found))
