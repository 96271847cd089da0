"""The invariants of a policy as texts of Polars expressions, for results that are there as a whole."""

from __future__ import annotations

from typing import Any

from peakguard.expression import emit_polars
from peakguard.expression.emit import polars as emitter
from peakguard.expression.typed import Typed
from peakguard.kinds.invariants.measure import measures
from peakguard.kinds.invariants.watched import Watched


def columnar(each: Watched) -> dict[str, Any]:
    """The texts of one invariant; of its measures the two sides, and the tolerances of `close`."""
    made: dict[str, Any] = {
        "expr": emit_polars(each.expr, {}, each.groups),
        "when": emit_polars(each.when, {}, each.groups) if each.when is not None else None,
        "expect": emit_polars(each.expect, {}, each.groups) if each.expect is not None else None,
    }
    parts = measures(each.expr.root) if each.form == "always" else ()
    made["measures"] = [
        [part.kind, _side(part.large, each), _side(part.small, each), list(part.tolerances)] for part in parts
    ]
    return made


def _side(node: Typed, each: Watched) -> str:
    return emitter.emit(node, {}, each.groups)
