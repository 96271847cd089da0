"""Row numbers, held compactly: a failure in every row of a large file costs one bit a row."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, overload

_BITS = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


class Segment(NamedTuple):
    """Ascending row numbers from `base` on: as distances from it, or as a bitmap, least significant bit first."""

    base: int
    number: int
    distances: array[int] | None
    bitmap: bytes | None

    def meets(self, start: int, stop: int) -> bool:
        """Whether any of the numbers may lie in `range(start, stop)`."""
        span = 8 * len(self.bitmap) if self.bitmap is not None else (self.distances or [0])[-1] + 1
        return self.base < stop and start < self.base + span

    def rows(self) -> Iterator[int]:
        """The numbers, ascending."""
        if self.distances is not None:
            return (self.base + distance for distance in self.distances)
        assert self.bitmap is not None
        return (self.base + 8 * place + bit for place, byte in enumerate(self.bitmap) if byte for bit in _BITS[byte])


class Rows(Sequence[int]):
    """Ascending numbers of rows, from 0. Equal to every sequence of the same numbers, tuples among them."""

    __slots__ = ("_length", "_segments")

    def __init__(self, segments: Iterable[Segment] = ()) -> None:
        self._segments = tuple(segment for segment in segments if segment.number)
        self._length = sum(segment.number for segment in self._segments)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The parts in which the numbers are held."""
        return self._segments

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Rows:
        """The given numbers, which ascend."""
        held = array("Q", numbers)
        if not held:
            return cls()
        base, span = held[0], held[-1] - held[0] + 1
        if span >= 32 * len(held):
            return cls([Segment(0, len(held), held, None)])
        bitmap = bytearray((span + 7) // 8)
        for number in held:
            bitmap[(number - base) >> 3] |= 1 << (number - base & 7)
        return cls([Segment(base, len(held), None, bytes(bitmap))])

    def between(self, start: int, stop: int) -> list[int]:
        """The numbers in `range(start, stop)`, looking only at the parts that may hold some."""
        return [row for each in self._segments if each.meets(start, stop) for row in each.rows() if start <= row < stop]

    def first(self, count: int) -> tuple[int, ...]:
        """The first numbers, without looking at the others."""
        return tuple(row for row, _ in zip(self, range(count), strict=False))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        return (row for segment in self._segments for row in segment.rows())

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[int, ...]: ...
    def __getitem__(self, index: int | slice) -> int | tuple[int, ...]:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._length)
            if start == 0 and step == 1:
                return self.first(stop)
            return tuple(self)[index]
        place = index + self._length if index < 0 else index
        if not 0 <= place < self._length:
            raise IndexError(index)
        for segment in self._segments:
            if place < segment.number:
                return next(row for at, row in enumerate(segment.rows()) if at == place)
            place -= segment.number
        raise AssertionError(index)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str | bytes):
            return NotImplemented
        return self._length == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return Rows, (self._segments,)

    def __repr__(self) -> str:
        shown = ", ".join(map(str, self.first(5)))
        return f"<{self._length} rows: {shown}{', …' if self._length > 5 else ''}>"
