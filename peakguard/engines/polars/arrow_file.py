"""What an Arrow file says of itself, held against its bytes before Polars trusts it.

Polars takes offsets and lengths as they are: a flipped bit there makes it ask for memory without end, or end with no
row and no error. The file says most things twice, as its form asks: the schema at its beginning and in its footer, the
length of a batch in the footer and in its message, and batches and buffers stand end to end. So damage shows. Of the
values themselves there is no checksum.
"""

from __future__ import annotations

import os
import struct
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from peakguard.engines.polars.arrow_batch import BATCH, DICTIONARY, BatchFault, Message, check_batch
from peakguard.engines.polars.flatbuffer import Table, root

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

_MAGIC = b"ARROW1\0\0"
_CONTINUES = 0xFFFFFFFF
_PADDING = 64
"""Fewer bytes than this between two parts are padding; no batch is as short."""
_SHORTEST = 64
"""No message is as short."""
_BLOCK = "qi4xq"
_BLOCK_SIZE = struct.calcsize(f"<{_BLOCK}")


class ArrowFault(ValueError):
    """What a file says of itself is not so."""


class _Block(NamedTuple):
    offset: int
    head: int
    body: int

    @property
    def end(self) -> int:
        return self.offset + self.head + self.body


def arrow_rows(file: str) -> int:
    """How many rows the file has. Raises what `arrow_batches` raises."""
    return sum(arrow_batches(file))


def arrow_batches(file: str) -> list[int]:
    """How many rows each batch of the file has. Reads its footer and the heads of its batches, no values.

    Raises ArrowFault, or what pyarrow raises for a footer that is none.
    """
    with open(file, "rb") as binary:
        number = binary.fileno()
        size = os.fstat(number).st_size
        try:
            return _rows(file, size, lambda length, offset: os.pread(number, length, offset))
        except struct.error as error:
            raise ArrowFault(f"what says what is where is broken: {error}") from error
        except BatchFault as error:
            raise ArrowFault(str(error)) from error


def _rows(file: str, size: int, read: Callable[[int, int], bytes]) -> list[int]:
    import pyarrow as pa

    with pa.OSFile(file) as opened:
        schema = pa.ipc.open_file(opened).schema
    (length,) = struct.unpack("<i", read(4, size - 10))
    end = size - 10 - length
    footer = root(read(length, end))
    batches = [_Block(*block) for block in footer.structs(3, _BLOCK)]
    dictionaries = [_Block(*block) for block in footer.structs(2, _BLOCK)]
    first = min([*dictionaries, *batches], default=_Block(end, 0, 0)).offset
    # The footer holds the same schema: what is longer than that before the first batch is a batch it does not name.
    room = length - _BLOCK_SIZE * (len(batches) + len(dictionaries)) + _PADDING
    if not len(_MAGIC) < first <= min(end, len(_MAGIC) + room):
        raise ArrowFault(f"a batch is said to stand at byte {first}")
    head = _message_of(read(first - len(_MAGIC), len(_MAGIC)))
    _same_schema(schema, head, footer)
    _end_to_end([_Block(first, 0, 0), *dictionaries, *batches], end)
    for block in dictionaries:
        check_batch(_message(read, block, footer), DICTIONARY, None)
    return [check_batch(_message(read, block, footer), BATCH, schema) for block in batches]


def _message_of(data: bytes) -> bytes:
    """The flatbuffer in a message; the oldest form has no mark before its length."""
    first, second = struct.unpack_from("<Ii", data)
    start, length = (8, second) if first == _CONTINUES else (4, first)
    if first < _SHORTEST:  # Polars writes its schema without a length: this is an offset in the flatbuffer itself
        return data
    if len(data) != start + length:
        raise ArrowFault(f"a message of {len(data)} bytes says that it has {start + length}")
    return data[start : start + length]


def _same_schema(schema: pa.Schema, head: bytes, footer: Table) -> None:
    import pyarrow as pa

    twin = pa.ipc.read_schema(pa.py_buffer(struct.pack("<Ii", _CONTINUES, len(head)) + head))
    # The order of bytes is no part of a schema in pyarrow, which turns them; Polars follows the footer.
    orders = [table.number(0, "h") for table in (root(head).table(2), footer.table(1)) if table]
    if not schema.equals(twin, check_metadata=True) or orders != [0, 0]:
        raise ArrowFault("the schema at its beginning is not the one in its footer")


def _end_to_end(blocks: list[_Block], end: int) -> None:
    """Batches stand one behind the other and fill the file, so none is missing or read twice."""
    for block in blocks:
        if min(block) < 0 or block.end > end or any(part % 8 for part in block):
            raise ArrowFault(f"a batch is said to stand at byte {block.offset} and to end at byte {block.end} of {end}")
    placed = [*sorted(blocks), _Block(end, 0, 0)]
    for before, after in pairwise(placed):
        if not 0 <= after.offset - before.end < _PADDING:
            raise ArrowFault(f"a batch ends at byte {before.end}, but the next part begins at byte {after.offset}")


def _message(read: Callable[[int, int], bytes], block: _Block, footer: Table) -> Message:
    message = root(_message_of(read(block.head, block.offset)))
    if message.number(3, "q") != block.body or message.number(0, "h") != footer.number(0, "h"):
        raise ArrowFault(f"the batch at byte {block.offset} has another length or version than the footer says")
    return Message(message, block.offset, block.body)
