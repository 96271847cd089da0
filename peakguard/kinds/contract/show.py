"""The demands of a contract, for `peakguard show`."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.expression import compile_text
from peakguard.kinds.contract.demands import demands
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.scope import scope_of
from peakguard.language.document import Document
from peakguard.language.shown import Shown


def show(document: Document[Contract]) -> Iterator[Shown]:
    """Every demand whose expression is sound, in the order in which they are judged."""
    spec = document.spec
    for demand in demands(spec):
        # What a promise says cannot be taken for granted while it is tested.
        scope = scope_of(spec, is_dataset=demand.is_dataset, trusts=not demand.is_promise)
        typed, _ = compile_text(demand.text, scope, bounded=False)
        if typed is None:
            continue
        yield Shown(
            id=demand.id,
            text=demand.text,
            span=document.span(*demand.path),
            typed=typed,
            is_dataset=demand.is_dataset,
            relation=spec.name.replace(".", "_").replace("-", "_"),
            within=tuple(demand.rule.within),
            order=(spec.order.by,) if spec.order is not None else (),
        )
