"""What others need to know of a checked expression: the columns it reads, and when its verdict is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from peakguard.expression.scope import Scope
from peakguard.expression.typed import Typed, TypedExpression

_FIRST_ROWS = frozenset({"rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum"})


def summarise(root: Typed, names: Iterable[str], scope: Scope) -> TypedExpression:
    """A typed expression with its summary; `names` are the columns it reads."""
    read = tuple(names)
    where = tuple(dict.fromkeys(_causes(root))) if root.unknown else ()
    nan_names = tuple(name for name in read if not scope.columns[name].finite)
    return TypedExpression(root, read, root.unknown, where, nan_names)


def _causes(node: Typed) -> Iterator[str]:
    for arg in node.args:
        if arg.unknown:
            yield from _causes(arg)
    if node.op in ("column", "item", "field") and node.unknown and _is_cause(node):
        yield f"`{_path(node)}` is null"
    elif node.op == "prev":
        yield "there is no row before" if node.value == 1 else f"there are fewer than {node.value} rows before"
    elif node.op in ("each_max", "each_mean", "each_min"):
        yield f"`{_path(node.args[0])}` is empty"
    elif node.op == "since":
        yield "the event has not happened yet"
    elif node.op in _FIRST_ROWS:
        yield f"there are fewer than {node.value} rows yet"


def _is_cause(node: Typed) -> bool:
    """Whether it may be null by itself; a field that may not is null with its record only."""
    declared = node.args[0].type.field(node.value) if node.op == "field" else None
    return declared is None or declared.nullable


def _path(node: Typed) -> str:
    """How a column, item or field is written."""
    return f"{_path(node.args[0])}.{node.value}" if node.op == "field" else str(node.value)
