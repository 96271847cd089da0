"""What a contract promises of the insides of its lists and records, as expressions that test it.

Expressions leave out guards on the strength of these promises. They reach into records and into one list, so
nothing is promised of a list in a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from peakguard.kinds.contract.model import Column
from peakguard.language.typed import Shape


class _Place(NamedTuple):
    """A value inside a column: its id, how an expression reads it, and by what test it is not there at all."""

    id: str
    text: str
    variable: str
    unless: str = ""
    source: str = ""
    """The list that is walked to reach it, if any."""


def promises_inside(name: str, column: Column, variable: str) -> Iterator[tuple[str, str]]:
    """The id of each promise after that of the column, such as `qty.not_null`, and its expression.

    `variable` is a name for the elements of a list that no column has.
    """
    yield from _inner(column, _Place("", name, variable))


def _inner(shape: Shape, place: _Place) -> Iterator[tuple[str, str]]:
    if shape.record is not None:
        # A record that is null has null fields, which is no fault of theirs.
        unless = f"is_null({place.text}) or "
        for key, field in shape.record.items():
            yield from _of(field, place._replace(id=f"{place.id}{key}.", text=f"{place.text}.{key}", unless=unless))
    elif shape.list is not None and not place.source:
        variable = place.variable
        yield from _of(shape.list, _Place(f"{place.id}items.", variable, variable, source=place.text))


def _of(shape: Shape, place: _Place) -> Iterator[tuple[str, str]]:
    if not shape.nullable:
        yield f"{place.id}not_null", _tested(place, f"not is_null({place.text})")
    if shape.finite and shape.type == "float64":
        yield f"{place.id}finite", _tested(place, f"is_finite({place.text})")
    if shape.values is not None:
        yield f"{place.id}values", _tested(place, f"{place.text} in [{', '.join(map(repr, shape.values))}]")
    yield from _inner(shape, place)


def _tested(place: _Place, text: str) -> str:
    asked = place.unless + text
    return f"all({asked} for {place.variable} in {place.source})" if place.source else asked
