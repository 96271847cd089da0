"""The table of functions. A new one needs an entry in its group, a meaning in `reference`, a text in each emitter."""

from __future__ import annotations

from peakguard.expression import dataset_functions, ordered_functions, row_functions
from peakguard.expression.signature import Function

FUNCTIONS: dict[str, Function] = {
    **row_functions.FUNCTIONS,
    **ordered_functions.FUNCTIONS,
    **dataset_functions.FUNCTIONS,
}


def find(name: str, arguments: int, *, dataset: bool) -> Function | None:
    """What a name means in a call with so many arguments; in a dataset rule `max(x)` is that of all rows."""
    if dataset and name in dataset_functions.ALONE:
        alone = dataset_functions.ALONE[name]
        if arguments == len(alone.parameters):
            return alone
    return FUNCTIONS.get(name)
