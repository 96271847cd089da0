"""Fields and generators in Python: comprehensions over the list, whose items are mappings.

Where neither an element nor the condition can be null they are Python's own; else all values are gathered first,
and one null among them makes the result null (`any` and `all` are Kleene's).
"""

from __future__ import annotations

from collections.abc import Callable

from peakguard.expression import build
from peakguard.expression.emit.polars_text import quote
from peakguard.expression.emit.scalar_text import ATOM, CHOICE, COMPARISON, NULL, OR, Written
from peakguard.expression.emit.scalar_writer import Operation, Writer
from peakguard.expression.typed import NAN, Typed

_RANGE = "-9223372036854775808 <= {} <= 9223372036854775807"


def _field(writer: Writer, node: Typed) -> Written:
    record = writer.strict(node.args[0])
    if record is NULL:
        return NULL
    read = Written(f"{record.at(ATOM)}[{quote(node.value)}]", checks=record.checks)
    declared = node.args[0].type.field(node.value)
    assert declared is not None
    if not declared.nullable:
        return read
    writer.is_costly = True
    return Written(read.whole().text, read.whole().level, maybe=True)


def _item(writer: Writer, node: Typed) -> Written:
    return writer.item(node.value, nullable=node.nullable)


def _each(writer: Writer, node: Typed) -> Written:
    source = writer.strict(node.args[0])
    if source is NULL:
        return NULL
    name, inner = writer.looping(node.value)
    made = _kleene(inner, node, name, source) if node.op in _KLEENE else _total(inner, node, name, source)
    writer.take(inner, name)
    if not source.checks:
        return made
    if made.maybe:
        return Written(f"{made.at(OR)} if {' and '.join(source.checks)} else None", CHOICE, maybe=True)
    return made._replace(checks=(*source.checks, *made.checks))


_KLEENE = {"each_all": "all", "each_any": "any"}


def _kleene(inner: Writer, node: Typed, name: str, source: Written) -> Written:
    function = _KLEENE[node.op]
    _, element, *conditions = node.args
    head = f"for {name} in {source.at(OR)}"
    for condition in conditions:
        keep, value = inner.value(condition), inner.value(element)
        if not keep.is_nullable and not value.is_nullable:
            return Written(f"{function}({value.text} {head} if {keep.at(OR)})")
    tested = _tested(function, element, conditions[0]) if conditions else element
    value = inner.value(tested)
    if not value.is_nullable:
        return Written(f"{function}({value.text} {head})")
    return Written(f"{node.op}([{value.whole().text} {head}])", maybe=True)


def _tested(function: str, element: Typed, condition: Typed) -> Typed:
    """What is asked of every item: `all` of those that a condition keeps is `not condition or element` of all."""
    at = element.start, element.end
    if function == "any":
        return build.verdict("and", (condition, element), *at)
    return build.verdict("or", (build.verdict("not", (condition,), *at), element), *at)


def _total(inner: Writer, node: Typed, name: str, source: Written) -> Written:
    _, element, *conditions = node.args
    head = f"for {name} in {source.at(OR)}"
    value = inner.value(element).whole()
    text, unknown = value.text, value.is_nullable
    if conditions:
        keep = inner.value(conditions[0]).whole()
        if keep.is_nullable:
            first, again = inner.twice(keep, COMPARISON)
            text, unknown = f"None if {again} is None else {value.at(OR)}", True
            head = f"{head} if {first} is not False"
        else:
            head = f"{head} if {keep.at(OR)}"
    if not unknown:
        return _TOTALS[node.op](inner, node, f"[{text} {head}]", ())
    inner.is_costly = True
    values = inner.names.temporary()
    return _TOTALS[node.op](inner, node, values, (f"None not in ({values} := [{text} {head}])",))


def _sum(inner: Writer, node: Typed, values: str, checks: tuple[str, ...]) -> Written:
    if node.type.kind == "float64":
        return Written(f"each_sum({values})", checks=checks)
    name = inner.names.temporary()
    return Written(name, checks=(*checks, _RANGE.format(f"({name} := sum({values}))")))


def _count(inner: Writer, node: Typed, values: str, checks: tuple[str, ...]) -> Written:
    function = "sum" if node.args[1].type.kind == "bool" else "len"
    return Written(f"{function}({values})", checks=checks)


def _or_none(form: str) -> Callable[[Writer, Typed, str, tuple[str, ...]], Written]:
    def total(inner: Writer, node: Typed, values: str, checks: tuple[str, ...]) -> Written:
        plain = "{op}({values}, default=None)" if node.args[1].special < NAN and form else "each_{op}({values})"
        text = plain.format(op=node.op.removeprefix("each_"), values=values)
        if not checks:
            return Written(text, maybe=True)
        return Written(f"{text} if {' and '.join(checks)} else None", CHOICE, maybe=True)

    return total


_TOTALS = {
    "each_count": _count,
    "each_max": _or_none("default"),
    "each_mean": _or_none(""),
    "each_min": _or_none("default"),
    "each_sum": _sum,
}

EACH: dict[str, Operation] = {"field": _field, "item": _item, **dict.fromkeys([*_TOTALS, *_KLEENE], _each)}
