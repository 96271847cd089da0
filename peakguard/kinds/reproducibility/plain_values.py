"""Plain values in one canonical form: equal values have equal texts. All of a float counts but a payload of NaN."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from uuid import UUID


class Uncomparable(TypeError):
    """A value that has no canonical form."""


class Different(NamedTuple):
    """Where two canonical values differ first; `ulps` counts the floats between them, where both are floats."""

    path: str
    left: Any
    right: Any
    ulps: int | None


def canonical(value: Any) -> Any:
    """The value as JSON values. A dict keeps its order, a set has none. Raises Uncomparable."""
    if value is None or type(value) in (bool, int, str):
        return value
    if isinstance(value, float):
        return {"float": "nan" if value != value else repr(float(value))}
    if isinstance(value, Enum):
        return canonical(value.value)
    if isinstance(value, datetime | date | time):
        return {type(value).__name__: value.isoformat()}
    if isinstance(value, timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Decimal | UUID):
        return {type(value).__name__: str(value)}
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": bytes(value).hex()}
    return _canonical_parts(value)


def _canonical_parts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {"map": [[canonical(key), canonical(each)] for key, each in value.items()]}
    if isinstance(value, list | tuple):
        return [canonical(each) for each in value]
    if isinstance(value, set | frozenset):
        return {"set": sorted((canonical(each) for each in value), key=text_of)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = [[field.name, canonical(getattr(value, field.name))] for field in dataclasses.fields(value)]
        return {"map": pairs}
    if isinstance(value, bool | int | str):
        return canonical(int(value) if isinstance(value, int) else str(value))
    plain = getattr(value, "tolist", None)  # scalars and arrays of NumPy, known without importing it
    if plain is not None and type(value).__module__ == "numpy":
        inner = canonical(plain())
        return {"array": [str(value.dtype), list(value.shape), inner]} if value.shape else inner
    raise Uncomparable(f"a value of type {type(value).__name__} cannot be compared")


def text_of(value: Any) -> str:
    """The text of a canonical value."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def first_difference(left: Any, right: Any, path: str = "$") -> Different | None:
    """Where two canonical values differ first, None where they are equal."""
    if left == right and type(left) is type(right):
        return None
    if isinstance(left, list) and isinstance(right, list):
        return _first_in_lists(left, right, path)
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        (kind,) = left
        return _first_inside(kind, left[kind], right[kind], path)
    return Different(path, shown(left), shown(right), None)


def _first_in_lists(left: list[Any], right: list[Any], path: str) -> Different:
    for index, (one, other) in enumerate(zip(left, right, strict=False)):
        found = first_difference(one, other, f"{path}[{index}]")
        if found is not None:
            return found
    return Different(path, f"{len(left)} items", f"{len(right)} items", None)


def _first_inside(kind: str, left: Any, right: Any, path: str) -> Different:
    if kind == "float":
        return Different(path, float(left), float(right), ulps_between(float(left), float(right)))
    if kind == "map":
        for (key, one), (other_key, other) in zip(left, right, strict=False):
            if key != other_key:
                return Different(f"{path}, order of keys", shown(key), shown(other_key), None)
            found = first_difference(one, other, f"{path}.{shown(key)}")
            if found is not None:
                return found
        return Different(path, f"{len(left)} keys", f"{len(right)} keys", None)
    if kind in ("set", "array"):
        parts = (left, right) if kind == "set" else (left[2], right[2])
        return first_difference(*parts, path) or Different(path, str(left[:2]), str(right[:2]), None)
    return Different(path, shown({kind: left}), shown({kind: right}), None)


def shown(value: Any) -> Any:
    """A canonical value for people."""
    if isinstance(value, dict):
        (kind,) = value
        return value[kind] if kind not in ("map", "set", "array", "timedelta") else text_of(value[kind])
    return value if not isinstance(value, list) else text_of(value)


def ulps_between(left: float, right: float) -> int | None:
    """How many floats lie between two, counting one of them; None where one is NaN."""
    if left != left or right != right:
        return None
    one, other = (_ordinal(value) for value in (left, right))
    return abs(one - other)


def _ordinal(value: float) -> int:
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    return int(bits) if bits >= 0 else -(bits & 0x7FFF_FFFF_FFFF_FFFF) - 1  # so -0.0 and 0.0 are 1 apart
