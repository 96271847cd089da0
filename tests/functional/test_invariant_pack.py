"""The pack of invariants in `policies/`: every one of them finds a planted fault, and none cries wolf."""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import peakguard
from peakguard.runtime.errors import InvariantViolation
from peakguard.runtime.policy_set import PolicySet

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "example"
sys.path.insert(0, str(EXAMPLE))
try:
    import book_faults
    from app import engine
    from app.exchange import milliseconds, real_bars
    from app.market_data import to_frame
    from book_faults import FAULTS, Fault
finally:
    sys.path.remove(str(EXAMPLE))

Row = dict[str, Any]


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return peakguard.load(ROOT)


@pytest.fixture(autouse=True)
def state_in_a_folder_of_its_own(tmp_path: Path, policies: PolicySet, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a halted run leaves behind does not go into the repository."""
    monkeypatch.setattr(policies, "root", str(tmp_path))


def backtest(bars: Any) -> engine.Backtest:
    made = engine.Backtest(100_000.0, 50, 200, 0.05, 0.001)
    made.run(bars)
    return made


@pytest.fixture(scope="module")
def bars() -> Any:
    return to_frame("SPX", real_bars())


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.title)
def test_a_planted_fault_is_found_at_its_step_under_its_code(fault: Fault, policies: PolicySet, bars: Any) -> None:
    with book_faults.planted(fault), pytest.raises(InvariantViolation) as caught, policies.attached():
        backtest(bars)
    error = caught.value
    assert (error.code, error.context["policy"]) == (fault.code, fault.policy)
    assert error.breaches[0].id == f"invariants.{fault.invariant}"
    marks = book_faults.Marks
    assert error.breaches[0].step == (marks.bar if fault.policy == "book" else marks.fill)


def test_the_faults_are_many_and_reach_every_invariant_of_the_engine(policies: PolicySet) -> None:
    assert len(FAULTS) >= 25
    reached = {(fault.policy, f"invariants.{fault.invariant}") for fault in FAULTS}
    for name in ("book", "fills"):
        table = policies.tables("invariants")[name]
        refusing = {each["id"] for each in table["invariants"] if each["severity"] in ("error", "halt")}
        assert refusing == {id for policy, id in reached if policy == name}


def nasdaq() -> Any:
    with (EXAMPLE / "data" / "nasdaq.csv").open(newline="") as file:
        names = ("Open", "High", "Low", "Close", "Volume")
        rows = [[milliseconds(row["Date"]), *(float(row[name]) for name in names)] for row in csv.DictReader(file)]
    return to_frame("COMP", rows)


def random_bars(seed: int, number: int = 500) -> Any:
    draw = random.Random(seed)
    price, rows, time = draw.uniform(1, 5000), [], 1_577_836_800_000
    for _ in range(number):
        start = price * (1 + draw.gauss(0, 0.001))
        price = max(0.01, start * (1 + draw.gauss(0, 0.03)))
        high, low = max(start, price) * (1 + draw.random() * 0.02), min(start, price) * (1 - draw.random() * 0.02)
        rows.append([time, start, high, low, price, 1000.0])
        time += 86_400_000
    return to_frame("RND", rows)


@pytest.mark.parametrize("seeds", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_the_sound_engine_raises_no_alarm(policies: PolicySet, bars: Any, seeds: int) -> None:
    series = [bars, nasdaq(), *(random_bars(seed) for seed in range(seeds))]
    trades = 0
    for each in series:
        with policies.attached():
            trades += len(backtest(each).fills)
    assert trades > 5 * seeds


def test_a_guarded_engine_gives_the_same_curve(policies: PolicySet, bars: Any) -> None:
    bare = backtest(bars).curve
    with policies.attached():
        assert backtest(bars).curve == bare


def events(order: str, *steps: tuple[str, float]) -> list[Row]:
    common = {"order": order, "quantity": 10.0, "account": "A"}
    return [{**common, "event": event, "filled": filled} for event, filled in steps]


WHOLE = events("1", ("new", 0.0), ("accepted", 0.0), ("partial", 4.0), ("filled", 10.0))
PART = events("2", ("new", 0.0), ("accepted", 0.0), ("partial", 4.0), ("cancelled", 4.0))


def transfer(id: int, *amounts: int, supply: int = 1000) -> Row:
    legs = [{"account": str(place), "amount": amount} for place, amount in enumerate(amounts)]
    return {"id": id, "currency": "USD", "legs": legs, "supply": supply}


def limits(**changed: Any) -> Row:
    sound = {"equity": 100.0, "exposure": 150.0, "margin_used": 50.0, "day_start": 100.0}
    return {**sound, "kill_switch": False, "orders_sent": 0, "price_age": 1.0, **changed}


def curve(number: int = 300) -> list[Row]:
    draw = random.Random(3)
    rows: list[Row] = []
    equity = top = opening = 100_000.0
    deepest = 0.0
    for place in range(number):
        top = max(top, equity)
        deepest = min(deepest, equity / top - 1)
        row = {"time": datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=place), "equity": equity}
        rows.append({**row, "drawdown": equity / top - 1})
        equity *= 1 + draw.gauss(0, 0.01)
    last = float(rows[-1]["equity"])
    told = {"total_return": last / opening - 1, "max_drawdown": deepest, "fees": 5.0, "slippage": 1.0, "trades": 4}
    told |= {"gross": last - opening + 6.0, "fee_rate": 0.001, "shares": 10.0, "realised": 0.0}
    held = [{"price": row["equity"] / 10, "unrealised": row["equity"] - opening} for row in rows]
    return [{**row, **told, **each} for row, each in zip(rows, held, strict=True)]


def with_row(rows: Sequence[Row], place: int, **changed: Any) -> list[Row]:
    return [{**row, **(changed if number == place else {})} for number, row in enumerate(rows)]


def everywhere(rows: Sequence[Row], **changed: Any) -> list[Row]:
    return [{**row, **changed} for row in rows]


SOUND: Mapping[str, list[Row]] = {
    "orders": [row for pair in zip(WHOLE, PART, strict=True) for row in pair],
    "transfers": [transfer(1, 5, -5), transfer(2, 7, -3, -4), transfer(5, -1, 1)],
    "account": [limits(), limits(orders_sent=1, equity=97.0), limits(kill_switch=True, orders_sent=1)],
    "curve": curve(),
}
BROKEN: list[tuple[str, str, list[Row]]] = [
    ("orders", "invariants.first_is_new", PART + WHOLE[1:]),
    ("orders", "invariants.legal_transition", [*WHOLE, *events("1", ("partial", 10.0))]),
    ("orders", "invariants.legal_transition", events("1", ("new", 0.0), ("filled", 10.0))),
    ("orders", "invariants.filled_at_most_as_ordered", with_row(WHOLE, 2, filled=10.5)),
    ("orders", "invariants.filled_means_all", with_row(WHOLE, 3, filled=9.0)),
    ("orders", "invariants.filled_only_grows", with_row(PART, 3, filled=3.0)),
    ("orders", "invariants.order_of_one_account", with_row(WHOLE, 2, account="B")),
    ("orders", "invariants.answered", events("9", *[("new", 0.0)] * 22)),
    ("transfers", "invariants.legs_balance", [transfer(1, 5, -4)]),
    ("transfers", "invariants.two_sides", [transfer(1, 0, 0)]),
    ("transfers", "invariants.ids_rise", [transfer(2, 1, -1), transfer(2, 1, -1)]),
    ("transfers", "invariants.supply_is_kept", [transfer(1, 1, -1), transfer(2, 1, -1, supply=999)]),
    ("account", "invariants.leverage", [limits(exposure=201.0)]),
    ("account", "invariants.leverage", [limits(exposure=None)]),
    ("account", "invariants.margin", [limits(margin_used=81.0)]),
    ("account", "invariants.daily_loss", [limits(), limits(equity=94.0)]),
    ("account", "invariants.prices_are_fresh", [limits(), limits(orders_sent=1, price_age=31.0)]),
    ("account", "invariants.prices_are_fresh", [limits(), limits(orders_sent=1, price_age=None)]),
    ("account", "invariants.kill_switch_holds", [limits(kill_switch=True), limits()]),
    ("account", "invariants.no_order_after_it", [limits(kill_switch=True), limits(kill_switch=True, orders_sent=1)]),
    ("curve", "invariants.equity_is_a_number", with_row(curve(), 9, equity=float("nan"))),
    ("curve", "invariants.equity_is_positive", with_row(curve(), 9, equity=-1.0)),
    ("curve", "invariants.time_moves_on", with_row(curve(), 9, time=datetime(2020, 1, 1, tzinfo=UTC))),
    ("curve", "invariants.drawdown_of_the_peak", with_row(curve(), 9, drawdown=-0.5)),
    ("curve", "invariants.costs_are_charged", everywhere(curve(), fees=0.0, gross=curve()[0]["gross"] - 5.0)),
    ("curve", "invariants.equity_is_not_stuck", everywhere(curve(), equity=100_000.0)),
    ("curve", "invariants.moves_with_the_price", with_row(curve(), 9, equity=curve()[8]["equity"])),
    ("curve", "invariants.change_is_explained", with_row(curve(), 9, realised=5.0)),
    ("curve", "at_end.net_of_costs", everywhere(curve(), gross=0.0)),
    ("curve", "at_end.total_return_is_right", everywhere(curve(), total_return=0.5)),
    ("curve", "at_end.max_drawdown_is_right", everywhere(curve(), max_drawdown=-0.001)),
]  # fmt: skip # a table


def broken(policies: PolicySet, name: str, rows: Sequence[Row]) -> Iterator[set[str]]:
    """What is broken by a stream, and by the same rows as a frame."""
    monitor = policies.monitor(name, mode="observe")
    for row in rows:
        monitor.step(**row)
    monitor.close()
    yield {each.id for each in monitor.outcome().outcomes if each.broken}
    verified = policies.invariants(name).verify(pl.DataFrame(rows, infer_schema_length=None))
    yield {each.id for each in verified.outcomes if each.broken}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_stream_breaks_nothing(name: str, policies: PolicySet) -> None:
    assert list(broken(policies, name, SOUND[name])) == [set(), set()]


@pytest.mark.parametrize(("name", "id", "rows"), BROKEN)
def test_a_broken_stream_breaks_what_is_meant_for_it(name: str, id: str, rows: list[Row], policies: PolicySet) -> None:
    for found in broken(policies, name, rows):
        assert id in found


def test_every_invariant_of_the_pack_has_a_fault(policies: PolicySet) -> None:
    reached = {(name, id) for name, id, _ in BROKEN}
    for name in SOUND:
        assert {(name, each["id"]) for each in policies.tables("invariants")[name]["invariants"]} <= reached
