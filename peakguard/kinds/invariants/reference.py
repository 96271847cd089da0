"""What invariants mean, naively: the whole history is looked at for every step. Both compilers agree with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from peakguard.expression.reference.interpreter import Row, evaluate, groups
from peakguard.kinds.invariants.model import Grace, Invariant, Invariants
from peakguard.kinds.invariants.watched import Watched, watched


class Meaning(NamedTuple):
    """Counts of one invariant, and the number of the first step that breaks it."""

    evaluations: int
    exercised: int
    failed: int
    unknown: int
    open: int
    broken: int
    first: int | None


def meaning(spec: Invariants, rows: Sequence[Row], numbers: Sequence[int]) -> dict[str, Meaning]:
    """The meaning of every invariant that is not off; `rows` are canonical, and have the `numbers` of their steps."""
    return {each.id: _meaning(spec, each, rows, numbers) for each in watched(spec)}


def _meaning(spec: Invariants, each: Watched, rows: Sequence[Row], numbers: Sequence[int]) -> Meaning:
    part, _, name = each.id.partition(".")
    rule = getattr(spec, part)[name]
    verdicts = evaluate(each.expr.root, rows, each.groups)
    if each.form == "after":
        assert each.expect is not None
        if each.length is not None:
            return _timed_waits(each, verdicts, evaluate(each.expect.root, rows, each.groups), rows, numbers)
        return _waits(each, verdicts, evaluate(each.expect.root, rows, each.groups), rows, numbers)
    if each.form != "always":
        return _ended(each.form, rule.on_null, verdicts, numbers)
    applies = evaluate(each.when.root, rows, each.groups) if each.when is not None else [True] * len(rows)
    return _always(each, rule, verdicts, applies, rows, numbers)


def _always(
    each: Watched,
    rule: Invariant,
    verdicts: Sequence[bool | None],
    applies: Sequence[bool | None],
    rows: Sequence[Row],
    numbers: Sequence[int],
) -> Meaning:
    asked: dict[tuple[Any, ...], list[tuple[int, bool]]] = {}
    evaluations = failed = unknown = 0
    broken: list[int] = []
    for place, (verdict, applied) in enumerate(zip(verdicts, applies, strict=True)):
        if applied is False or (applied is None and verdict is True):
            continue
        evaluations += 1
        fails = applied is True and verdict is False
        is_unknown = (not fails and verdict is not True) or applied is None
        failed, unknown = failed + fails, unknown + is_unknown
        counts = fails or (is_unknown and rule.on_null == "fail")
        group = tuple(rows[place][name] for name in each.groups)
        history = asked.setdefault(group, [])
        is_plain = not each.groups and each.when is None
        history.append((numbers[place] if is_plain else len(history) + 1, counts))
        if counts and _is_over(rule.grace, history):
            broken.append(numbers[place])
    exercised = sum(applied is True for applied in applies)
    return Meaning(evaluations, exercised, failed, unknown, 0, len(broken), min(broken, default=None))


def _is_over(grace: Grace | None, history: Sequence[tuple[int, bool]]) -> bool:
    if grace is None:
        return True
    now = history[-1][0]
    return sum(counts for index, counts in history if index > now - grace.of) >= grace.failures


def _waits(
    each: Watched, begins: Sequence[Any], ends: Sequence[Any], rows: Sequence[Row], numbers: Sequence[int]
) -> Meaning:
    failed = open = begun = 0
    late: list[int] = []
    for positions in groups(rows, each.groups):
        clocks = {place: order if each.groups else numbers[place] for order, place in enumerate(positions)}
        for order, place in enumerate(positions):
            if begins[place] is not True:
                continue
            begun += 1
            due = clocks[place] + each.steps
            later = positions[order:]
            if any(ends[other] is True and clocks[other] <= due for other in later):
                continue
            over = [other for other in later if clocks[other] >= due]
            failed, open = failed + bool(over), open + (not over)
            late += [numbers[over[0]]] if over else []
    return Meaning(begun, begun, failed, 0, open, failed, min(late, default=None))


def _timed_waits(
    each: Watched, begins: Sequence[Any], ends: Sequence[Any], rows: Sequence[Row], numbers: Sequence[int]
) -> Meaning:
    """The same by time: at each step it is the latest that any step up to it has shown."""
    assert each.length is not None
    clocks = [max(row[each.clock] for row in rows[: place + 1]) for place in range(len(rows))]
    failed = open = begun = 0
    late: list[int] = []
    for positions in groups(rows, each.groups):
        for order, place in enumerate(positions):
            if begins[place] is not True:
                continue
            begun += 1
            over = [other for other in range(place, len(rows)) if clocks[other] - clocks[place] > each.length]
            in_time = [other for other in positions[order:] if other not in over]
            if any(ends[other] is True for other in in_time):
                continue
            failed, open = failed + bool(over), open + (not over)
            late += [numbers[over[0]]] if over else []
    return Meaning(begun, begun, failed, 0, open, failed, min(late, default=None))


def _ended(form: str, on_null: str, verdicts: Sequence[Any], numbers: Sequence[int]) -> Meaning:
    if not verdicts:
        return Meaning(0, 0, 0, 0, 0, 0, None)
    happened = any(verdict is True for verdict in verdicts)
    verdict = happened if form == "eventually" else verdicts[-1]
    failed, unknown = int(verdict is False), int(verdict is None)
    broken = failed or int(unknown and on_null == "fail")
    exercised = int(happened) if form == "eventually" else 1
    return Meaning(1, exercised, failed, unknown, 0, broken, numbers[-1] if broken else None)
