"""Frames of three libraries as tables of Arrow, and back as what they were."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

Form = Literal["polars", "pandas", "arrow"]
_FORMS: tuple[Form, ...] = ("polars", "pandas", "arrow")


class NotKept(Exception):
    """What is no frame, or one that would come back as another; the text says why."""


def form_of(value: Any) -> Form | None:
    """What a value is, None for what is no frame. No library is imported: who holds a frame has done it."""
    polars, pandas, arrow = (sys.modules.get(name) for name in ("polars", "pandas", "pyarrow"))
    if polars is not None and isinstance(value, polars.DataFrame):
        return "polars"
    if pandas is not None and isinstance(value, pandas.DataFrame):
        return "pandas"
    if arrow is not None and hasattr(arrow, "Table") and isinstance(value, arrow.Table):
        return "arrow"
    return None


def form_named(name: str) -> Form:
    """The form that a name in a file stands for. Raises ValueError."""
    for form in _FORMS:
        if form == name:
            return form
    raise ValueError(f"it holds a frame of the form {name!r}")


def to_table(value: Any, form: Form) -> pa.Table:
    """The frame as a table. Raises NotKept for values that Arrow has no type for."""
    import pyarrow as pa

    if form == "arrow":
        table: pa.Table = value
        return table
    try:
        return value.to_arrow() if form == "polars" else pa.Table.from_pandas(value)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise NotKept(_first_line(error)) from error


def from_table(table: pa.Table, form: Form) -> Any:
    """The table as a frame of a library."""
    if form == "arrow":
        return table
    if form == "pandas":
        return table.to_pandas()
    import polars as pl

    return pl.from_arrow(table)


def check_returns(value: Any, form: Form, table: pa.Table, again: Callable[[pa.Table], pa.Table]) -> None:
    """Raises NotKept where types come back as others; `again` writes a table and reads it."""
    import pyarrow as pa

    try:
        back = from_table(again(_telling(table)), form)
    except (pa.ArrowException, TypeError, ValueError, NotImplementedError) as error:
        raise NotKept(_first_line(error)) from error
    # A range is kept by its ends, which a table without rows does not have.
    is_ranged = form == "pandas" and type(value.index).__name__ == "RangeIndex"
    before, after = (_types(each, form, with_index=not is_ranged) for each in (value, back))
    if list(before) != list(after):
        raise NotKept("its columns come back under other names")
    for name, kind in before.items():
        if after[name] != kind:
            raise NotKept(f"the column {name[1]} is {kind} and comes back as {after[name]}")
    if form == "pandas":
        _check_objects(value, table)


def _telling(table: pa.Table) -> pa.Table:
    """As little of a table as tells the types that come back; those of categories follow from their values."""
    import pyarrow as pa

    is_whole = any(pa.types.is_dictionary(field.type) for field in table.schema)
    return table if is_whole else table.slice(0, 0)


def _types(value: Any, form: Form, *, with_index: bool) -> Mapping[Any, Any]:
    if form == "polars":
        return {(0, name): kind for name, kind in value.schema.items()}
    if form == "arrow":
        return {(place, field.name): field.type for place, field in enumerate(value.schema)}
    levels = list(enumerate(value.index.names)) if with_index else []
    index = {(-1 - place, name): value.index.get_level_values(place).dtype for place, name in levels}
    return index | {(place, name): kind for place, (name, kind) in enumerate(value.dtypes.items())}


def _check_objects(value: Any, table: pa.Table) -> None:
    """Objects of Python that Arrow holds as lists or records come back as arrays and dictionaries."""
    import pyarrow as pa

    for name in value.columns:
        if str(name) not in table.schema.names or not pa.types.is_nested(table.schema.field(str(name)).type):
            continue
        first = next((each for each in value[name] if each is not None), None)
        if first is not None and type(first).__name__ not in ("ndarray", "dict"):
            raise NotKept(f"the column {name} holds values of type {type(first).__name__}, which come back as arrays")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
