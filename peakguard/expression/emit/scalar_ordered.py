"""Operations on rows in order in Python: statements that bring a row into the state, one variable for each result."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from peakguard.expression.emit.scalar_text import CHOICE, SUM, Written
from peakguard.expression.emit.scalar_writer import Key, Names, Writer, key
from peakguard.expression.limits import MAX_INTEGER, MIN_INTEGER
from peakguard.expression.typed import NAN, Typed


class Rows:
    """The ordered part of one text, innermost operation first, so that every row reaches every operation."""

    def __init__(self, names: Names, scope: Mapping[str, str], place: str = "state[{}]") -> None:
        """`place` says how a place of the state is written."""
        self.slots: list[str] = []
        """What each place of the state starts as."""
        self.lines: list[str] = []
        self.known: dict[Key, Written] = {}
        self.names = names
        self._scope = scope
        self._place = place

    def include(self, node: Typed) -> None:
        """Statements for every ordered operation in a node."""
        for arg in node.args:
            self.include(arg)
        if node.op in ORDERED and key(node) not in self.known:
            result = self.names.temporary()
            ORDERED[node.op](self, node, result)
            self.known[key(node)] = Written(result, maybe=node.nullable)

    def argument(self, node: Typed) -> Written:
        """The text of the one argument; what takes work is kept in a variable, for `x - prev(x)` asks twice."""
        (arg,) = node.args
        found = self.plain_argument(node)
        if found.is_simple or arg.op == "literal":
            return found
        name = self.names.temporary()
        self.lines.append(f"{name} = {found.text}")
        known = Written(name, maybe=found.maybe)
        self.known[key(arg)] = known
        return known

    def plain_argument(self, node: Typed) -> Written:
        """The text of the one argument, None where it is null."""
        return Writer(self.names, self._scope, self.known, {}).value(node.args[0]).whole()

    def slot(self, start: str) -> str:
        """A new place in the state."""
        self.slots.append(start)
        return self._place.format(len(self.slots) - 1)


def _prev(rows: Rows, node: Typed, result: str) -> None:
    x = rows.argument(node).text
    if node.value == 1:
        slot = rows.slot("None")
        rows.lines += [f"{result} = {slot}", f"{slot} = {x}"]
    else:
        window = rows.slot(f"deque((), {node.value})")
        rows.lines += [f"{result} = {window}[0] if len({window}) == {node.value} else None", f"{window}.append({x})"]


def _rolling(rows: Rows, node: Typed, result: str) -> None:
    x = rows.argument(node)
    window = rows.slot(f"deque((), {node.value})")
    full = f"len({window}) == {node.value}" + (f" and None not in {window}" if x.maybe else "")
    function = _FUNCTIONS.get((node.op, node.type.kind, node.args[0].special == NAN), node.op)
    rows.lines += [f"{window}.append({x.text})", f"{result} = {function}({window}) if {full} else None"]
    if function == "sum":
        rows.lines.append(f"if {result} is not None and not {_in_range(result)}:")
        rows.lines.append(f"    {result} = None")


_FUNCTIONS = {
    ("rolling_max", "float64", False): "max",
    ("rolling_max", "int64", False): "max",
    ("rolling_min", "float64", False): "min",
    ("rolling_min", "int64", False): "min",
    ("rolling_sum", "int64", False): "sum",
}
"""Functions that do the same for values that are never NaN."""


def _in_range(text: str) -> str:
    return f"{MIN_INTEGER} <= {text} <= {MAX_INTEGER}"


def _sum(rows: Rows, node: Typed, result: str) -> None:
    x = rows.argument(node)
    is_whole = node.type.kind == "int64"
    total = rows.slot("0" if is_whole else "0.0")
    indent = _unless_null(rows, x, result)
    rows.lines.append(f"{indent}{result} = {total} = {total} + {x.at(SUM + 1)}")
    if is_whole:
        # The sum goes on beyond int64: it may come back.
        rows.lines += [f"{indent}if not {_in_range(result)}:", f"{indent}    {result} = None"]


def _unless_null(rows: Rows, x: Written, result: str) -> str:
    """The indent of what is done with a value that is not null."""
    if not x.maybe:
        return ""
    rows.lines += [f"if {x.text} is None:", f"    {result} = None", "else:"]
    return "    "


def _extreme(rows: Rows, node: Typed, result: str) -> None:
    x = rows.argument(node)
    slot = rows.slot("None")
    symbol = ">" if node.op == "cum_max" else "<"
    test = f"{x.at(SUM)} {symbol} {result}"
    if node.args[0].special == NAN:
        test += f" or {x.text} != {x.text}"
    indent = _unless_null(rows, x, result)
    rows.lines += [
        f"{indent}{result} = {slot}",
        f"{indent}if {result} is None or {test}:",
        f"{indent}    {result} = {slot} = {x.text}",
    ]


def _since(rows: Rows, node: Typed, result: str) -> None:
    slot = rows.slot("None")
    rows.lines += [
        f"if {rows.plain_argument(node).at(CHOICE)}:",
        f"    {slot} = 0",
        f"elif {slot} is not None:",
        f"    {slot} += 1",
        f"{result} = {slot}",
    ]


def _first(rows: Rows, node: Typed, result: str) -> None:
    slot = rows.slot("UNSET")
    rows.lines += [
        f"{result} = {slot}",
        f"if {result} is UNSET:",
        f"    {result} = {slot} = {rows.plain_argument(node).at(CHOICE)}",
    ]


ORDERED: dict[str, Callable[[Rows, Typed, str], None]] = {
    **dict.fromkeys(("rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum"), _rolling),
    "cum_max": _extreme,
    "cum_min": _extreme,
    "cum_sum": _sum,
    "first": _first,
    "prev": _prev,
    "since": _since,
}
