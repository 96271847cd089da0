"""Scalar rules, generated against written by hand, and peers: `python -m tests.benchmarks.scalar_rules`.

Each figure is the median of interleaved rounds over the same row; ratios are medians of paired rounds.
The hand-written rule carries the guards that its columns need, and is called as the generated one is.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from peakguard.expression import compile_text, emit_scalar, looks_back
from peakguard.expression.scope import Column, Scope
from peakguard.expression.types import DATE, FLOAT64, INT64, STRING, datetime
from peakguard.runtime.scalar import load_ordered, load_scalar

ROUNDS = 41
Run = Callable[[int], Any]
"""Evaluates a rule so many times, and returns what it gave last."""

SCOPE = Scope(
    {
        **{name: Column(FLOAT64) for name in ("open", "high", "low", "close_", "cash", "equity")},
        "volume": Column(FLOAT64, nullable=True),
        "fee": Column(FLOAT64, nullable=True),
        "turnover": Column(FLOAT64),
        "lots": Column(INT64),
        "symbol": Column(STRING),
        "day": Column(DATE),
        "at": Column(datetime("us", "UTC")),
    },
    ordered=True,
)
ROW: dict[str, Any] = {
    "open": 10.0,
    "high": 11.0,
    "low": 9.0,
    "close_": 10.5,
    "cash": 1000.0,
    "equity": 1010.5,
    "volume": 100.0,
    "fee": 0.5,
    "turnover": 100.0,
    "lots": 7,
    "symbol": "BTC/USD",
    "day": None,
    "at": 1_770_000_000_000_000,
}


class Rule(NamedTuple):
    """A rule, and the function that a careful author would write for it; `peers` is its text for others."""

    name: str
    text: str
    hand: Callable[..., Any]
    peers: Mapping[str, str] = {}


def bar(low: float, open: float, close_: float, high: float, turnover: float) -> bool:
    return low <= min(open, close_) and high >= max(open, close_) and turnover >= 0


def bar_nullable(low: float, open: float, close_: float, high: float, volume: float | None) -> bool | None:
    if volume is None:
        return None if low <= min(open, close_) and high >= max(open, close_) else False
    return low <= min(open, close_) and high >= max(open, close_) and volume >= 0


def costs(volume: float | None, fee: float | None, open: float) -> bool | None:
    if volume is None or fee is None:
        return None if (volume is None or volume > 0) and (fee is None or fee < open) else False
    return volume > 0 and fee < open


def book(equity: float, cash: float, lots: int, close_: float) -> bool:
    return math.isclose(equity, cash + lots * close_, rel_tol=1e-9, abs_tol=100.0)


def spread(high: float, low: float, open: float) -> bool:
    return (high - low) / open <= 0.5 if open else False


def jump(close_: float, open: float) -> bool:
    return abs(math.log(close_ / open)) <= 0.5


def whole(lots: int) -> bool | None:
    twice = lots * 2 + 1
    return -(2**63) <= twice < 2**63 and twice > 3


def session(at: int) -> bool:
    return 9 <= at // 3_600_000_000 % 24 < 17


def listed(symbol: str) -> bool:
    return symbol.startswith("BTC") and symbol in {"BTC/USD", "BTC/EUR", "ETH/USD", "ETH/EUR"}


def moving() -> Callable[[float], bool | None]:
    """A drawdown with its own state, as an author would keep it in a closure."""
    highest: float | None = None

    def step(equity: float) -> bool:
        nonlocal highest
        if highest is None or equity > highest:
            highest = equity
        return equity >= 0.8 * highest

    return step


def rising() -> Callable[[float], bool | None]:
    """No jump from row to row."""
    last: float | None = None

    def step(close_: float) -> bool | None:
        nonlocal last
        before, last = last, close_
        return None if before is None else abs(close_ / before - 1.0) <= 0.1 if before else False

    return step


_MIN_MAX = "low <= min(open, close_) and high >= max(open, close_)"
_CHOICES = (
    "low <= (open < close_ ? open : close_) && high >= (open > close_ ? open : close_) && {0} >= 0.0"  # CEL has no min
)
_CEL = {"celpy": _CHOICES, "cel": _CHOICES}
_ASTS = {"simpleeval": f"{_MIN_MAX} and {{0}} >= 0", "asteval": f"{_MIN_MAX} and {{0}} >= 0"}
_SPREAD = "(high - low) / open <= 0.5"

RULES = [
    Rule(
        "bar, all finite",
        "low <= min(open, close_) and high >= max(open, close_) and turnover >= 0",
        bar,
        {name: text.format("turnover") for name, text in {**_CEL, **_ASTS}.items()},
    ),
    Rule(
        "bar, nullable volume",
        "low <= min(open, close_) and high >= max(open, close_) and volume >= 0",
        bar_nullable,
        {name: text.format("volume") for name, text in {**_CEL, **_ASTS}.items()},
    ),
    Rule("two nullable columns", "volume > 0 and fee < open", costs),
    Rule("equity matches book", "close(equity, cash + lots * close_, rel=1e-9, abs=100)", book),
    Rule("spread", _SPREAD, spread, dict.fromkeys(("celpy", "cel", "simpleeval", "asteval"), _SPREAD)),
    Rule("no jump", "abs(log(close_ / open)) <= 0.5", jump),
    Rule("integers", "lots * 2 + 1 > 3", whole),
    Rule("session", "hour(at) >= 9 and hour(at) < 17", session),
    Rule("listed", "starts_with(symbol, 'BTC') and symbol in ('BTC/USD', 'BTC/EUR', 'ETH/USD', 'ETH/EUR')", listed),
    Rule("drawdown (state)", "equity >= 0.8 * cum_max(equity)", moving),
    Rule("row to row (state)", "abs(pct_change(close_)) <= 0.1", rising),
]


def main() -> None:
    print("| rule | by hand, ns | generated, ns | ratio |\n|---|---|---|---|")
    loops = [measure(rule) for rule in RULES]
    print("\n| rule | peer | ns | of generated |\n|---|---|---|---|")
    for rule, ours in zip(RULES, loops, strict=True):
        for peer, text in rule.peers.items():
            print(f"| {rule.name} | {peer} | {measure_peer(peer, text, ours)} |")


def measure(rule: Rule) -> Run:
    """Prints nanoseconds a call, by hand and generated, of the same loop around either; returns the latter."""
    typed, faults = compile_text(rule.text, SCOPE)
    assert typed is not None, faults
    text = emit_scalar(typed)
    if looks_back(typed):
        start, step = load_ordered(text)
        ours, hand = loop("f(s, {})", typed.names, step, start()), loop("f({})", typed.names, rule.hand(), None)
    else:
        ours = loop("f({})", typed.names, load_scalar(text), None)
        names = rule.hand.__code__.co_varnames[: rule.hand.__code__.co_argcount]
        hand = loop("f({})", names, rule.hand, None)
    assert ours(2) == hand(2), (rule.name, ours(2), hand(2))
    pairs = [(timed(hand), timed(ours)) for _ in range(ROUNDS)]
    by_hand, generated = (statistics.median(each) for each in zip(*pairs, strict=True))
    print(f"| {rule.name} | {by_hand:.0f} | {generated:.0f} | {statistics.median(b / a for a, b in pairs):.2f} |")
    return ours


def loop(call: str, names: tuple[str, ...], function: Callable[..., Any], state: Any) -> Run:
    """A function that calls another so many times with the row's values in local variables."""
    lines = [f"    {name} = row[{name!r}]" for name in names]
    body = f"    for _ in range(n):\n        r = {call.format(', '.join(names))}\n    return r\n"
    scope: dict[str, Any] = {"f": function, "s": state, "row": ROW}
    exec("def run(n, f=f, s=s):\n" + "\n".join(lines) + "\n" + body, scope)
    run: Run = scope["run"]
    return run


def timed(run: Run, calls: int = 5000) -> float:
    """Nanoseconds a call."""
    start = time.perf_counter_ns()
    run(calls)
    return (time.perf_counter_ns() - start) / calls


def measure_peer(peer: str, text: str, ours: Run) -> str:
    """Nanoseconds an evaluation of text that was parsed once, and over ours in paired rounds, as cells of a table."""
    try:
        evaluate = PEERS[peer](text)
    except ImportError:
        return "not installed | "

    def run(calls: int) -> Any:
        found = None
        for _ in range(calls):
            found = evaluate()
        return found

    assert run(1), (peer, text)
    calls = 2 if peer == "celpy" else 50
    pairs = [(timed(run, calls), timed(ours)) for _ in range(ROUNDS)]
    theirs = statistics.median(each for each, _ in pairs)
    return f"{theirs:,.0f} | {statistics.median(a / b for a, b in pairs):,.0f} ×"


def celpy(text: str) -> Callable[[], Any]:
    """cel-python."""
    from celpy import Environment, celtypes

    environment = Environment()
    program = environment.program(environment.compile(text))
    context: Any = {name: celtypes.DoubleType(value) for name, value in ROW.items() if isinstance(value, float)}
    return lambda: program.evaluate(context)


def cel(text: str) -> Callable[[], Any]:
    """common-expression-language, in Rust."""
    from cel import compile as compile_cel

    program = compile_cel(text)
    context = {name: value for name, value in ROW.items() if isinstance(value, float) and name in text}
    return lambda: program.execute(context)


def simpleeval(text: str) -> Callable[[], Any]:
    """simpleeval."""
    from simpleeval import SimpleEval

    evaluator = SimpleEval(names=ROW, functions={"min": min, "max": max})
    parsed = evaluator.parse(text)
    return lambda: evaluator.eval(text, previously_parsed=parsed)


def asteval(text: str) -> Callable[[], Any]:
    """asteval."""
    from asteval import Interpreter

    interpreter = Interpreter()
    interpreter.symtable.update(ROW)
    parsed = interpreter.parse(text)
    return lambda: interpreter.run(parsed)


PEERS = {"asteval": asteval, "cel": cel, "celpy": celpy, "simpleeval": simpleeval}


if __name__ == "__main__":
    main()
