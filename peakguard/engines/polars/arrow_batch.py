"""What the head of an Arrow batch says, held against the schema and the length of its body."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from peakguard.engines.polars.flatbuffer import Table

if TYPE_CHECKING:
    import pyarrow as pa

DICTIONARY, BATCH = 2, 3
"""Kinds of messages."""
_STEPS = (8, 16, 32, 64)
"""A buffer begins at the next multiple of one of these."""


class BatchFault(ValueError):
    """A batch that is not what its head says."""


class Message(NamedTuple):
    """The head of a batch, where in the file it stands, and the length of the body behind it."""

    head: Table
    offset: int
    body: int


class Node(NamedTuple):
    """One array of a batch: its length and its missing values, and the lengths of its buffers."""

    kind: pa.DataType
    length: int
    nulls: int
    buffers: list[int]


def check_batch(message: Message, kind: int, schema: pa.Schema | None) -> int:
    """How many rows the batch has. Raises BatchFault; without a schema only for bytes that are not there."""
    batch = message.head.table(2)
    if batch is not None and kind == DICTIONARY:
        batch = batch.table(1)
    if message.head.number(1, "B") != kind or batch is None:
        raise _fault(message, "is none")
    rows = batch.number(0, "q")
    buffers = batch.structs(2, "qq")
    _check_buffers(message, buffers)
    if schema is None:
        return rows
    is_packed = batch.table(3) is not None
    nodes = _nodes(message, batch, [length for _, length in buffers], schema)
    for top, node in nodes:
        if (top and node.length != rows) or not 0 <= node.nulls <= node.length:
            raise _fault(
                message, f"has {rows} rows, but a column of {node.length} values, {node.nulls} of them missing"
            )
        if not is_packed and any(has < needs for has, needs in zip(node.buffers, _least(node), strict=False)):
            raise _fault(message, f"has {node.length} values of {node.kind}, for which its bytes are too few")
    return rows


def _check_buffers(message: Message, buffers: list[tuple[int, ...]]) -> None:
    """Buffers stand end to end and fill the body."""
    filled = [(offset, length) for offset, length in buffers if length]
    if any(min(offset, length) < 0 for offset, length in filled):
        raise _fault(message, "has values at a place that is none")
    placed = [(0, 0), *filled, (message.body, 0)]
    for (offset, length), (after, _) in pairwise(placed):
        if after not in [-(-(offset + length) // step) * step for step in _STEPS]:
            raise _fault(message, f"has values up to byte {offset + length}, but the next from byte {after}")


def _nodes(message: Message, batch: Table, lengths: list[int], schema: pa.Schema) -> list[tuple[bool, Node]]:
    """Every array that the schema asks for, and whether it is a column."""
    nodes, variadic = iter(batch.structs(1, "qq")), iter(batch.structs(4, "q"))
    sizes = iter(lengths)
    found: list[tuple[bool, Node]] = []
    try:
        for is_top, kind in (pair for field in schema for pair in _arrays(field.type)):
            length, nulls = next(nodes)
            count = _own_buffers(kind) + (next(variadic)[0] if kind.has_variadic_buffers else 0)
            found.append((is_top, Node(kind, length, nulls, [next(sizes) for _ in range(count)])))
    except (StopIteration, RuntimeError):  # what a generator makes of the first
        raise _fault(message, "has fewer parts than its columns ask for") from None
    if any(next(rest, None) is not None for rest in (nodes, variadic, sizes)):
        raise _fault(message, "has more parts than its columns ask for")
    return found


def _arrays(kind: pa.DataType, *, is_top: bool = True) -> Iterator[tuple[bool, pa.DataType]]:
    """The arrays of a type in the order in which they are written."""
    import pyarrow as pa

    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    yield is_top, kind
    if not pa.types.is_dictionary(kind):
        for number in range(kind.num_fields):
            yield from _arrays(kind.field(number).type, is_top=False)


def _own_buffers(kind: pa.DataType) -> int:
    """How many are written; for a column of nothing but nulls none."""
    import pyarrow as pa

    return 0 if pa.types.is_null(kind) or pa.types.is_run_end_encoded(kind) else kind.num_buffers


def _least(node: Node) -> list[int]:
    """How long the first buffers are at least: which values are missing, then values or where they begin."""
    import pyarrow as pa

    kind, length, types = node.kind, node.length, pa.types
    if types.is_null(kind) or types.is_union(kind) or types.is_run_end_encoded(kind):
        return []
    missing = -(-length // 8) if node.nulls else 0
    if kind.num_buffers == 1 or not length:
        return [missing]
    if kind.has_variadic_buffers:
        return [missing, 16 * length]
    if types.is_dictionary(kind):
        kind = kind.index_type
    if types.is_primitive(kind) or types.is_decimal(kind) or types.is_fixed_size_binary(kind):
        return [missing, -(-length * kind.bit_width // 8)]
    is_large = types.is_large_list(kind) or types.is_large_string(kind) or types.is_large_binary(kind)
    is_view = types.is_list_view(kind) or types.is_large_list_view(kind)
    return [missing, (length + (0 if is_view else 1)) * (8 if is_large else 4)]


def _fault(message: Message, text: str) -> BatchFault:
    return BatchFault(f"the batch at byte {message.offset} {text}")
