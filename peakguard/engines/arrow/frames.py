"""Frames of three libraries as tables of Arrow, and back as what they were."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Hashable, Mapping
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
    # A subclass would come back as what it was made of.
    if polars is not None and type(value) is getattr(polars, "DataFrame", None):
        return "polars"
    if pandas is not None and type(value) is getattr(pandas, "DataFrame", None):
        return "pandas"
    if arrow is not None and type(value) is getattr(arrow, "Table", None):
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


def known_by(form: Form, table: pa.Table) -> Hashable | None:
    """What tables have in common that come back alike; None where that depends on their values."""
    import pyarrow as pa

    if any(pa.types.is_dictionary(field.type) for field in table.schema):
        return None
    fields = tuple((field.name, str(field.type), field.nullable) for field in table.schema)
    pandas = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}"))
    return form, fields, json.dumps([pandas.get("columns"), pandas.get("column_indexes")])


def check_values(value: Any, form: Form, table: pa.Table) -> None:
    """Raises NotKept where it depends on values whether they come back: rows without columns, objects of Python."""
    rows = table.num_rows if form == "arrow" else len(value)
    if rows and (table.num_rows != rows or not table.num_columns):
        raise NotKept("it has rows and no columns")
    if form != "pandas":
        return
    if value.attrs and json.loads(json.dumps(value.attrs, default=str)) != value.attrs:
        raise NotKept("its `attrs` hold more than texts, numbers, lists and tables of them")
    for place, (name, kind) in enumerate(value.dtypes.items()):
        if str(kind) == "object":
            _check_objects(str(name), value.iloc[:, place], table.column(place))


def _check_objects(name: str, values: Any, column: pa.ChunkedArray) -> None:
    """Whether objects of Python come back as what they were; a missing one comes back as None."""
    import pyarrow as pa

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return
    for before, after in zip(values, column.to_pandas(), strict=True):
        if not _is_alike(before, after):
            raise NotKept(f"the column {name} holds {before!r:.80}, which comes back as {after!r:.80}")


def _is_alike(before: Any, after: Any) -> bool:
    if before is None or after is None:
        is_missing = before is None or (isinstance(before, float) and before != before)
        return is_missing and after is None
    if type(before) is not type(after):
        return False
    if type(before).__name__ == "ndarray":
        if before.dtype != after.dtype or before.shape != after.shape:
            return False
        if before.dtype == object:
            return all(map(_is_alike, before, after))
        return bool(((before == after) | ((before != before) & (after != after))).all())
    if isinstance(before, dict):
        return list(before) == list(after) and all(_is_alike(before[key], after[key]) for key in before)
    return str(before) == str(after) and bool(before == after or before != before)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
