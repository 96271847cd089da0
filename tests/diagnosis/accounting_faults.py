"""The accounting faults of the worked example: bugs in its engine, which no exception tells of."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from peakguard.runtime.policy_set import PolicySet
from tests.diagnosis import example  # noqa: F401 # which puts the example on the path
from tests.diagnosis.fault import Fault, Programs

_NAMES = {
    "cash_flow": "fill and its fee", "fee_as_declared": "rate", "no_rebate": "rate", "fees_are_those_of_fills": "rate",
    "fills_make_shares": "change of shares", "shares_flow": "change of shares", "booked_once": "last fill",
    "as_ordered": "order", "decided_before": "at the bar after the one they were decided on",
    "time_moves_on": "order of the bars with their times", "fill_within_bar": "the bar it is booked in",
    "equity_is_a_number": "first missing price", "book_adds_up": "fills of the step with the change of cash",
    "cash_moves_with_fills": "change of cash with the last fill", "cash_covers": "last fill", "no_short": "orders",
    "one_point_a_bar": "curve", "point_is_equity": "curve", "history_stays": "curve",
}  # fmt: skip # what the hint names, by the invariant that finds the fault
_STEPPED = r'app/engine\.py", line \d+, in (?:run|step)'


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
            if is_mended:
                engine.Backtest(100_000.0, 50, 200, 0.05, 0.001).run(bars()[:1200])
                return
            with book_faults.planted(fault):
                engine.Backtest(100_000.0, 50, 200, 0.05, 0.001).run(bars())

        return Programs(main, main)

    name = fault.plant.__name__
    hint = _NAMES[fault.invariant]
    return Fault(
        f"books-{name}", fault.title, "books", fault.code, (_STEPPED,),
        (rf"\.{fault.invariant} .*at step \d+.*: \w+ is [-\w.:+ ]+",), hint, setup,
    )  # fmt: skip # one line after the other


def bugs() -> list[Fault]:
    """All of them."""
    import book_faults

    return [bug(fault) for fault in book_faults.FAULTS]


ACCOUNTING = bugs()
