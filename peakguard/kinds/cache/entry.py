"""What a pointer says of a value: what it is, how old, under which contract, and from which call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from peakguard.runtime.store import Pointer


class Judged(NamedTuple):
    """The contract that a value was found to keep; `digest` names exactly what it asks."""

    contract: str
    version: str
    digest: str


class Note(NamedTuple):
    """`form` is `polars`, `pandas`, `arrow`, or `error` for what was raised; `created` counts seconds since 1970.

    `shown` are the values that the key was made of, `seconds` is what the call took that gave the value.
    """

    form: str
    rows: int
    created: float
    judged: Judged | None = None
    shown: str = ""
    seconds: float = 0.0
    run_id: str | None = None
    writer: str = ""

    def plain(self) -> dict[str, Any]:
        """As a pointer holds it."""
        return {**self._asdict(), "judged": self.judged._asdict() if self.judged is not None else None}


def note_of(pointer: Pointer) -> Note | None:
    """The note of a pointer; None for one that something else has put."""
    meta: Mapping[str, Any] = pointer.meta
    try:
        judged = Judged(**meta["judged"]) if meta["judged"] is not None else None
        return Note(**{**meta, "judged": judged})
    except (KeyError, TypeError):
        return None
