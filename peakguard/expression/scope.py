"""What an expression may name: columns, and the groups of functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from peakguard.expression.types import Column

__all__ = ["Column", "Scope"]


class Scope(NamedTuple):
    """The surroundings of an expression.

    `ordered`: rows have an order, so `prev` and its like are available. `dataset`: the expression
    judges a set of rows as a whole, so columns are read only inside `mean`, `share` and their like. `whole`: it
    judges rows one by one while all of them are at hand, so it may ask how a row stands among all (`zscore`, `median`).
    `document`: it judges one document, so that lists may be searched (`x in list`) and maps have `keys` and `values`.
    """

    columns: Mapping[str, Column]
    ordered: bool = False
    dataset: bool = False
    whole: bool = False
    document: bool = False
