"""How a check runs over data that come in batches: what it has to carry from one to the next.

An expression looks back in two ways. `prev` and `rolling_*` see a fixed number of earlier rows of the
group: it is enough to carry that many (`back`). `cum_*`, `since` and `first` see all of them: each of
these becomes a column of its own (`hoisted`), whose state is one value per group. In a dataset rule
every aggregate becomes a column of partial results (`parts`) that add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from peakguard.expression import compile_text
from peakguard.expression.hoist import (
    BOUNDED,
    CUMULATED,
    as_column,
    hoist,
    hoist_earlier,
    rows_back,
    text_of,
    with_args,
)
from peakguard.expression.scope import Scope
from peakguard.expression.typed import Typed, walk
from peakguard.kinds.contract.positions import earlier

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
    if not any(node.op in CUMULATED | BOUNDED for root in roots.values() for node in walk(root)):
        return None
    hoists = any(node.op in CUMULATED for root in roots.values() for node in walk(root))
    if hoists:
        # Carried state is of the form that is right for any data; what has no promise to trust has one form.
        roots["passes"] = roots["guarded"]
    hoisted: dict[str, dict[str, Any]] = {}
    rest = {name: hoist(root, tuple(within), hoisted) for name, root in roots.items()}
    needed: list[str] = []
    nonzero = {} if hoists else {"nonzero": _divided_plainly(rest["passes"], signs, needed)}
    alone = rest | (nonzero if needed else {})
    return {
        "groups": list(within),
        "back": max(rows_back(root) for root in rest.values()),
        "hoisted": list(hoisted.values()),
        "over": {name: text_of(root, within) for name, root in rest.items()},
        "alone": {name: text_of(root, ()) for name, root in alone.items()},
        **_passing(alone),
        "is_shifted": all(_is_shifted(node) for root in alone.values() for node in walk(root)),
        "signs": list(dict.fromkeys(needed)),
    }


def _is_shifted(node: Typed) -> bool:
    """Whether a node looks back, if at all, at values of columns only, which are null where there is no row.

    Of a null something else may make a value; and a sum that rolls keeps something of other rows in its last digits.
    """
    return node.op not in BOUNDED or (node.op == "prev" and node.args[0].op == "column")


def _passing(roots: Mapping[str, Typed]) -> dict[str, Any]:
    """The forms for rows that stand beside the rows before them, and which columns these are of."""
    hoisted: dict[str, dict[str, Any]] = {}
    beside = {name: hoist_earlier(root, hoisted) for name, root in roots.items()}
    columns = {name: earlier(spec["column"], spec["rows"]) for name, spec in hoisted.items()}
    return {
        "passing": {name: text_of(root, (), columns) for name, root in beside.items()},
        "earlier": [[spec["column"], spec["rows"]] for spec in hoisted.values()],
    }


def dataset_stream(text: str, scope: Scope, within: Sequence[str]) -> dict[str, Any] | None:
    """The streaming form of a dataset rule; None where its aggregates do not add up and it needs its columns whole."""
    hoisted: dict[str, dict[str, Any]] = {}
    parts: dict[str, dict[str, Any]] = {}
    root = _aggregated(hoist(_root(text, scope), tuple(within), hoisted), tuple(within), parts)
    if root is None:
        return None
    return {
        "groups": list(within),
        "back": max((part["back"] for part in parts.values()), default=0),
        "hoisted": list(hoisted.values()),
        "parts": list(parts.values()),
        "verdict": text_of(root, ()),
    }


def neighbours(
    groups: Sequence[str], over: str, alone: str, passing: str | None = None, column: str | None = None
) -> dict[str, Any]:
    """The streaming form of a check that compares a row with the one before it in its group.

    `passing` is `alone` for rows that stand beside the ones before them, whose `column` it reads.
    What `alone` says of the first row of a group is not looked at: with `starts` it passes.
    """
    forms = {"over": over, "alone": alone, "passing": passing or alone}
    return {
        "groups": list(groups),
        "back": 1,
        "hoisted": [],
        "signs": [],
        "starts": True,
        "is_shifted": True,
        "earlier": [[column, 1]] if passing is not None else [],
        **{name: {"passes": text, "guarded": text} for name, text in forms.items()},
    }


def _divided_plainly(node: Typed, signs: Mapping[str, str], needed: list[str]) -> Typed:
    """The node with plain divisions by earlier values of columns that are not zero by a check, which is `needed`.

    An earlier value is never a scalar to Polars, which a column that holds one value everywhere may be.
    """
    made = with_args(node, tuple(_divided_plainly(arg, signs, needed) for arg in node.args))
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


def _aggregated(node: Typed, within: tuple[str, ...], parts: dict[str, dict[str, Any]]) -> Typed | None:
    """The node with its aggregates replaced by columns; None where one is left that does not add up."""
    if node.op in _AGGREGATES:
        if node.op not in _ADDS_UP or any(below.op in _AGGREGATES for arg in node.args for below in walk(arg)):
            return None
        arg = text_of(node.args[0], within) if node.args else None
        name = f"{node.op}({arg or ''})"
        back = rows_back(node.args[0]) if node.args else 0
        parts[name] = {"name": name, "op": node.op, "arg": arg, "type": node.type.kind, "back": back}
        return as_column(node, name)
    args = [_aggregated(arg, within, parts) for arg in node.args]
    if node.op == "column" or node.op in BOUNDED or any(arg is None for arg in args):
        return None
    return with_args(node, tuple(arg for arg in args if arg is not None))
