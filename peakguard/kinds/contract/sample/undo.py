"""By operation: which value its arguments need so that it gets the value it should have."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from peakguard.expression.reference.row import local
from peakguard.expression.typed import Typed
from peakguard.kinds.contract.sample.values import held, seconds_of, ticks

if TYPE_CHECKING:
    from peakguard.kinds.contract.sample.aim import Aim

_Undo = Callable[["Aim", Typed, Any], bool]


def _through(inverse: Callable[[Typed, Any], Any]) -> _Undo:
    """Operations of one argument."""
    return lambda aim, node, target: aim.aim(node.args[0], inverse(node, target))


def _either(left: Callable[[Any, Any], Any], right: Callable[[Any, Any], Any]) -> _Undo:
    """Operations of two: one argument stays, the other follows. `left(target, b)` and `right(target, a)`."""

    def undo(aim: Aim, node: Typed, target: Any) -> bool:
        a, b = aim.value(node.args[0]), aim.value(node.args[1])
        ways = [(node.args[0], left, b), (node.args[1], right, a)]
        aim.source.shuffle(ways)
        return any(other is not None and aim.aim(arg, way(target, other)) for arg, way, other in ways)

    return undo


def _abs(aim: Aim, node: Typed, target: Any) -> bool:
    return bool(target >= 0) and aim.aim(node.args[0], aim.source.choice([target, -target]))


def _extreme(is_beyond: Callable[[Any, Any], bool]) -> _Undo:
    """No argument may lie beyond the target, and one has to lie at it."""

    def undo(aim: Aim, node: Typed, target: Any) -> bool:
        values = [(arg, aim.value(arg)) for arg in node.args]
        wrong = [arg for arg, value in values if value is None or value != value or is_beyond(value, target)]
        if wrong:
            made = [aim.aim(arg, target) for arg in wrong]
            return any(made)
        return any(aim.aim(arg, target) for arg in aim.source.sample(node.args, len(node.args)))

    return undo


def _field(aim: Aim, node: Typed, target: Any) -> bool:
    record = aim.value(node.args[0])
    return record is not None and aim.aim(node.args[0], {**record, node.value: held(node.type, target)})


def _branch(aim: Aim, node: Typed, target: Any) -> bool:
    condition, then, other = node.args
    return aim.aim(then if aim.value(condition) else other, target)


def _first_of(aim: Aim, node: Typed, target: Any) -> bool:
    chosen = next((arg for arg in node.args if aim.value(arg) is not None), node.args[0])
    return aim.aim(chosen, target)


def _sign(aim: Aim, node: Typed, target: Any) -> bool:
    size = abs(aim.value(node.args[0]) or 1)
    return aim.aim(node.args[0], size * target)


def _mod(aim: Aim, node: Typed, target: Any) -> bool:
    value, by = aim.value(node.args[0]), aim.value(node.args[1])
    return bool(by) and value is not None and aim.aim(node.args[0], value - value % by + target)


def _length(aim: Aim, node: Typed, target: Any) -> bool:
    text, more = aim.value(node.args[0]), "a" * target
    if node.args[0].type.kind == "binary":
        return target >= 0 and aim.aim(node.args[0], ((text or b"") + more.encode())[:target])
    return target >= 0 and aim.aim(node.args[0], ((text or "") + more)[:target])


def _shifted(days_off: Callable[[Any, Any], int]) -> _Undo:
    """Parts of a date or time: the whole moment is moved by so many days."""

    def undo(aim: Aim, node: Typed, target: Any) -> bool:
        value = aim.value(node.args[0])
        moment = value if isinstance(value, date) else local(value, node.args[0].type)
        days = days_off(moment, target)
        if isinstance(value, date):
            return aim.aim(node.args[0], value + timedelta(days=days))
        return aim.aim(node.args[0], value + days * 86_400 * ticks(node.args[0].type))

    return undo


def _hour(aim: Aim, node: Typed, target: Any) -> bool:
    value, type = aim.value(node.args[0]), node.args[0].type
    moment = local(value, type)
    return moment is not None and aim.aim(node.args[0], value + (target - moment.hour) * 3600 * ticks(type))


def _date(aim: Aim, node: Typed, target: Any) -> bool:
    type = node.args[0].type
    if type.kind == "date":
        return aim.aim(node.args[0], target)
    value = aim.value(node.args[0])
    day = 86_400 * ticks(type)
    return aim.aim(node.args[0], seconds_of(target) * ticks(type) + value % day)


def _of_window(aim: Aim, node: Typed, target: Any) -> bool:
    """A rolling sum or mean: the newest value makes up for the others."""
    others = aim.values(node.args[0])[-node.value : -1]
    total = target * node.value if node.op == "rolling_mean" else target
    return aim.aim(node.args[0], total - sum(each for each in others if each is not None))


def _of_total(aim: Aim, node: Typed, target: Any) -> bool:
    return aim.aim(node.args[0], target - (aim.value(node) - aim.value(node.args[0])))


def _over_items(aim: Aim, node: Typed, target: Any) -> bool:
    """The value of a generator: every item takes its share."""
    source, element = node.args[:2]
    items, total = aim.value(source), aim.value(node)
    if not items or total is None:
        return False
    made = []
    for item in items:
        inner = aim.inside(node.value, item)
        value = inner.value(element)
        share = target / len(items) if node.op == "each_sum" else target
        inner.aim(element, value * (target / total) if total and value is not None else share)
        made.append(inner.row[node.value])
    return aim.aim(source, made)


def _same(node: Typed, target: Any) -> Any:
    return target


UNDO: dict[str, _Undo] = {
    **dict.fromkeys(["ceil", "cum_max", "cum_min", "decimal", "float", "floor", "lower", "round"], _through(_same)),
    **dict.fromkeys(["rolling_max", "rolling_min", "upper"], _through(_same)),
    **dict.fromkeys(["rolling_mean", "rolling_sum"], _of_window),
    **dict.fromkeys(["each_max", "each_mean", "each_min", "each_sum"], _over_items),
    "abs": _abs,
    "add": _either(lambda target, b: target - b, lambda target, a: target - a),
    "coalesce": _first_of,
    "cum_sum": _of_total,
    "date": _date,
    "day": _shifted(lambda moment, target: target - moment.day),
    "div": _either(lambda target, b: target * b, lambda target, a: a / target),
    "exp": _through(lambda node, target: math.log(target)),
    "field": _field,
    "floordiv": _either(lambda target, b: target * b, lambda target, a: a // target),
    "hour": _hour,
    "if": _branch,
    "len": _length,
    "log": _through(lambda node, target: math.exp(target)),
    "max": _extreme(lambda value, target: value > target),
    "min": _extreme(lambda value, target: value < target),
    "mod": _mod,
    "month": _shifted(lambda moment, target: (target - moment.month) * 30),
    "mul": _either(lambda target, b: target / b, lambda target, a: target / a),
    "neg": _through(lambda node, target: -target),
    "rescale": _through(lambda node, target: target // node.value),
    "sign": _sign,
    "sqrt": _through(lambda node, target: target * target),
    "sub": _either(lambda target, b: target + b, lambda target, a: a - target),
    "weekday": _shifted(lambda moment, target: target - moment.isoweekday()),
    "year": _shifted(lambda moment, target: (target - moment.year) * 365),
}
