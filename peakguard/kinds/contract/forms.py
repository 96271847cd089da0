"""The text of a demand for data that keep the promises of columns, and for data that do not."""

from __future__ import annotations

from peakguard.expression import compile_text
from peakguard.expression.scope import Scope
from peakguard.expression.typed import TypedExpression, walk
from peakguard.kinds.contract.demands import Demand


def forms_of(demand: Demand, scope: Scope) -> dict[str, str]:
    """The demand for data that keep the promises of columns (`passes`), and for data that do not (`guarded`)."""
    text = demand.text
    typed = typed_of(text, scope)
    if demand.rule.on_null is not None or demand.on_null(typed.root) == "pass":
        return {"passes": demand.known or text, "guarded": demand.guarded or demand.known or text}
    # Where arithmetic has no result the row fails. Where a value is missing against its promise it stays unknown:
    # that is the business of the promise, and no second reason to refuse the row.
    columns = [node for node in walk(typed.root) if node.op == "column"]
    is_flat = not any(node.type.kind in ("list", "record") for node in columns)
    missing = " or ".join(f"is_null({name})" for name in typed.names) if is_flat else "1 == 1"
    return {"passes": f"coalesce({text}, 1 == 0)", "guarded": f"coalesce({text}, ({text}) and ({missing}))"}


def typed_of(text: str, scope: Scope) -> TypedExpression:
    """A text that `check` found no error in."""
    # Bounded is what operators write; the text of a constraint is ours, and an enum may be long.
    typed, faults = compile_text(text, scope, bounded=False)
    assert typed is not None, (text, faults)
    return typed
