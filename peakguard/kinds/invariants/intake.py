"""What a monitor asks of the values of a step before it takes them: a few tests for those that most steps have.

Values that are canonical already are taken as they are; for all others `READ_0` is asked, which makes them canonical
or refuses them. Nothing of the monitor's memory has changed by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from peakguard.expression.emit.scalar_text import Written
from peakguard.expression.emit.scalar_writer import Key, Names, Writer, key
from peakguard.expression.typed import Typed, walk
from peakguard.expression.types import Column

_RAW = "datetime[us, UTC]"
_COMPARISONS = frozenset({"lt", "le", "gt", "ge", "eq", "ne"})
_LIMIT = 2**63


class Intake:
    """The statements in front of all others. `known` are sums over lists that they have made on the way."""

    def __init__(
        self, columns: Mapping[str, Column], scope: Mapping[str, str], roots: Sequence[Typed], names: Names
    ) -> None:
        self._columns = columns
        self._scope = scope
        self.known: dict[Key, Written] = {}
        self.raw = tuple(name for name, column in columns.items() if str(column.type) == _RAW) if _is_raw(roots) else ()
        """Times that stay datetimes in UTC, since they are only compared with each other."""
        sums = self._sums(roots, names)
        lists = [name for name, column in columns.items() if column.type.kind in ("list", "record")]
        uncovered = [name for name in lists if not self._is_covered(name, roots)]
        given = ", ".join([*scope.values(), ""])
        read = [
            f"VALUES_0 = READ_0(STEP_0 + 1, {given})", "if VALUES_0 is None:", "    STEP_0 += 1", "    return",
            f"{given}= VALUES_0",
        ]  # fmt: skip # statements of the text
        tests = None if uncovered else [*self._tests(), *self._sum_test(names, sums)]
        held = [
            f"if {scope[name]}.__class__ is not LIST_0:" for name in lists if fields_read(roots, name) != frozenset()
        ]
        # What can be gone through only once must not be gone through here.
        sure = [line for test in held for line in (test, "    raise TypeError")] if sums else []
        times = [scope[name] for name in self.raw]
        moments = [line for x in times for line in (f"if {x}.__class__ is not DATETIME_0:", f"    {x} = MOMENT_0({x})")]
        trying = [] if tests is None else _trying([*sure, *sums], tests, read, again=sums)
        self.lines = [*read, *sums] if tests is None else [*moments, *trying]

    def _sums(self, roots: Sequence[Typed], names: Names) -> list[str]:
        """Sums over lists, of floats and without a condition: made once, they show whether the list is sound."""
        lines = []
        for node in (each for root in roots for each in walk(root)):
            if not _is_sum(node) or key(node) in self.known:
                continue
            name = names.temporary()
            lines.append(f"{name} = {Writer(names, self._scope, {}, {}).value(node).text}")
            self.known[key(node)] = Written(name)
        return lines

    def _is_covered(self, name: str, roots: Sequence[Typed]) -> bool:
        """Whether all that is read of a list is in one of those sums, so that an odd value makes the sum odd."""
        read = {field for root in roots for field in _fields(root, name)}
        summed = {field for root in roots for node in walk(root) if _is_sum(node) for field in _fields(node, name)}
        return read <= summed and all(kind == "float64" for _, kind in read)

    def _tests(self) -> Iterator[str]:
        for name, column in self._columns.items():
            text, kind = self._scope[name], column.type.kind
            if kind in ("list", "record") or (kind == "float64" and column.finite and not column.nullable):
                continue
            test = f"{text}.__class__ is DATETIME_0 and {text}.tzinfo is UTC_0" if name in self.raw else None
            test = test or _TESTS.get(kind, "False").format(x=text, least=-_LIMIT, most=_LIMIT - 1)
            if kind == "float64" and column.finite:
                test += f" and {text} - {text} == 0.0"
            yield f"({text} is None or {test})" if column.nullable else test

    def _sum_test(self, names: Names, sums: Sequence[str]) -> Iterator[str]:
        """One test for all finite floats: the class and finiteness of their total."""
        floats = [
            self._scope[name]
            for name, column in self._columns.items()
            if column.type.kind == "float64" and column.finite and not column.nullable
        ]
        floats += [line.partition(" = ")[0] for line in sums]
        if floats:
            total = names.temporary()
            yield f"({total} := {' + '.join(floats)}).__class__ is float and {total} - {total} == 0.0"


_TESTS = {
    "bool": "{x}.__class__ is BOOL_0",
    "date": "{x}.__class__ is DATE_0",
    "float64": "{x}.__class__ is float",
    "int64": "{x}.__class__ is INT_0 and {least} <= {x} <= {most}",
    "string": "{x}.__class__ is STR_0",
}
"""When an object is the canonical value of a type."""


def _trying(sums: Sequence[str], tests: Sequence[str], read: Sequence[str], *, again: Sequence[str]) -> list[str]:
    if not tests:
        return []
    repeated = [f"    {line}" for line in (*read, *again)]
    # What is odd may raise where it is added up.
    return [
        "try:", *(f"    {line}" for line in sums), f"    SOUND_0 = {' and '.join(tests)}",
        "except Exception:", "    SOUND_0 = False", "if not SOUND_0:", *repeated,
    ]  # fmt: skip # statements of the text


def _is_sum(node: Typed) -> bool:
    return (
        node.op == "each_sum"
        and node.type.kind == "float64"
        and len(node.args) == 2
        and node.args[0].op == "column"
        and not any(each.nullable for each in walk(node))
        and not any(each.special for each in walk(node) if each.op in ("column", "field", "item"))
    )


def fields_read(roots: Sequence[Typed], name: str) -> frozenset[str] | None:
    """The fields of the records of a list that any expression reads; None where it reads its items themselves."""
    read = {field for root in roots for field, _ in _fields(root, name)}
    return None if "" in read else frozenset(read)


def _fields(root: Typed, name: str) -> Iterator[tuple[str, str]]:
    """What is read of the items of a list: the names of fields, with their types; `""` for an item itself."""
    for node in walk(root):
        if not node.op.startswith("each_") or node.args[0].op != "column" or node.args[0].value != name:
            continue
        for inner in (each for arg in node.args[1:] for each in walk(arg)):
            if inner.op == "field":
                yield str(inner.value), inner.type.kind
            elif inner.op == "item" and inner.type.kind != "record":
                yield "", inner.type.kind


def _is_raw(roots: Sequence[Typed]) -> bool:
    """Whether times are only ever compared, with times of the state."""
    return all(_compares_only(root) for root in roots)


def _compares_only(node: Typed) -> bool:
    times = [arg for arg in node.args if arg.type.kind == "datetime"]
    if times and node.op not in _COMPARISONS and node.op not in ("prev", "first", "is_null"):
        return False
    if any(arg.op not in ("column", "prev", "first") or str(arg.type) != _RAW for arg in times):
        return False
    return all(map(_compares_only, node.args))
