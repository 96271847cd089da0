"""What came of cutting the future off, as values."""

from __future__ import annotations

from typing import Any, NamedTuple


class Cut(NamedTuple):
    """The data up to and with `rows` rows, of which the last is called `label`.

    Where what was said of them changed, `row` is the first row of the result that did, from 0, `column` where, `alone`
    what was said without the future, and `later` with it.
    """

    rows: int
    label: str | None = None
    row: int | None = None
    column: str = ""
    alone: Any = None
    later: Any = None

    @property
    def holds(self) -> bool:
        """Whether nothing changed."""
        return self.row is None
