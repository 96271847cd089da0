"""Where rows are missing: from which row to which, and how many were expected between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.examples import cell
from peakguard.engines.polars.expressions import expression
from peakguard.engines.polars.library import polars
from peakguard.runtime.violation import Gap, Gaps

if TYPE_CHECKING:
    import polars as pl

_ROW, _START, _END, _MISSING = "__row", "__start", "__end", "__missing"


class GapsFound:
    """The gaps of one cadence so far: how many, how many rows they lack, and the first of them."""

    def __init__(self, check: Mapping[str, Any], wanted: int) -> None:
        self._asked = check["gaps"]
        self._wanted = wanted
        self._count = self._missing = 0
        self._shown: list[Gap] = []

    def take(self, rows: pl.DataFrame, skip: int, base: int) -> None:
        """Rows in their order, of which the first `skip` only come before; the next one has the number `base`."""
        library = polars()
        number = library.int_range(base - skip, base - skip + library.len(), dtype=library.Int64)
        texts = {_START: self._asked["start"], _END: self._asked["end"], _MISSING: self._asked["missing"]}
        named = [expression(text).alias(name) for name, text in texts.items()]
        table = rows.select(*self._asked["within"], *named, number.alias(_ROW)).slice(skip)
        found = table.filter(library.col(_MISSING) > self._asked["max_gap"])
        self._count += found.height
        self._missing += int(found[_MISSING].sum())
        for place in range(min(self._wanted - len(self._shown), found.height)):
            told = {name: cell(found[name], place) for name in found.columns}
            group = {name: told[name] for name in self._asked["within"]}
            self._shown.append(Gap(told[_ROW], group, told[_START], told[_END], told[_MISSING]))

    def outcome(self) -> Gaps:
        return Gaps(self._count, self._missing, tuple(self._shown))
