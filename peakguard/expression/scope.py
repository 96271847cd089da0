"""What an expression may name: columns, and the groups of functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from peakguard.expression.types import Type


class Column(NamedTuple):
    """A name that an expression may read.

    `nullable`: it may be null. `finite`: it is neither NaN nor infinite; only floats are ever not.
    Back ends leave out guards on the strength of these promises, so whoever makes them also checks them.
    `unit` is the unit of measure, None for a dimensionless number.
    """

    type: Type
    nullable: bool = False
    finite: bool = True
    unit: str | None = None


class Scope(NamedTuple):
    """The surroundings of an expression.

    `ordered`: rows have an order, so `prev` and its like are available. `dataset`: the expression
    judges a set of rows as a whole, so columns are read only inside `mean`, `share` and their like.
    """

    columns: Mapping[str, Column]
    ordered: bool = False
    dataset: bool = False
