"""The names that the demands of a binding may read, and their types."""

from __future__ import annotations

from peakguard.expression.scope import Scope
from peakguard.kinds.bindings.model import Binding, Value
from peakguard.language.typed import column_of

RESULT = "result"


def before(binding: Binding) -> Scope:
    """What is known ahead of a call: arguments with a type, and values read from them."""
    values = {name: value for name, value in binding.arguments.items() if value.contract is None}
    reads = {name: read for name, read in binding.reads.items() if not read.path.startswith(RESULT)}
    return Scope({name: column_of(shape) for name, shape in {**values, **reads}.items()})


def after(binding: Binding) -> Scope:
    """The same, with all that is read, and the result where its type is declared."""
    columns = {**before(binding).columns, **{name: column_of(read) for name, read in binding.reads.items()}}
    if binding.returns is not None and binding.returns.contract is None:
        columns[RESULT] = column_of(binding.returns)
    return Scope(columns)


def alone(name: str, value: Value) -> Scope:
    """One value by itself, for its own bounds."""
    return Scope({name: column_of(value)})
