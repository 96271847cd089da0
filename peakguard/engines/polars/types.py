"""The type grammar of policies as Polars data types."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl

_DECIMAL = re.compile(r"decimal\((\d+),\s*(\d+)\)")
_DURATION = re.compile(r"duration(?:\[(ns|us|ms)\])?")
_DATETIME = re.compile(r"datetime\[(ns|us|ms)(?:,\s*([^\]]+))?\]")


def to_dtype(form: str | Mapping[str, Any], values: Sequence[str] | None) -> pl.DataType:
    """The data type that a column of a type must have, given as in a plan; `values` are those of an enum."""
    if not isinstance(form, str):
        return _nested(form)
    return _dtype(form, tuple(values) if values is not None else None)


@lru_cache(maxsize=1024)
def _dtype(type_text: str, values: tuple[str, ...] | None) -> pl.DataType:
    library = polars()
    plain = {
        "bool": library.Boolean(),
        "int64": library.Int64(),
        "float64": library.Float64(),
        "string": library.String(),
        "binary": library.Binary(),
        "date": library.Date(),
    }
    if type_text in plain:
        dtype: pl.DataType = plain[type_text]
        return dtype
    if type_text == "enum":
        enum: pl.DataType = library.Enum(list(values or ()))
        return enum
    if match := _DURATION.fullmatch(type_text):
        duration: pl.DataType = library.Duration(match[1] or "us")
        return duration
    if match := _DECIMAL.fullmatch(type_text):
        decimal: pl.DataType = library.Decimal(int(match[1]), int(match[2]))
        return decimal
    match = _DATETIME.fullmatch(type_text)
    if match is None:
        raise ValueError(type_text)
    moment: pl.DataType = library.Datetime(match[1], match[2])
    return moment


def _nested(form: Mapping[str, Any]) -> pl.DataType:
    """A list, a record, or the values of an enum inside them."""
    library = polars()
    if "enum" in form:
        enum: pl.DataType = library.Enum(form["enum"])
        return enum
    if "list" in form:
        listed: pl.DataType = library.List(to_dtype(form["list"], None))
        return listed
    if "record" in form:
        record: pl.DataType = library.Struct({name: to_dtype(field, None) for name, field in form["record"].items()})
        return record
    return to_dtype(form["type"], None)


def to_form(dtype: Any) -> str | dict[str, Any] | None:
    """The type of ours that a column of a data type has, in the form of a plan; None where there is none."""
    library = polars()
    if isinstance(dtype, library.List):
        inner = to_form(dtype.inner)
        return {"list": _wary(inner)} if inner is not None else None
    if isinstance(dtype, library.Struct):
        fields = {field.name: to_form(field.dtype) for field in dtype.fields}
        return {"record": {name: _wary(form) for name, form in fields.items() if form is not None}}
    if isinstance(dtype, library.Enum | library.Categorical):
        return "string"
    if isinstance(dtype, library.Decimal):
        return f"decimal({dtype.precision},{dtype.scale})"
    if isinstance(dtype, library.Datetime):
        return f"datetime[{dtype.time_unit}, {dtype.time_zone}]" if dtype.time_zone else f"datetime[{dtype.time_unit}]"
    if isinstance(dtype, library.Duration):
        return f"duration[{dtype.time_unit}]"
    return next((name for name, kind in _PLAIN.items() if dtype == getattr(library, kind)), None)


def widened(frame: pl.DataFrame) -> pl.DataFrame:
    """Narrow integers and floats, also inside lists and records, as the int64 and float64 that hold them exactly."""
    kinds = {name: _widened(dtype) for name, dtype in frame.schema.items()}
    return frame.cast({name: kind for name, kind in kinds.items() if kind != frame.schema[name]})


def _widened(dtype: Any) -> Any:
    library = polars()
    if isinstance(dtype, library.List | library.Array):
        return library.List(_widened(dtype.inner))
    if isinstance(dtype, library.Struct):
        return library.Struct({field.name: _widened(field.dtype) for field in dtype.fields})
    if dtype in (library.Int8, library.Int16, library.Int32, library.UInt8, library.UInt16, library.UInt32):
        return library.Int64()
    return library.Float64() if dtype == library.Float32 else dtype


_PLAIN = {
    "bool": "Boolean",
    "int64": "Int64",
    "float64": "Float64",
    "string": "String",
    "binary": "Binary",
    "date": "Date",
}


def _wary(form: str | dict[str, Any]) -> dict[str, Any]:
    """What stands inside a list or record may be null and NaN for all we know."""
    return {**(form if isinstance(form, dict) else {"type": form}), "nullable": True, "finite": False}


def holds(actual: Any, wanted: Any) -> bool:
    """Whether a column needs no conversion: the very type, or an enum held as text or categories."""
    library = polars()
    if isinstance(wanted, library.Enum):
        return isinstance(actual, library.Enum | library.Categorical | library.String)
    if isinstance(wanted, library.List):
        return isinstance(actual, library.List) and holds(actual.inner, wanted.inner)
    if isinstance(wanted, library.Struct):
        return isinstance(actual, library.Struct) and _holds_fields(actual, wanted)
    return bool(actual == wanted)


def _holds_fields(actual: pl.Struct, wanted: pl.Struct) -> bool:
    """Every field that is wanted is there; others do no harm."""
    present = {field.name: field.dtype for field in actual.fields}
    return all(field.name in present and holds(present[field.name], field.dtype) for field in wanted.fields)


def is_guess(actual: Any, wanted: Any) -> bool:
    """Whether a conversion would say what the values do not, anywhere in them.

    Bytes do not say that they are text, nor in which encoding. Times without a zone do not say which one is theirs:
    they are only ever taken for UTC, and only times of UTC may lose their zone.
    """
    library = polars()
    if isinstance(actual, library.List | library.Array) and isinstance(wanted, library.List):
        return is_guess(actual.inner, wanted.inner)
    if isinstance(actual, library.Struct) and isinstance(wanted, library.Struct):
        present = {field.name: field.dtype for field in actual.fields}
        return any(is_guess(present[field.name], field.dtype) for field in wanted.fields if field.name in present)
    if isinstance(actual, library.Datetime) and isinstance(wanted, library.Datetime):
        zones = {actual.time_zone, wanted.time_zone}
        return None in zones and not zones <= {None, "UTC"}
    return bool(actual == library.Binary()) != bool(wanted == library.Binary())


def has_bytes(wanted: Any) -> bool:
    """Whether values of a data type are bytes, or hold some."""
    library = polars()
    if isinstance(wanted, library.List | library.Array):
        return has_bytes(wanted.inner)
    if isinstance(wanted, library.Struct):
        return any(has_bytes(field.dtype) for field in wanted.fields)
    return bool(wanted == library.Binary())


def bytes_in(schema: Mapping[str, Any]) -> str | None:
    """The first column that holds bytes."""
    return next((name for name, dtype in schema.items() if has_bytes(dtype)), None)


def is_in_json(actual: Any, wanted: Any) -> bool:
    """Whether JSON has no other form of a type than this one: its values may yet be none of it."""
    library = polars()
    if actual == library.Null():
        return True
    if (
        isinstance(wanted, library.Date | library.Datetime | library.Duration | library.Decimal)
        and actual == library.String()
    ):
        return True
    return isinstance(wanted, library.Float64 | library.Decimal) and bool(actual.is_numeric())


def misfit(actual: Any, form: str | Mapping[str, Any]) -> str:
    """What keeps a column from being of a type: the first difference, and where inside it that is."""
    library = polars()
    if not isinstance(form, str):
        if isinstance(actual, library.List) and "list" in form:
            return f"in its items: {misfit(actual.inner, form['list'])}"
        if isinstance(actual, library.Struct) and "record" in form:
            return _field_misfit({field.name: field.dtype for field in actual.fields}, form["record"])
        if "type" in form:
            return misfit(actual, form["type"])
    return f"expected {shown(form)}, found {actual}"


def _field_misfit(present: Mapping[str, Any], fields: Mapping[str, Any]) -> str:
    missing = [name for name in fields if name not in present]
    if missing:
        return f"it has no field {missing[0]}"
    name = next(name for name, form in fields.items() if not holds(present[name], to_dtype(form, None)))
    return f"in its field {name}: {misfit(present[name], fields[name])}"


def shown(form: str | Mapping[str, Any]) -> str:
    """A type in words: `list of record` for the table that a plan has."""
    if isinstance(form, str):
        return form
    if "list" in form:
        return f"list of {shown(form['list'])}"
    return str(form.get("type") or next(key for key in ("enum", "record") if key in form))
