"""What a step of a monitor costs beside the same checks written by hand: `python -m tests.benchmarks.invariants`.

Every figure is the median of interleaved rounds of 20,000 steps, less an empty function that takes the same arguments.
Written by hand are the same comparisons with the same memory, a counter for each and, where it says so, the closest
call of each, which peakguard always keeps. Peers check the same six things by a memory that they are lent. Reading the
state through a binding is counted apart. The last lines verify a whole result of a million rows.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf, isclose, isfinite
from pathlib import Path
from typing import Any

import polars as pl

import peakguard

ROUNDS = 15
STEPS = 20_000
ROWS = 1_000_000
HEAD = "peakguard: 1\nkind: invariants\nversion: 1.0.0\n"
SIX = f"""{HEAD}name: six
state: {{time: 'datetime[us, UTC]', cash: float64, value: float64, equity: float64, fees: float64}}
keep: 0
invariants:
  book: {{expr: 'close(equity, cash + value, rel=1e-9, abs=0.01)'}}
  time: {{expr: time > prev(time), on_null: pass}}
  fees: {{expr: delta(fees) >= 0, on_null: pass}}
  drawdown: {{expr: equity >= 0.2 * cum_max(equity)}}
  solvent: {{expr: cash >= 0}}
  leverage: {{expr: value <= 2 * equity}}
"""
BOOK = f"""{HEAD}name: book
keep: 0
state:
  time: 'datetime[us, UTC]'
  cash: float64
  equity: float64
  fees: float64
  positions: {{list: {{qty: float64, price: float64}}}}
invariants:
  book: {{expr: 'close(equity, cash + sum(p.qty * p.price for p in positions), rel=1e-9, abs=0.01)', severity: halt}}
  time: {{expr: time > prev(time), on_null: pass}}
  fees: {{expr: delta(fees) >= 0, on_null: pass}}
  drawdown: {{expr: equity >= 0.2 * cum_max(equity), grace: 3}}
"""
KEPT = BOOK.replace("name: book", "name: kept").replace("keep: 0", "keep: 8")
BOUND = """peakguard: 1
kind: bindings
name: bench
version: 1.0.0
bindings:
  - target: bench_desk:Desk.step
    invariants:
      policy: six
      state: {time: args.time, cash: self.cash, value: self.value, equity: result, fees: self.fees}
"""
DESK = """class Desk:
    def __init__(self): self.cash, self.value, self.fees = 50.0, 100.0, 0.0
    def step(self, time):
        self.fees += 1.0
        return self.cash + self.value
"""
Step = Callable[..., None]


def six_by_hand(*, closest: bool) -> Step:
    """The six checks, each counted; with `closest` also how close each came."""
    n = 0
    counts = [0] * 6
    before: Any = None
    paid: float | None = None
    top = -inf
    near = [inf] * 6

    def step(time: Any, cash: float, value: float, equity: float, fees: float) -> None:
        nonlocal n, before, paid, top
        n += 1
        if not (isfinite(cash) and isfinite(value) and isfinite(equity) and isfinite(fees)):
            raise ValueError("state")
        if not isclose(equity, cash + value, rel_tol=1e-9, abs_tol=0.01):
            raise ValueError("book")
        counts[0] += 1
        if before is not None:
            if not time > before:
                raise ValueError("time")
            counts[1] += 1
        before = time
        if paid is not None:
            if not fees - paid >= 0:
                raise ValueError("fees")
            counts[2] += 1
            if closest and fees - paid < near[2]:
                near[2] = fees - paid
        paid = fees
        top = max(top, equity)
        if not equity >= 0.2 * top:
            raise ValueError("drawdown")
        counts[3] += 1
        if not cash >= 0:
            raise ValueError("solvent")
        counts[4] += 1
        if not value <= 2 * equity:
            raise ValueError("leverage")
        counts[5] += 1
        if closest:
            near[0] = max(near[0], abs(equity - cash - value))
            near[3] = min(near[3], equity - 0.2 * top)
            near[4] = min(near[4], cash)
            near[5] = min(near[5], 2 * equity - value)

    return step


def book_by_hand(*, closest: bool, keep: bool = False) -> Step:
    """The four checks over a list of positions."""
    n = failing = 0
    counts = [0] * 4
    before: Any = None
    paid: float | None = None
    top = -inf
    near = [inf] * 4
    kept: deque[Any] = deque(maxlen=8)

    def step(time: Any, cash: float, equity: float, fees: float, positions: list[dict[str, float]]) -> None:
        nonlocal n, before, paid, top, failing
        n += 1
        book = cash + sum([p["qty"] * p["price"] for p in positions])
        if not (isfinite(book) and isfinite(equity) and isfinite(fees)):
            raise ValueError("state")
        if not isclose(equity, book, rel_tol=1e-9, abs_tol=0.01):
            raise ValueError("book")
        counts[0] += 1
        if before is not None:
            if not time > before:
                raise ValueError("time")
            counts[1] += 1
        before = time
        if paid is not None:
            if not fees - paid >= 0:
                raise ValueError("fees")
            counts[2] += 1
            if closest and fees - paid < near[2]:
                near[2] = fees - paid
        paid = fees
        top = max(top, equity)
        if equity >= 0.2 * top:
            failing = 0
        else:
            failing += 1
            if failing >= 3:
                raise ValueError("drawdown")
        counts[3] += 1
        if keep:
            kept.append((n, time, cash, equity, fees, [p.copy() for p in positions]))
        if closest:
            near[0] = max(near[0], abs(equity - book))
            near[3] = min(near[3], equity - 0.2 * top)

    return step


def peers() -> dict[str, Step]:
    """The six checks in libraries of contracts, where these are installed."""
    found: dict[str, Step] = {}
    state: dict[str, Any] = {"time": datetime(2000, 1, 1, tzinfo=UTC), "fees": -1.0, "top": -inf}

    def remember(time: Any, equity: float, fees: float) -> None:
        state.update(time=time, fees=fees, top=max(state["top"], equity))

    checks: Sequence[Callable[..., bool]] = (
        lambda time, cash, value, equity, fees: isclose(equity, cash + value, rel_tol=1e-9, abs_tol=0.01),
        lambda time, cash, value, equity, fees: time > state["time"],
        lambda time, cash, value, equity, fees: fees - state["fees"] >= 0,
        lambda time, cash, value, equity, fees: equity >= 0.2 * max(state["top"], equity),
        lambda time, cash, value, equity, fees: cash >= 0,
        lambda time, cash, value, equity, fees: value <= 2 * equity,
    )

    def forget() -> None:
        state.update(time=datetime(2000, 1, 1, tzinfo=UTC), fees=-1.0, top=-inf)

    def plain(time: Any, cash: float, value: float, equity: float, fees: float) -> None:
        remember(time, equity, fees)

    for name in ("icontract", "deal"):
        try:
            library = __import__(name)
        except ImportError:
            continue
        wrapped: Any = plain
        for check in checks:
            wrapped = (library.require if name == "icontract" else library.pre)(check)(wrapped)
        found[name] = _restarting(wrapped, forget)
    found["pydantic"] = _restarting(_pydantic(remember, checks), forget)
    return found


def _same(step: Step) -> Step:
    return step


def _restarting(step: Step, forget: Callable[[], None]) -> Step:
    forget()
    step.forget = forget  # type: ignore[attr-defined] # told to each round
    return step


def _pydantic(remember: Step, checks: Sequence[Callable[..., bool]]) -> Step:
    from pydantic import BaseModel, model_validator

    class State(BaseModel):
        time: datetime
        cash: float
        value: float
        equity: float
        fees: float

        @model_validator(mode="after")
        def holds(self) -> State:
            for check in checks:
                if not check(self.time, self.cash, self.value, self.equity, self.fees):
                    raise ValueError("broken")
            return self

    def step(time: Any, cash: float, value: float, equity: float, fees: float) -> None:
        State(time=time, cash=cash, value=value, equity=equity, fees=fees)
        remember(time, equity, fees)

    return step


def measured(steps: Sequence[dict[str, Any]], makers: dict[str, Callable[[], Step]]) -> dict[str, float]:
    """Nanoseconds a step of each, less the empty one."""
    found: dict[str, list[float]] = {name: [] for name in makers}
    for _ in range(ROUNDS):
        for name, make in makers.items():
            step = make()
            getattr(step, "forget", lambda: None)()
            start = time.thread_time_ns()
            for each in steps:
                step(**each)
            found[name].append((time.thread_time_ns() - start) / len(steps))
    base = found.pop("empty")
    rounds = {name: zip(times, base, strict=True) for name, times in found.items()}
    return {name: statistics.median(a - b for a, b in pairs) for name, pairs in rounds.items()}


def table(title: str, times: dict[str, float], hand: str) -> None:
    """The figures and their ratio to what is written by hand."""
    print(f"\n| {title} | ns a step | × by hand |\n|---|---|---|")
    for name, each in times.items():
        print(f"| {name} | {each:,.0f} | {each / times[hand]:.2f} |")


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("six", SIX), ("book", BOOK), ("kept", KEPT), ("bench", BOUND)):
            path = Path(folder, "policies", f"{name}.yaml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        Path(folder, "bench_desk.py").write_text(DESK)
        sys.path.insert(0, folder)
        policies = peakguard.load(folder)
        start = datetime(2020, 1, 1, tzinfo=UTC)
        wave = [100.0 + (place * 7919 % 1000) / 100 for place in range(STEPS)]
        steps = [
            {"time": start + timedelta(minutes=n), "cash": 50.0, "value": each, "equity": 50.0 + each, "fees": float(n)}
            for n, each in enumerate(wave)
        ]
        times = measured(
            steps,
            {
                "empty": lambda: lambda time, cash, value, equity, fees: None,
                "by hand, counted": lambda: six_by_hand(closest=False),
                "by hand, counted, closest calls": lambda: six_by_hand(closest=True),
                "peakguard": lambda: policies.monitor("six").step,
                **{name: partial(_same, step) for name, step in peers().items()},
            },
        )
        table("six invariants of numbers", times, "by hand, counted")
        listed = [
            {"time": each["time"], "cash": 50.0, "equity": each["equity"], "fees": each["fees"],
             "positions": [{"qty": 1.0, "price": value - 10.0}, {"qty": 2.0, "price": 5.0}]}
            for each, value in zip(steps, wave, strict=True)
        ]  # fmt: skip # a table
        times = measured(
            listed,
            {
                "empty": lambda: lambda time, cash, equity, fees, positions: None,
                "by hand, counted": lambda: book_by_hand(closest=False),
                "by hand, counted, closest calls": lambda: book_by_hand(closest=True),
                "peakguard": lambda: policies.monitor("book").step,
                "by hand, counted, last 8 steps kept": lambda: book_by_hand(closest=False, keep=True),
                "peakguard, last 8 steps kept": lambda: policies.monitor("kept").step,
            },
        )
        table("four invariants, one over a list of two positions", times, "by hand, counted")
        _bound(policies, steps)
        _verified(policies)


def _bound(policies: Any, steps: Sequence[dict[str, Any]]) -> None:
    """Reading the state through a binding, beside the monitor alone."""
    import bench_desk  # type: ignore[import-not-found] # written above

    def bare() -> Step:
        desk = bench_desk.Desk()
        return lambda **each: desk.step(each["time"])

    bare_times = []
    bound_times = []
    for _ in range(ROUNDS):
        bare_times.append(_run(bare(), steps))
        with policies.attached():
            bound_times.append(_run(bare(), steps))
    added = statistics.median(b - a for a, b in zip(bare_times, bound_times, strict=True))
    print(f"\nthrough a binding, with reading five values: {added:,.0f} ns a call")


def _run(step: Step, steps: Sequence[dict[str, Any]]) -> float:
    start = time.thread_time_ns()
    for each in steps:
        step(**each)
    return (time.thread_time_ns() - start) / len(steps)


def _verified(policies: Any) -> None:
    """A whole result at once."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    count = pl.int_range(ROWS, eager=True)
    value = 100.0 + (count * 7919 % 1000) / 100
    frame = pl.DataFrame({"n": count, "value": value}).select(
        (pl.lit(start).dt.cast_time_unit("us") + pl.duration(minutes=pl.col("n"))).alias("time"),
        pl.lit(50.0).alias("cash"),
        "value",
        (50.0 + pl.col("value")).alias("equity"),
        pl.col("n").cast(pl.Float64).alias("fees"),
    )
    invariants = policies.invariants("six")
    found: dict[str, list[float]] = {"by hand, verdicts alone": [], "verify": [], "verify, places of closest calls": []}
    for _ in range(15):
        began = time.perf_counter()
        kept = _query_by_hand(frame)
        between = time.perf_counter()
        verified = invariants.verify(frame)
        decided = time.perf_counter()
        places = [each.closest.step for each in verified.outcomes if each.closest is not None]
        found["by hand, verdicts alone"].append((between - began) / ROWS * 1e9)
        found["verify"].append((decided - between) / ROWS * 1e9)
        found["verify, places of closest calls"].append((time.perf_counter() - between) / ROWS * 1e9)
    assert all(kept)
    assert all(places)
    assert not verified.breaches
    print(f"\na result of {ROWS:,} rows and six invariants, ns a row: median, least, × by hand in the same round")
    hand = found["by hand, verdicts alone"]
    for name, times in found.items():
        ratio = statistics.median(a / b for a, b in zip(times, hand, strict=True))
        print(f"  {name:34} {statistics.median(times):6.1f} {min(times):6.1f} {ratio:6.2f}")


def _query_by_hand(frame: pl.DataFrame) -> tuple[bool, ...]:
    """The six rules as one would write them in Polars: one query, verdicts only, no closest call."""
    cash, value, equity, fees, when = (pl.col(name) for name in ("cash", "value", "equity", "fees", "time"))
    worth = cash + value
    tolerance = pl.max_horizontal(1e-9 * pl.max_horizontal(equity.abs(), worth.abs()), 0.01)
    kept = frame.select(
        ((equity - worth).abs() <= tolerance).all().alias("book"),
        (when > when.shift(1)).all().alias("time"),
        (fees - fees.shift(1) >= 0).all().alias("fees"),
        (equity >= 0.2 * equity.cum_max()).all().alias("drawdown"),
        (cash >= 0).all().alias("solvent"),
        (value <= 2 * equity).all().alias("leverage"),
        pl.all_horizontal(each.is_finite().all() for each in (cash, value, equity, fees)).alias("finite"),
    )
    return kept.row(0)


if __name__ == "__main__":
    main()
