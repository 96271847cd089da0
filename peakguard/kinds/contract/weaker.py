"""Where a contract may let pass what the contract that it extends refuses.

Whether one expression or pattern implies another is not decided here: another one counts as weaker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from peakguard.kinds.contract.model import Column, Contract
from peakguard.language.constraints import measure
from peakguard.language.rule import Rule
from peakguard.language.typed import type_of
from peakguard.runtime.lengths import nanoseconds
from peakguard.syntax.node import Path

_NOTHING = "nothing"
_SEVERITIES = ("info", "warning", "error", "halt")
_MODES = ("off", "observe", "enforce")
_ON_NULL = ("pass", None, "fail")


class Weaker(NamedTuple):
    """One part: its path, and what the contract and its parent say there."""

    path: Path
    own: str
    theirs: str


Test = Callable[[Any, Any], bool]
"""Whether the first value demands less than the second."""


def weaker(own: Contract, theirs: Contract) -> Iterator[Weaker]:
    """Every part that demands less, in the order of the model."""
    for name, column in theirs.columns.items():
        yield from _column(("columns", name), own.columns[name], column)
    for name, rule in theirs.rules.items():
        yield from _rule(("rules", name), own.rules[name], rule)
    for name, foreign in theirs.references.items():
        yield from _compared(("references", name), own.references[name], foreign, dict.fromkeys(_FOREIGN, _differs))
    yield from _compared((), own, theirs, _WHOLE)
    for part, tests in _PARTS.items():
        ours, others = getattr(own, part), getattr(theirs, part)
        if others is not None and ours is not None:
            yield from _compared((part,), ours, others, tests)
    if own.sample is not None and (theirs.sample is None or own.sample.share < theirs.sample.share):
        share = str(theirs.sample.share) if theirs.sample is not None else "all rows"
        yield Weaker(("sample",), str(own.sample.share), share)


def _compared(path: Path, own: Any, theirs: Any, tests: dict[str, Test]) -> Iterator[Weaker]:
    for key, is_less in tests.items():
        ours, others = getattr(own, key), getattr(theirs, key)
        if is_less(ours, others):
            yield Weaker((*path, key), _shown(ours), _shown(others))


def _shown(value: Any) -> str:
    if value is None or value == ():
        return _NOTHING
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return ", ".join(f"{key}: {each}" for key, each in value.items()) if isinstance(value, dict) else str(value)


def _differs(own: Any, theirs: Any) -> bool:
    return bool(theirs) and own != theirs


def _is(value: Any) -> Test:
    """Weaker where this value stands in place of another."""
    return lambda own, theirs: own == value and theirs != value


def _lower(own: Any, theirs: Any) -> bool:
    return theirs is not None and (own is None or measure(own) < measure(theirs))


def _higher(own: Any, theirs: Any) -> bool:
    return theirs is not None and (own is None or measure(own) > measure(theirs))


def _ranked(order: tuple[Any, ...]) -> Test:
    return lambda own, theirs: order.index(own) < order.index(theirs)


def _longer(own: str, theirs: str) -> bool:
    return nanoseconds(own) > nanoseconds(theirs)


_COLUMN: dict[str, Test] = {
    "values": lambda own, theirs: theirs is not None and not set(own or ()) <= set(theirs),
    "nullable": _is(value=True),
    "finite": _is(value=False),
    "unit": _differs,
    "required": _is(value=False),
    "gt": _lower,
    "ge": _lower,
    "lt": _higher,
    "le": _higher,
    "matches": _differs,
    "min_length": _lower,
    "max_length": _higher,
    "not_in": lambda own, theirs: theirs is not None and not set(theirs) <= set(own or ()),
    "starts_with": lambda own, theirs: theirs is not None and not (own or "").startswith(theirs),
    "ends_with": lambda own, theirs: theirs is not None and not (own or "").endswith(theirs),
    "contains": lambda own, theirs: theirs is not None and theirs not in (own or ""),
    "multiple_of": lambda own, theirs: theirs is not None and (own is None or own % theirs != 0),
    "unique": _is(value=False),
}
_DEMAND = ("when", "within", "reads", "per")
_RULE: dict[str, Test] = {
    "on_null": _ranked(_ON_NULL),
    "severity": _ranked(_SEVERITIES),
    "max_fail_rate": _higher,
    "mode": _ranked(_MODES),
}
_FOREIGN = ("contract", "column", "also")
_WHOLE: dict[str, Test] = {
    "extra_columns": lambda own, theirs: theirs == "forbid" and own != "forbid",
    "column_order": _is(value="any"),
    "coerce": _is(value=True),
    "trust_statistics": _is(value=True),
    "key": lambda own, theirs: bool(theirs) and not (own and set(own) <= set(theirs)),
    "on_violation": _is(value="observe"),
}
_PARTS: dict[str, dict[str, Test]] = {
    "order": {"by": _differs, "within": lambda own, theirs: own != theirs, "strict": _is(value=False)},
    "cadence": {
        "every": _differs,
        "column": _differs,
        "within": lambda own, theirs: own != theirs,
        "calendar": _differs,
        "max_gap": _higher,
    },
    "freshness": {"column": _differs, "max_age": _longer},
    "rows": {"min": _lower, "max": _higher},
}


def _column(path: Path, own: Column, theirs: Column) -> Iterator[Weaker]:
    is_enum = own.shape == theirs.shape == "enum"  # whose values are compared below
    if not is_enum and type_of(own) != type_of(theirs):
        key = "type" if own.type else own.shape
        yield Weaker((*path, key), own.shape, theirs.shape)
    yield from _compared(path, own, theirs, _COLUMN)


def _rule(path: Path, own: Rule, theirs: Rule) -> Iterator[Weaker]:
    text, their_text = getattr(own, own.form), getattr(theirs, theirs.form)
    if (own.form, text) != (theirs.form, their_text):
        yield Weaker((*path, own.form), text, their_text)
    else:
        yield from _compared(path, own, theirs, dict.fromkeys(_DEMAND, _differs_at_all))
    yield from _compared(path, own, theirs, _RULE)


def _differs_at_all(own: Any, theirs: Any) -> bool:
    return bool(own != theirs)
