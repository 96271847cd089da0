"""How close an invariant came to its bound over time, as values for a picture."""

from __future__ import annotations

from typing import NamedTuple


class Piece(NamedTuple):
    """Some steps in a row, from `step` on: the least and the greatest measure among them, None where none is known."""

    step: int
    least: float | None
    most: float | None


class Margin(NamedTuple):
    """The measures of one invariant: `distance` from its bound, broken below 0, or the `used` share of a tolerance."""

    id: str
    kind: str
    pieces: tuple[Piece, ...]
