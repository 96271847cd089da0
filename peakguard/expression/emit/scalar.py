"""Typed IR -> the text of a Python function for one row at a time. Guards stand only where a type asks for them.

Where several nulls are possible the function is written twice behind one check: plain for rows without
nulls, and with Kleene's logic for the others. Rules with ordered functions become `start` and `step`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from peakguard.expression.emit.scalar_ordered import ORDERED, Rows
from peakguard.expression.emit.scalar_text import CHOICE, Written
from peakguard.expression.emit.scalar_writer import Key, Names, Writer, checked, parameters
from peakguard.expression.typed import Typed, walk


def emit(root: Typed, columns: Sequence[str]) -> str:
    """The text of the function. It has one positional parameter for each of `columns`.

    Raises NoScalarForm for an expression that judges a set of rows.
    """
    names, scope = Names(), parameters(columns)
    given = ", ".join(scope.values())
    if not is_ordered(root):
        body = _returns(root, names, scope, {})
        return _text(names, [], f"def rule({given}):", body)
    rows = Rows(names, scope)
    rows.include(root)
    body = [*rows.lines, *_returns(root, names, scope, rows.known)]
    start = ["def start():", f"    return [{', '.join(rows.slots)}]", "", ""]
    return _text(names, start, f"def step({', '.join(['state', *scope.values()])}):", body)


def is_ordered(root: Typed) -> bool:
    """Whether an expression looks at other rows, so that its text defines `start` and `step`, not `rule`."""
    return any(node.op in ORDERED for node in walk(root))


def _text(names: Names, before: Sequence[str], head: str, body: Sequence[str]) -> str:
    constants = [f"{name} = {text}" for text, name in names.constants.items()]
    blank = ["", ""] if constants else []
    return "\n".join([*constants, *blank, *before, head, *(f"    {line}" for line in body), ""])


def _returns(root: Typed, names: Names, scope: Mapping[str, str], known: Mapping[Key, Written]) -> list[str]:
    """The last statements: the value, for rows with nulls and for those without."""
    guarded = Writer(names, scope, known, {})
    written = guarded.value(root).whole().at(CHOICE)
    nullable = list(guarded.nullable)
    is_repeated = any(written.count(checked(name)) > 1 for name in nullable)
    if not nullable or not (guarded.is_costly or is_repeated):
        return [f"return {written}"]
    if len(nullable) == 1:
        written = Writer(names, scope, known, {nullable[0]: True}).value(root).whole().at(CHOICE)
    plain = Writer(names, scope, known, dict.fromkeys(nullable, False)).value(root).whole().at(CHOICE)
    if plain == written:
        return [f"return {written}"]
    condition = " or ".join(f"{name} is None" for name in nullable)
    return [f"if {condition}:", f"    return {written}", f"return {plain}"]
