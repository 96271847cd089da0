"""Reading of flatbuffers, the form in which Arrow says what is where. No offset is followed out of the bytes."""

from __future__ import annotations

import struct
from typing import NamedTuple


class Table(NamedTuple):
    """A table: fields by number, each of which may be missing. Raises `struct.error` where an offset leads outside."""

    data: bytes
    at: int

    def number(self, field: int, form: str) -> int:
        """A whole number in a form of `struct`; 0 where it is not written."""
        place = self._place(field)
        return int(_read(self.data, place, form)[0]) if place is not None else 0

    def table(self, field: int) -> Table | None:
        """Another table."""
        place = self._place(field)
        return Table(self.data, place + _read(self.data, place, "I")[0]) if place is not None else None

    def structs(self, field: int, form: str) -> list[tuple[int, ...]]:
        """The items of a vector."""
        place = self._place(field)
        if place is None:
            return []
        start = place + _read(self.data, place, "I")[0]
        (count,) = _read(self.data, start, "I")
        size = struct.calcsize(f"<{form}")
        if start + 4 + count * size > len(self.data):
            raise struct.error(f"a vector of {count} items leads outside")
        return [_read(self.data, start + 4 + number * size, form) for number in range(count)]

    def _place(self, field: int) -> int | None:
        names = self.at - _read(self.data, self.at, "i")[0]
        (size,) = _read(self.data, names, "H")
        if 6 + 2 * field > size:
            return None
        (offset,) = _read(self.data, names + 4 + 2 * field, "H")
        return self.at + offset if offset else None


def root(data: bytes) -> Table:
    """The table that the bytes are."""
    return Table(data, _read(data, 0, "I")[0])


def _read(data: bytes, at: int, form: str) -> tuple[int, ...]:
    if at < 0:  # which `struct` would count from the end
        raise struct.error("an offset leads outside")
    return struct.unpack_from(f"<{form}", data, at)
