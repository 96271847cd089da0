"""Waits that are measured by time, as statements of a monitor.

Time is that of the whole stream: the latest that any step has shown. So it never goes back, waits of all groups end in
the order in which they began, and one queue holds them; a wait is over also where its own group never comes up again.
"""

from __future__ import annotations

from typing import NamedTuple

from peakguard.kinds.invariants.watched import Watched


class Waits(NamedTuple):
    """Texts of one invariant: what begins a wait and what ends it, how long it may be, the values of its group, all
    values of the step as they are remembered, and the place where a group keeps its own waits (none without groups)."""

    begins: str
    ends: str
    length: str
    group: str
    values: str
    own: str


class TimedText(NamedTuple):
    """The statements, and the variables of `make` that they need, with what these start as."""

    lines: list[str]
    cells: dict[str, str]


def timed(index: int, each: Watched, waits: Waits) -> TimedText:
    """The statements of the invariant of that number.

    An entry of the queue is the time at which a wait began, its group (None where it has ended in time), the values of
    that step, and the waits of its group. Those that have ended stay until their time is over, without their values.
    """
    queue, hits, open = f"WAITS_{index}", f"HIT_{index}", f"OPEN_{index}"
    late = ["_w[3].popleft()"] if each.groups else []
    begun = f"[CLOCK_0, ({waits.group}), ({waits.values}), {waits.own or 'None'}]"
    lines = [
        f"while {queue} and CLOCK_0 - {queue}[0][0] > {waits.length}:",
        f"    _w = {queue}.popleft()",
        "    if _w[1] is not None:",
        f"        {open} -= 1",
        *(f"        {line}" for line in late),
        f"        NOTE_0({index}, False, 0, STEP_0, _w[1], _w[2])",
        f"if {waits.begins}:",
        f"    {hits} += 1",
        f"    {open} += 1",
        f"    _w = {begun}",
        f"    {queue}.append(_w)",
        *([f"    {waits.own}.append(_w)"] if each.groups else []),
        f"if {waits.own or queue} and {waits.ends}:",
    ]
    ended = [f"{open} -= len({queue})", f"{queue}.clear()"]
    if each.groups:
        ended = [
            f"{open} -= len({waits.own})", f"for _w in {waits.own}:", "    _w[1] = _w[2] = _w[3] = None",
            f"{waits.own}.clear()",
        ]  # fmt: skip # statements of the text
    return TimedText([*lines, *(f"    {line}" for line in ended)], {queue: "deque(())", hits: "0", open: "0"})
