"""Text -> IR. Python's parser reads the text; an allow-list makes our own tree of it. Nothing is evaluated."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable

from peakguard.diagnostics import codes
from peakguard.expression.convert import Converter
from peakguard.expression.fault import Fault, fault
from peakguard.expression.ir import Node
from peakguard.expression.limits import MAX_BRACKETS
from peakguard.expression.scan import scan

_LAST_TOKEN = re.compile(r"(?:\w+|[^\w\s]+)\Z")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_GLUED = re.compile(r"[0-9][A-Za-z]")


def parse(text: str, *, bounded: bool = True, document: bool = False) -> tuple[Node | None, list[Fault]]:
    """The IR of an expression, or None and the faults found. Never raises, whatever the text is.

    With `bounded=False` the limits on size are off: for text that we generate ourselves. `document` says what is
    judged: see `Scope`.
    """
    scanned = scan(text, bounded=bounded)
    if isinstance(scanned, Fault):
        return None, [scanned]
    stripped = scanned.strip(" ")
    if not stripped:
        return None, [fault(codes.EXPRESSION_SYNTAX, 0, len(text), problem="it is empty")]
    if bounded and (deepest := _brackets(scanned)) > MAX_BRACKETS:
        data = {"found": deepest, "what": "brackets inside each other", "limit": MAX_BRACKETS}
        return None, [fault(codes.EXPRESSION_LIMIT, 0, len(text), **data)]
    start = len(scanned) - len(scanned.lstrip(" "))
    tree = _python_tree(stripped, start)
    if isinstance(tree, Fault):
        return None, [tree]
    converter = Converter(scanned, _offsets(stripped, start), bounded=bounded, document=document)
    node = converter.convert(tree)
    return (None, converter.faults) if converter.faults else (node, [])


def _brackets(text: str) -> int:
    """How many brackets stand inside each other at most; 0 where there are too few to matter."""
    if text.count("(") + text.count("[") <= MAX_BRACKETS:
        return 0
    depth = deepest = 0
    for character in _STRING.sub("", text):
        depth += (character in "([") - (character in ")]")
        deepest = max(deepest, depth)
    return deepest


def _python_tree(text: str, start: int) -> ast.expr | Fault:
    try:
        if _GLUED.search(text):
            # `1if x else 2` warns in some versions of Python and not in others; here it is simply read.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text, mode="eval").body
        return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        return _syntax_fault(error, text, start)
    except (RecursionError, MemoryError, ValueError):
        return fault(codes.EXPRESSION_SYNTAX, start, start + len(text), problem="it is nested too deeply")


def _syntax_fault(error: SyntaxError, text: str, start: int) -> Fault:
    last = _LAST_TOKEN.search(text)
    if not error.offset and last:  # Python points nowhere when the text ends too early
        return fault(codes.EXPRESSION_SYNTAX, start + last.start(), start + last.end(), problem="it ends too early")
    at = min(max((error.offset or 1) - 1, 0), len(text))
    end = (error.end_offset or 0) - 1
    end = min(max(end, at + 1), len(text))
    return fault(codes.EXPRESSION_SYNTAX, start + min(at, end), start + end, problem=error.msg)


def _offsets(text: str, start: int) -> Callable[[int], int]:
    """From `ast`'s UTF-8 columns to code points of the whole text."""
    if text.isascii():
        return start.__add__
    table = [start]
    for index, character in enumerate(text):
        table += [start + index + 1] * len(character.encode("utf-8", "surrogatepass"))
    return table.__getitem__
