"""A fault in an expression, placed in its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from peakguard.diagnostics import codes

_BRACKET = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[()]""", re.DOTALL)


class Fault(NamedTuple):
    """A catalogued code, its place as code-point offsets into the expression (end exclusive), and its data."""

    code: str
    start: int
    end: int
    data: Mapping[str, Any]


def fault(code: str, start: int, end: int, **data: Any) -> Fault:
    """A fault with its data as keywords."""
    return Fault(code, start, end, data)


def widened(found: Fault, text: str) -> Fault:
    """The fault with the brackets that it cuts in two: a node's place leaves out those it stands in."""
    if found.code == codes.BAD_PATTERN:
        return found  # lies inside a string
    open, missing = 0, 0
    for match in _BRACKET.finditer(text, found.start, found.end):
        if match[0] == "(":
            open += 1
        elif match[0] == ")" and open:
            open -= 1
        elif match[0] == ")":
            missing += 1
    start, end = found.start, found.end
    for _ in range(missing):
        start = text.rindex("(", 0, start)
    for _ in range(open):
        end = text.index(")", end) + 1
    return found._replace(start=start, end=end)
