"""An expression that looks back, as one over columns that hold what has come before.

`prev` and `rolling_*` see a fixed number of earlier rows. `cum_*`, `since` and `first` see all of them: hoisted, each
of these becomes a column of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from peakguard.expression import emit_polars
from peakguard.expression.typed import Typed, TypedExpression

CUMULATED = frozenset({"cum_max", "cum_min", "cum_sum", "first", "since"})
BOUNDED = frozenset({"prev", "rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum"})


def text_of(root: Typed, within: Sequence[str] = (), columns: Mapping[str, str] = MappingProxyType({})) -> str:
    """A node as the text of a Polars expression."""
    return emit_polars(TypedExpression(root, (), nullable=True, unknown_where=(), nan_names=()), columns, within)


def hoist(node: Typed, within: tuple[str, ...], hoisted: dict[str, dict[str, Any]]) -> Typed:
    """The node with everything cumulated replaced by a column, innermost first."""
    args = tuple(hoist(arg, within, hoisted) for arg in node.args)
    node = with_args(node, args)
    if node.op not in CUMULATED:
        return node
    (arg,) = args
    written = text_of(arg, within)
    name = f"{node.op}({written}) within {', '.join(within)}"
    widens = node.op == "cum_sum" and node.type.kind == "int64"
    hoisted.setdefault(
        name,
        {
            "name": name,
            "op": node.op,
            "column": arg.value if arg.op == "column" and arg.type.kind != "enum" else None,
            "arg": f"({written}).cast(pl.Int128)" if widens else written,
            "result": "int64" if widens else None,
            "nan": node.op in {"cum_max", "cum_min"} and arg.type.kind == "float64",
            "groups": list(within),
            "back": rows_back(arg),
        },
    )
    return as_column(node, name)


def hoist_earlier(node: Typed, hoisted: dict[str, dict[str, Any]]) -> Typed:
    """The node with every earlier value of a column as a column of its own."""
    node = with_args(node, tuple(hoist_earlier(arg, hoisted) for arg in node.args))
    if node.op != "prev" or node.args[0].op != "column":
        return node
    column = node.args[0].value
    name = f"prev({column}, {node.value}) within "
    hoisted.setdefault(name, {"name": name, "op": "prev", "column": column, "arg": None, "rows": node.value})
    return as_column(node, name)


def rows_back(node: Typed) -> int:
    """How many earlier rows the value of a row depends on, besides hoisted columns."""
    own = node.value if node.op == "prev" else node.value - 1 if node.op in BOUNDED else 0
    return int(own) + max((rows_back(arg) for arg in node.args), default=0)


def as_column(node: Typed, name: str) -> Typed:
    """A column in the place of a node, of the same type."""
    made = with_args(node, ())
    made.op, made.value = "column", name
    return made


def with_args(node: Typed, args: tuple[Typed, ...]) -> Typed:
    """The node with other arguments."""
    made = Typed(node.op, args, node.type, node.start, node.end, node.value)
    for trait in ("computed", "high", "low", "nullable", "special", "unknown", "weight"):
        setattr(made, trait, getattr(node, trait))
    return made
