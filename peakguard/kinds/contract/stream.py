"""How a check runs over data that come in batches: what it has to carry from one to the next.

An expression looks back in two ways. `prev` and `rolling_*` see a fixed number of earlier rows of the
group: it is enough to carry that many (`back`). `cum_*`, `since` and `first` see all of them: each of
these becomes a column of its own (`hoisted`), whose state is one value per group. In a dataset rule
every aggregate becomes a column of partial results (`parts`) that add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.expression import compile_text, emit_polars
from peakguard.expression.scope import Scope
from peakguard.expression.typed import Typed, TypedExpression, walk

_CUMULATED = frozenset({"cum_max", "cum_min", "cum_sum", "first", "since"})
_BOUNDED = frozenset({"prev", "rolling_max", "rolling_mean", "rolling_min", "rolling_std", "rolling_sum"})
_ADDS_UP = frozenset({"count", "max_of", "mean", "min_of", "n_unique", "share", "sum"})
_AGGREGATES = _ADDS_UP | {"median", "quantile", "std"}


def row_stream(
    texts: Mapping[str, str | None], scopes: Mapping[str, Scope], within: Sequence[str], signs: Mapping[str, str]
) -> dict[str, Any] | None:
    """The streaming form of a row rule, None where it looks at no other row.

    A rule that asks how a row stands among all rows needs the columns it reads whole, which are `kept`.

    `texts` and `scopes` are keyed by `passes`, `guarded`, `applies`. `signs` names for a column the check by which
    none of its values is zero. Where a division needs that, `nonzero` is the form for rows that
    pass the checks `signs`.
    """
    roots = {name: _root(text, scopes[name]) for name, text in texts.items() if text is not None}
    if any(node.op in _AGGREGATES for root in roots.values() for node in walk(root)):
        return {"kept": True}
    if not any(node.op in _CUMULATED | _BOUNDED for root in roots.values() for node in walk(root)):
        return None
    hoists = any(node.op in _CUMULATED for root in roots.values() for node in walk(root))
    if hoists:
        # Carried state is of the form that is right for any data; what has no promise to trust has one form.
        roots["passes"] = roots["guarded"]
    hoisted: dict[str, dict[str, Any]] = {}
    rest = {name: _hoist(root, tuple(within), hoisted) for name, root in roots.items()}
    needed: list[str] = []
    nonzero = {} if hoists else {"nonzero": _divided_plainly(rest["passes"], signs, needed)}
    return {
        "groups": list(within),
        "back": max(_back(root) for root in rest.values()),
        "hoisted": list(hoisted.values()),
        "over": {name: _text(root, within) for name, root in rest.items()},
        "alone": {name: _text(root, ()) for name, root in (rest | (nonzero if needed else {})).items()},
        "signs": list(dict.fromkeys(needed)),
    }


def dataset_stream(text: str, scope: Scope, within: Sequence[str]) -> dict[str, Any] | None:
    """The streaming form of a dataset rule; None where its aggregates do not add up and it needs its columns whole."""
    hoisted: dict[str, dict[str, Any]] = {}
    parts: dict[str, dict[str, Any]] = {}
    root = _aggregated(_hoist(_root(text, scope), tuple(within), hoisted), tuple(within), parts)
    if root is None:
        return None
    return {
        "groups": list(within),
        "back": max((part["back"] for part in parts.values()), default=0),
        "hoisted": list(hoisted.values()),
        "parts": list(parts.values()),
        "verdict": _text(root, ()),
    }


def neighbours(groups: Sequence[str], over: str, alone: str) -> dict[str, Any]:
    """The streaming form of a check that compares a row with the one before it in its group.

    What `alone` says of the first row of a group is not looked at.
    """
    forms = {"over": {"passes": over, "guarded": over}, "alone": {"passes": alone, "guarded": alone}}
    return {"groups": list(groups), "back": 1, "hoisted": [], "signs": [], **forms}


def _divided_plainly(node: Typed, signs: Mapping[str, str], needed: list[str]) -> Typed:
    """The node with plain divisions by earlier values of columns that are not zero by a check, which is `needed`.

    An earlier value is never a scalar to Polars, which a column that holds one value everywhere may be.
    """
    made = _with_args(node, tuple(_divided_plainly(arg, signs, needed) for arg in node.args))
    if node.op == "div" and node.args[1].op == "prev" and node.args[1].args[0].op == "column":
        check = signs.get(node.args[1].args[0].value)
        if check is not None and node.args[1].type.kind == "float64":
            made.op = "div_nonzero"
            needed.append(check)
    return made


def _root(text: str, scope: Scope) -> Typed:
    typed, faults = compile_text(text, scope, bounded=False)
    assert typed is not None, (text, faults)
    return typed.root


def _text(root: Typed, within: Sequence[str]) -> str:
    return emit_polars(TypedExpression(root, (), nullable=True, unknown_where=(), nan_names=()), {}, within)


def _hoist(node: Typed, within: tuple[str, ...], hoisted: dict[str, dict[str, Any]]) -> Typed:
    """The node with everything cumulated replaced by a column, innermost first."""
    args = tuple(_hoist(arg, within, hoisted) for arg in node.args)
    node = _with_args(node, args)
    if node.op not in _CUMULATED:
        return node
    (arg,) = args
    written = _text(arg, within)
    name = f"{node.op}({written}) within {', '.join(within)}"
    widens = node.op == "cum_sum" and node.type.kind == "int64"
    hoisted.setdefault(
        name,
        {
            "name": name,
            "op": node.op,
            "arg": f"({written}).cast(pl.Int128)" if widens else written,
            "result": "int64" if widens else None,
            "nan": node.op in {"cum_max", "cum_min"} and arg.type.kind == "float64",
            "groups": list(within),
            "back": _back(arg),
        },
    )
    return _column(node, name)


def _aggregated(node: Typed, within: tuple[str, ...], parts: dict[str, dict[str, Any]]) -> Typed | None:
    """The node with its aggregates replaced by columns; None where one is left that does not add up."""
    if node.op in _AGGREGATES:
        if node.op not in _ADDS_UP or any(below.op in _AGGREGATES for arg in node.args for below in walk(arg)):
            return None
        arg = _text(node.args[0], within) if node.args else None
        name = f"{node.op}({arg or ''})"
        back = _back(node.args[0]) if node.args else 0
        parts[name] = {"name": name, "op": node.op, "arg": arg, "type": node.type.kind, "back": back}
        return _column(node, name)
    args = [_aggregated(arg, within, parts) for arg in node.args]
    if node.op == "column" or node.op in _BOUNDED or any(arg is None for arg in args):
        return None
    return _with_args(node, tuple(arg for arg in args if arg is not None))


def _back(node: Typed) -> int:
    """How many earlier rows the value of a row depends on, besides hoisted columns."""
    own = node.value if node.op == "prev" else node.value - 1 if node.op in _BOUNDED else 0
    return int(own) + max((_back(arg) for arg in node.args), default=0)


def _column(node: Typed, name: str) -> Typed:
    made = _with_args(node, ())
    made.op, made.value = "column", name
    return made


def _with_args(node: Typed, args: tuple[Typed, ...]) -> Typed:
    made = Typed(node.op, args, node.type, node.start, node.end, node.value)
    for trait in ("computed", "high", "low", "nullable", "special", "unknown", "weight"):
        setattr(made, trait, getattr(node, trait))
    return made
