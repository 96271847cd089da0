"""The accounting faults of the worked example: bugs in its engine, which no exception tells of."""

from __future__ import annotations

from contextlib import nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from peakguard.runtime.policy_set import PolicySet
from tests.diagnosis import example  # noqa: F401 # which puts the example on the path
from tests.diagnosis.fault import Fault, Programs

_HINTS = {
    "cash_flow": "Compare the change of cash with the last fill and its fee",
    "cash_moves_with_fills": "Compare the change of cash with the last fill and its fee",
    "fee_as_declared": "Compare the rate with that of the settings",
    "no_rebate": "Compare the rate with that of the settings",
    "fees_are_those_of_fills": "Add the fees of the fills up and compare them with the total",
    "fills_make_shares": "Compare the last fill with the change of shares",
    "shares_flow": "Compare the last fill with the change of shares",
    "booked_once": "Compare the last fill with the change of shares",
    "as_ordered": "Ask the venue for the events of the order",
    "decided_before": "Fill orders at the bar after the one they were decided on",
    "time_moves_on": "Compare the order of the bars with their times",
    "fill_within_bar": "Compare the fill with the bar it is booked in",
    "equity_is_a_number": "Look at what equity is computed from at that step",
    "book_adds_up": "Compare the price at which the position is valued with the close of the bar",
    "cash_covers": "Compare the size of the last order with the cash before it",
    "no_short": "Compare the quantity of the last order with what is held",
    "one_point_a_bar": "Look for what writes to the curve besides the step itself",
    "point_is_equity": "Look for what writes to the curve besides the step itself",
    "history_stays": "Look for what writes to the curve besides the step itself",
}
"""What leads to the bug, by the invariant that finds it: no hint can mend code, it can name the place to look at."""
_STEPPED = r'(?:app/engine|book_faults)\.py", line \d+, in \w+'


@cache
def bars() -> Any:
    """All bars of the example."""
    from app.exchange import real_bars
    from app.market_data import to_frame

    return to_frame("SPX", real_bars())


def bug(fault: Any) -> Fault:
    """A bug that is planted in the engine, and taken out again where it is mended."""

    def setup(_: Path, __: PolicySet, is_mended: bool) -> Programs:
        import book_faults
        from app import engine

        def main() -> None:
            engine.Backtest(100_000.0, 50, 200, 0.05, 0.001).run(bars())

        return Programs(main, main, nullcontext() if is_mended else book_faults.planted(fault))

    name = fault.plant.__name__
    hint = _HINTS[fault.invariant]
    return Fault(
        f"books-{name}", fault.title, "books", fault.code, (_STEPPED,),
        (rf"\.{fault.invariant} .*at step \d+.*: \w+ is [-\w.:+ ]+",), hint, setup, "engine",
    )  # fmt: skip # one line after the other


def bugs() -> list[Fault]:
    """All of them."""
    import book_faults

    return [bug(fault) for fault in book_faults.FAULTS]


ACCOUNTING = bugs()
