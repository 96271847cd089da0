"""How pieces of Python are written, how tightly they bind, and where they are null."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

CHOICE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, ATOM = range(9)
"""How tightly an operation binds, loosest first."""
_SIMPLE = re.compile(r"[A-Za-z_]\w*|-?[0-9][0-9.]*(?:e[+-]?[0-9]+)?", re.ASCII)


class Written(NamedTuple):
    """The text of a value.

    `checks` are conditions, to be evaluated in this order; where one is false the value is null and `text`
    may not be evaluated. `maybe`: the text itself may come to None; then there are no checks.
    """

    text: str
    level: int = ATOM
    checks: tuple[str, ...] = ()
    maybe: bool = False

    @property
    def is_nullable(self) -> bool:
        return self.maybe or bool(self.checks)

    @property
    def is_simple(self) -> bool:
        """A name or a number: written twice, it costs nothing."""
        return _SIMPLE.fullmatch(self.text) is not None

    def at(self, level: int) -> str:
        """The text where something binds as tightly as `level`; the checks are for the caller to make."""
        return f"({self.text})" if self.level < level else self.text

    def whole(self) -> Written:
        """The same with its checks made: None where one is false."""
        if not self.checks:
            return self
        return Written(f"{self.at(OR)} if {' and '.join(self.checks)} else None", CHOICE, maybe=True)


NULL = Written("None", maybe=True)
"""A value that is surely null."""
TRUE, FALSE = Written("True"), Written("False")


def number(value: float) -> Written:
    """An integer or a float, also a float that Python has no literal for."""
    if not math.isfinite(value):
        return Written("NAN") if math.isnan(value) else Written("INF") if value > 0 else Written("-INF", SIGN)
    return Written(repr(value), SIGN if repr(value).startswith("-") else ATOM)
