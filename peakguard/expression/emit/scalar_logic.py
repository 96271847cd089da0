"""Kleene's logic and what else sees null, in Python, whose `and` and `or` stop at what decides.

Operands that are never null come first, in the order of the text: what they decide needs no other,
and a column that `is_null` lets pass is read only behind it.
"""

from __future__ import annotations

from collections.abc import Sequence

from peakguard.expression.emit.scalar_relation import CHAINED
from peakguard.expression.emit.scalar_text import AND, CHOICE, COMPARISON, FALSE, NOT, NULL, OR, TRUE, Written
from peakguard.expression.emit.scalar_writer import Operation, Writer
from peakguard.expression.typed import Typed

_LEVELS = {"and": AND, "or": OR}


def _logic(writer: Writer, node: Typed) -> Written:
    deciding, neutral = (FALSE, TRUE) if node.op == "and" else (TRUE, FALSE)
    plain: list[Written] = []
    nullable: list[Written] = []
    for arg in node.args:
        found = writer.value(arg)
        if found == deciding:
            return deciding
        if found.is_nullable:
            nullable.append(found)
        elif found != neutral:
            plain.append(found)
    if len(nullable) < 2:
        return _joined(node.op, plain, nullable[0] if nullable else None, neutral)
    return _joined(node.op, plain, _undecided(writer, nullable, node.op), neutral)


def _joined(op: str, plain: Sequence[Written], last: Written | None, neutral: Written) -> Written:
    if last is not None and not plain:
        return last
    parts = _chains(plain) if op == "and" else list(plain)
    is_nullable = last is not None and last.is_nullable
    if last is not None:
        parts.append(last.whole())
    if len(parts) < 2:
        return parts[0] if parts else neutral
    level = _LEVELS[op]
    return Written(f" {op} ".join(each.at(level + 1) for each in parts), level, maybe=is_nullable)


def _chains(plain: Sequence[Written]) -> list[Written]:
    """Comparisons that share an operand as a chain: it is computed once."""
    parts: list[Written] = []
    for each in plain:
        if parts and (joined := _chained(parts[-1], each)) is not None:
            parts[-1] = joined
        else:
            parts.append(each)
    return parts


def _chained(first: Written, second: Written) -> Written | None:
    if not first.level == second.level == COMPARISON:
        return None
    before, after = CHAINED.split(first.text), CHAINED.split(second.text)
    if len(before) < 3 or len(after) != 3 or before[-1] != after[0]:
        return None
    return Written(first.text + second.text[len(after[0]) :], COMPARISON)


def _undecided(writer: Writer, nullable: Sequence[Written], op: str) -> Written:
    """Two or more operands that may be null: one that decides wins over null, and null over the rest."""
    writer.is_costly = True
    deciding = "False" if op == "and" else "True"
    names: list[str] = []
    tests: list[str] = []
    surely_null = False
    for each in nullable:
        if each is NULL:
            surely_null = True
            continue
        first, name = writer.twice(each.whole(), COMPARISON)
        names.append(name)
        tests.append(f"{first} is {deciding}")
    if not tests:
        return NULL
    if surely_null:
        rest = "None"
    elif op == "and":
        # None of them is False here, so the first that is not True is None.
        rest = " and ".join(names)
    else:
        rest = f"None if {' or '.join(f'{name} is None' for name in names)} else False"
    return Written(f"{deciding} if {' or '.join(tests)} else {rest}", CHOICE, maybe=True)


def _choice(writer: Writer, node: Typed) -> Written:
    condition, then, other = node.args
    c = writer.strict(condition)
    if c is NULL:
        return NULL
    if c in (TRUE, FALSE) and not c.checks:
        return writer.value(then if c == TRUE else other)
    a, b = writer.value(then), writer.value(other)
    text = f"{a.whole().at(OR)} if {c.at(OR)} else {b.whole().text}"
    if not a.is_nullable and not b.is_nullable:
        return Written(text, CHOICE, c.checks)
    if c.checks:
        text = f"({text}) if {' and '.join(c.checks)} else None"
    return Written(text, CHOICE, maybe=True)


def _coalesce(writer: Writer, node: Typed) -> Written:
    found = [each for each in map(writer.value, node.args) if each is not NULL]
    if not found:
        return NULL
    certain = next((place for place, each in enumerate(found) if not each.is_nullable), None)
    if certain is not None:
        found = found[: certain + 1]
    if len(found) == 1:
        return found[0]
    text = "".join(f"{_if_present(writer, each)} else " for each in found[:-1])
    return Written(text + found[-1].whole().at(CHOICE), CHOICE, maybe=found[-1].is_nullable)


def _if_present(writer: Writer, each: Written) -> str:
    if each.checks:
        return f"{each.at(OR)} if {' and '.join(each.checks)}"
    first, again = writer.twice(each, COMPARISON)
    return f"{again} if {first} is not None"


def _is_null(writer: Writer, node: Typed) -> Written:
    found = writer.value(node.args[0])
    if found is NULL:
        return TRUE
    if found.checks:
        return Written(f"not ({' and '.join(found.checks)})", NOT)
    return Written(f"{found.at(COMPARISON + 1)} is None", COMPARISON) if found.maybe else FALSE


LOGIC: dict[str, Operation] = {
    "and": _logic,
    "coalesce": _coalesce,
    "if": _choice,
    "is_null": _is_null,
    "or": _logic,
}
