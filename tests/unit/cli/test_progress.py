"""The progress bar keeps quiet until it is worth its line, and leaves the line as it was."""

from __future__ import annotations

import io
import re

from peakguard.cli.progress import PATIENCE, Progress


class Terminal(io.StringIO):
    def __init__(self, *, is_terminal: bool = True) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def shown(stream: Terminal) -> list[tuple[int, str]]:
    """The shares and places that were written, in order."""
    found = re.findall(r"([ \d]+)%  (.*?)  \d+ s", stream.getvalue())
    return [(int(share), place) for share, place in found]


def test_quick_work_is_not_told() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, [5, 5], clock=clock)
    clock.now = PATIENCE * 0.99
    progress.of_piece(0)(1, 1)
    progress.close()
    assert stream.getvalue() == ""


def test_long_work_is_told_by_the_weight_of_its_pieces_and_wiped_away() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, [100, 300], clock=clock)
    for at, piece, done in ((2.0, 0, 50), (3.0, 0, 100), (3.01, 1, 10), (4.0, 1, 50)):
        clock.now = at
        progress.of_piece(piece)(done, 100)
    progress.close()
    assert shown(stream) == [(12, "file 1 of 2"), (25, "file 1 of 2"), (62, "file 2 of 2")]
    assert stream.getvalue().endswith("\r\x1b[K")


def test_nothing_is_written_where_nobody_looks_or_wants_it() -> None:
    for stream, is_wanted in ((Terminal(is_terminal=False), True), (Terminal(), False)):
        clock = Clock()
        progress = Progress(stream, [1], is_wanted=is_wanted, clock=clock)
        clock.now = 9.0
        progress.of_piece(0)(1, 2)
        progress.close()
        assert stream.getvalue() == ""


def test_work_of_unknown_size_counts_as_done() -> None:
    stream, clock = Terminal(), Clock()
    progress = Progress(stream, [0], clock=clock)
    clock.now = 5.0
    progress.of_piece(0)(0, 0)
    assert shown(stream) == [(100, "validating")]
