"""Every key that a policy may have is judged on purpose; nothing is left to the rule for what nobody thought of."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from peakguard.kinds.config.changes import FIELD, TABLES
from peakguard.kinds.config.model import Map, Renamed, Table, Value, Variants
from peakguard.language.bounded import BOUNDED
from peakguard.language.elements import HEADER
from peakguard.language.elements import Table as Rows
from peakguard.language.registry import kind_names, model_of


def keys(model: type[BaseModel], prefix: str, table: Rows, above: tuple[type[BaseModel], ...] = ()) -> Iterator[str]:
    """The patterns of all keys of a model, down to what the table says is not compared."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        yield from _keys(field.annotation, f"{prefix}.{key}" if prefix else key, table, (*above, model))


def _keys(annotation: Any, pattern: str, table: Rows, above: tuple[type[BaseModel], ...]) -> Iterator[str]:
    row = table.get(pattern)
    if row is not None and not row.is_compared:
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        yield from _keys(arguments[0], pattern, table, above)
    elif origin in (Union, UnionType):
        for each in arguments:
            if each is not NoneType:
                yield from _keys(each, pattern, table, above)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in above:  # an element of a list is like the list
            yield from keys(annotation, pattern, table, above)
    elif origin is dict:
        yield from _keys(arguments[1], f"{pattern}.*", table, above)
    elif origin is tuple and row is not None and row.name is not None:
        yield from _keys(arguments[0], f"{pattern}.*", table, above)
    else:
        yield pattern


@pytest.mark.parametrize("kind", kind_names())
def test_every_key_of_a_kind_is_judged(kind: str) -> None:
    table = {**HEADER, **import_module(f"peakguard.kinds.{kind}.changes").TABLE}
    missing = set(keys(model_of(kind), "", table)) - set(table)
    assert {each for each in missing if ".list." not in each and ".record." not in each} == set()


@pytest.mark.parametrize("part", [Value, Table, Variants, Map, Renamed])
def test_every_key_of_a_part_of_a_configuration_is_judged(part: type[BaseModel]) -> None:
    prefix, table = ("field", FIELD) if part is Value else ("part", TABLES)
    assert set(keys(part, prefix, table)) - set(table) == set()


@pytest.mark.parametrize("kind", kind_names())
def test_no_row_is_for_a_key_that_is_not_there(kind: str) -> None:
    table = import_module(f"peakguard.kinds.{kind}.changes").TABLE
    known = {key: row._replace(is_compared=True) for key, row in {**HEADER, **table}.items()}
    patterns = set(keys(model_of(kind), "", known)) if kind != "config" else set(TABLE_OF_CONFIG)
    parts = {
        ".".join(pattern.split(".")[:length]) for pattern in patterns for length in range(1, pattern.count(".") + 2)
    }
    # Not all that may have bounds may have all of them.
    assert {key for key in table if key not in parts and key.rpartition(".")[2] not in BOUNDED} == set()


TABLE_OF_CONFIG = import_module("peakguard.kinds.config.changes").TABLE
"""Sections of a configuration hold themselves; their keys are looked at above."""
