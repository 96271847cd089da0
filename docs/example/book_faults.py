"""Accounting faults, planted in the engine of the example: each says which invariant finds it, and under which code.

`python docs/example/book_faults.py` runs the backtest with every one of them and prints where it was found.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from app import engine

Body = Callable[..., Any]


class Marks:
    """Where a fault first did harm: at which bar and at which fill, both from 1."""

    bar = 0
    fill = 0

    @classmethod
    def here(cls, book: engine.Backtest, *, fills: int = 1) -> None:
        """It does harm now; `fills` are added to those that are booked already."""
        if not cls.bar:
            cls.bar, cls.fill = len(book.curve) + 1, len(book.fills) + fills


@dataclass(frozen=True)
class Fault:
    """One fault: what it does, by which invariant of which policy it is found, and the code of that."""

    title: str
    policy: str
    invariant: str
    code: str
    plant: Callable[[], dict[str, Body]]


FAULTS: list[Fault] = []


def found_by(policy: str, invariant: str, code: str) -> Callable[[Callable[[], dict[str, Body]]], None]:
    """Enters a fault into the list; its docstring is the title, what it gives replaces methods of the engine."""

    def enter(plant: Callable[[], dict[str, Body]]) -> None:
        FAULTS.append(Fault((plant.__doc__ or "").rstrip("."), policy, invariant, code, plant))

    return enter


STEP, FILL, DECIDE = engine.Backtest.step, engine.Backtest.fill, engine.Backtest.decide


def at_bar(number: int, harm: Callable[[engine.Backtest, Any], Any]) -> dict[str, Body]:
    """Steps that do more than they should from one on; what `harm` gives replaces the equity."""

    def step(self: engine.Backtest, bar: Any) -> float:
        equity = STEP(self, bar)
        if len(self.curve) < number:
            return equity
        changed = harm(self, bar)
        if changed is None:
            return equity
        Marks.bar = Marks.bar or len(self.curve)
        return float(changed)

    return {"step": step}


def at_fill(number: int, book: Callable[[engine.Backtest, datetime, float, float], engine.Fill]) -> dict[str, Body]:
    """Fills that are booked otherwise from one of them on."""

    def fill(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        if len(self.fills) + 1 < number:
            return FILL(self, time, quantity, price)
        Marks.here(self)
        return book(self, time, quantity, price)

    return {"fill": fill}


@found_by("fills", "cash_flow", "PT-4007")
def fee_not_taken() -> dict[str, Body]:
    """A fee is recorded and never taken from cash."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        made = FILL(self, time, quantity, price)
        self.cash += made.fee
        return made

    return at_fill(2, book)


@found_by("fills", "cash_flow", "PT-4007")
def fee_taken_twice() -> dict[str, Body]:
    """A fee is taken from cash twice and recorded once."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        made = FILL(self, time, quantity, price)
        self.cash -= made.fee
        return made

    return at_fill(4, book)


def with_fee(number: int, fee_of: Callable[[float], float]) -> dict[str, Body]:
    """Fills whose fee is another one, everywhere alike."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        made = FILL(self, time, quantity, price)
        fee = fee_of(made.fee)
        self.cash += made.fee - fee
        self.fees += fee - made.fee
        self.fills[-1] = replace(made, fee=fee)
        return self.fills[-1]

    return at_fill(number, book)


@found_by("fills", "fee_as_declared", "PT-4005")
def fee_never() -> dict[str, Body]:
    """No fee is ever charged, though one is configured."""
    return with_fee(1, lambda _: 0.0)


@found_by("fills", "fee_as_declared", "PT-4005")
def fee_in_percent() -> dict[str, Body]:
    """The fee is a hundred times what is configured."""
    return with_fee(1, lambda fee: fee * 100)


@found_by("fills", "fee_as_declared", "PT-4005")
def fee_on_one_side() -> dict[str, Body]:
    """Fees are charged for buying only."""

    def fill(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        made = FILL(self, time, quantity, price)
        if quantity > 0:
            return made
        Marks.here(self, fills=0)
        self.cash += made.fee
        self.fees -= made.fee
        self.fills[-1] = replace(made, fee=0.0)
        return self.fills[-1]

    return {"fill": fill}


@found_by("fills", "no_rebate", "PT-4005")
def fee_is_paid_out() -> dict[str, Body]:
    """The rate of the fee changes its sign while the backtest runs."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        self.fee_rate = -abs(self.fee_rate)
        return FILL(self, time, quantity, price)

    return at_fill(3, book)


@found_by("book", "fees_are_those_of_fills", "PT-4005")
def fees_not_totalled() -> dict[str, Body]:
    """A fee is taken and left out of the total."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        made = FILL(self, time, quantity, price)
        self.fees -= made.fee
        return made

    return at_fill(3, book)


@found_by("book", "fills_make_shares", "PT-4003")
def first_fill_twice() -> dict[str, Body]:
    """The first fill is added to the shares twice."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        made = FILL(self, time, quantity, price)
        if len(self.fills) == 1:
            self.shares += quantity
        return made

    return at_fill(1, book)


@found_by("fills", "shares_flow", "PT-4003")
def shares_rounded() -> dict[str, Body]:
    """From the third fill on shares are rounded to whole ones, quantities are not."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        made = FILL(self, time, quantity, price)
        self.shares = float(round(self.shares))
        return made

    return at_fill(3, book)


@found_by("book", "fills_make_shares", "PT-4003")
def shares_drift() -> dict[str, Body]:
    """A split that never happened: shares grow by a hundredth over night, and cash pays for it."""

    def harm(self: engine.Backtest, bar: Any) -> float | None:
        if not self.shares or Marks.bar:
            return None
        self.cash -= self.shares * 0.01 * bar.close
        self.shares *= 1.01
        return float(self.cash + self.shares * bar.close)

    return at_bar(600, harm)


@found_by("fills", "booked_once", "PT-4003")
def fill_not_recorded() -> dict[str, Body]:
    """A fill changes the book and is not written down."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        FILL(self, time, quantity, price)
        return self.fills.pop()

    return at_fill(2, book)


@found_by("fills", "booked_once", "PT-4003")
def fill_recorded_twice() -> dict[str, Body]:
    """A fill is written down twice."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        made = FILL(self, time, quantity, price)
        self.fills.append(made)
        return made

    return at_fill(3, book)


@found_by("fills", "as_ordered", "PT-4011")
def filled_in_part() -> dict[str, Body]:
    """Half of an order is filled, and the rest is forgotten."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        return fill_through_guard(self, time, quantity / 2, price)

    return {"_fill": FILL, **ordered_fill(book)}


@found_by("fills", "as_ordered", "PT-4011")
def filled_on_the_wrong_side() -> dict[str, Body]:
    """A sale is booked as a purchase."""

    def book(self: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
        return fill_through_guard(self, time, abs(quantity), price)

    return ordered_fill(book, lambda quantity: quantity < 0)


def fill_through_guard(book: engine.Backtest, time: datetime, quantity: float, price: float) -> engine.Fill:
    """A fill that is guarded as those of the engine are."""
    return book.fill(time, quantity, price)


def ordered_fill(book: Callable[..., engine.Fill], applies: Callable[[float], bool] = bool) -> dict[str, Body]:
    """A step that fills the waiting order its own way."""

    def step(self: engine.Backtest, bar: Any) -> float:
        if self.order and applies(self.order):
            Marks.here(self)
            book(self, bar.timestamp, self.order, bar.open)
            self.order = 0.0
        return STEP(self, bar)

    return {"step": step}


@found_by("fills", "decided_before", "PT-4012")
def filled_at_the_close_it_looked_at() -> dict[str, Body]:
    """An order is filled at the close of the bar that it was decided on."""

    def decide(self: engine.Backtest, bar: Any) -> None:
        DECIDE(self, bar)
        if self.order:
            if not Marks.bar:
                Marks.bar, Marks.fill = len(self.curve), len(self.fills) + 1
            self.fill(bar.timestamp, self.order, bar.close)
            self.order = 0.0

    return {"decide": decide}


@found_by("fills", "time_moves_on", "PT-4004")
def fill_of_last_year() -> dict[str, Body]:
    """A fill is dated a year back."""

    def step(self: engine.Backtest, bar: Any) -> float:
        if len(self.fills) == 2 and self.order:
            Marks.here(self)
            early = self.fills[-1].time - timedelta(days=1)
            self.decided = early - timedelta(days=1)
            self.fill(early, self.order, bar.open)
            self.order = 0.0
        return STEP(self, bar)

    return {"step": step}


def at_price(price_of: Callable[[engine.Backtest, float], float]) -> dict[str, Body]:
    """A step whose orders are filled at another price than the open of the bar."""

    def step(self: engine.Backtest, bar: Any) -> float:
        if self.order:
            Marks.here(self)
            self.fill(bar.timestamp, self.order, price_of(self, bar.open))
            self.order = 0.0
        return STEP(self, bar)

    return {"step": step}


@found_by("book", "fill_within_bar", "PT-4006")
def filled_below_the_low() -> dict[str, Body]:
    """Orders are filled a tenth below the open."""
    return at_price(lambda _, price: price * 0.9)


@found_by("book", "fill_within_bar", "PT-4006")
def filled_at_an_old_price() -> dict[str, Body]:
    """Orders are filled at the oldest close that the averages know."""
    return at_price(lambda book, _: book.closes[0])


@found_by("book", "equity_is_a_number", "PT-4009")
def equity_nan() -> dict[str, Body]:
    """Equity is no number from one bar on."""
    return at_bar(1000, lambda _book, _bar: math.nan)


@found_by("book", "book_adds_up", "PT-4001")
def equity_at_entry() -> dict[str, Body]:
    """The position is valued at what was paid for it."""
    return at_bar(500, lambda book, _: book.cash + book.shares * book.entry if book.shares else None)


@found_by("book", "book_adds_up", "PT-4001")
def equity_of_yesterday() -> dict[str, Body]:
    """The position is valued at the close of the bar before."""
    return at_bar(300, lambda book, _: book.cash + book.shares * book.closes[-2] if book.shares else None)


@found_by("book", "book_adds_up", "PT-4001")
def equity_without_position() -> dict[str, Body]:
    """The position is left out of the equity."""
    return at_bar(300, lambda book, _: book.cash if book.shares else None)


@found_by("book", "cash_moves_with_fills", "PT-4007")
def interest_from_nowhere() -> dict[str, Body]:
    """Interest is credited that nothing records."""

    def step(self: engine.Backtest, bar: Any) -> float:
        if len(self.curve) + 1 >= 700 and not self.order:
            Marks.here(self)
            self.cash *= 1.0001
        return STEP(self, bar)

    return {"step": step}


@found_by("book", "cash_moves_with_fills", "PT-4007")
def cash_rounded_at_night() -> dict[str, Body]:
    """Cash is rounded to whole dollars between two bars."""

    def step(self: engine.Backtest, bar: Any) -> float:
        if len(self.curve) + 1 >= 900 and not self.order and self.fills and self.cash != round(self.cash):
            Marks.here(self)
            self.cash = float(round(self.cash))
        return STEP(self, bar)

    return {"step": step}


@found_by("book", "cash_covers", "PT-4002")
def order_too_large() -> dict[str, Body]:
    """Orders are half as large again as there is cash for."""

    def decide(self: engine.Backtest, bar: Any) -> None:
        DECIDE(self, bar)
        if self.order > 0:
            if not Marks.bar:
                Marks.bar = len(self.curve) + 1
            self.order *= 1.5

    return {"decide": decide}


@found_by("book", "no_short", "PT-4010")
def sold_twice() -> dict[str, Body]:
    """Twice as much is sold as is held."""

    def decide(self: engine.Backtest, bar: Any) -> None:
        DECIDE(self, bar)
        if self.order < 0:
            if not Marks.bar:
                Marks.bar = len(self.curve) + 1
            self.order *= 2

    return {"decide": decide}


@found_by("book", "time_moves_on", "PT-4004")
def bar_twice() -> dict[str, Body]:
    """A bar is played twice."""

    def run(self: engine.Backtest, bars: Any) -> None:
        for place, bar in enumerate(bars.itertuples(index=False)):
            self.step(bar)
            if place == 400:
                Marks.bar = len(self.curve) + 1
                self.step(bar)

    return {"run": run}


@found_by("book", "one_point_a_bar", "PT-4013")
def point_missing() -> dict[str, Body]:
    """A bar has no point on the equity curve."""

    def harm(self: engine.Backtest, _: Any) -> None:
        if not Marks.bar:
            Marks.bar = len(self.curve)
            self.curve.pop()
            self.curve[-1] = self.equity

    return at_bar(200, harm)


@found_by("book", "point_is_equity", "PT-4013")
def curve_smoothed() -> dict[str, Body]:
    """The curve shows an average of two bars."""

    def harm(self: engine.Backtest, _: Any) -> None:
        if self.curve[-1] != self.curve[-2] and self.fills:
            Marks.bar = Marks.bar or len(self.curve)
            self.curve[-1] = (self.curve[-1] + self.curve[-2]) / 2

    return at_bar(300, harm)


@found_by("book", "history_stays", "PT-4013")
def curve_rebased() -> dict[str, Body]:
    """The curve is rebased while the backtest goes on."""

    def harm(self: engine.Backtest, _: Any) -> None:
        if not Marks.bar:
            Marks.bar = len(self.curve)
            self.curve[0] *= 0.5

    return at_bar(800, harm)


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """The engine with a fault."""
    Marks.bar = Marks.fill = 0
    methods = fault.plant()
    kept = {name: engine.Backtest.__dict__.get(name) for name in methods}
    for name, method in methods.items():
        setattr(engine.Backtest, name, method)
    try:
        yield
    finally:
        for name, body in kept.items():
            if body is None:
                delattr(engine.Backtest, name)
            else:
                setattr(engine.Backtest, name, body)


def main() -> int:
    """Run every fault under the policies of the project; 1 where one is not found, or by another invariant."""
    from app.exchange import real_bars
    from app.market_data import to_frame

    import peakguard
    from peakguard.runtime.errors import InvariantViolation

    policies = peakguard.load(Path(__file__).resolve().parents[2])
    bars = to_frame("SPX", real_bars())
    missed = 0
    for fault in FAULTS:
        found = ""
        with planted(fault):
            try:
                with policies.attached():
                    engine.Backtest(100_000.0, 50, 200, 0.05, 0.001).run(bars)
            except InvariantViolation as error:
                first = error.breaches[0]
                found = f"{error.code} {error.context['policy']} {first.id} at step {first.step}"
        is_right = fault.code in found and f".{fault.invariant} " in found
        missed += not is_right
        print(f"{'  ' if is_right else 'X '}{fault.title}\n    {found or 'not found'}")
    print(f"{len(FAULTS) - missed} of {len(FAULTS)} faults are found by the invariant that is meant for them")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
