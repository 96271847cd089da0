"""What a guard adds to a call that succeeds, beside the bare call: `python -m tests.benchmarks.guards`.

Each figure is the median of interleaved rounds, in nanoseconds over the bare call of the same function in the same
round. Beside them: a wrapper of the usual kind, and peers that wrap functions.
"""

from __future__ import annotations

import asyncio
import functools
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl

import peakguard

ROUNDS = 41
CALLS = 1000
SOURCE = """
def plain(symbol, limit=10): return limit
def keyword(*, symbol, limit=10): return limit
def packed(*args, **kwargs): return 10
class Desk:
    def method(self, symbol, limit=10): return limit
async def waits(symbol, limit=10): return limit
def frame(bars): return bars
"""
LAYERS = {
    "classify": "classify: true",
    "trace": "trace: true",
    "argument rules (2 types, 2 bounds)": (
        "arguments: {symbol: {type: string, min_length: 1}, limit: {type: int64, ge: 1}}"
    ),
    "result rules (type, bound)": "returns: {type: int64, ge: 0}",
    "argument rules, result rules, classify": (
        "arguments: {limit: {type: int64, ge: 1}}, returns: {type: int64, ge: 0}, classify: true"
    ),
}
CALLS_OF: dict[str, Callable[[Any], Callable[[], Any]]] = {
    "plain": lambda m: functools.partial(m.plain, "A", 5),
    "keyword": lambda m: functools.partial(m.keyword, symbol="A", limit=5),
    "packed": lambda m: functools.partial(m.packed, "A", limit=5),
    "Desk.method": lambda m: functools.partial(m.Desk().method, "A", 5),
}
ERRORS = """
peakguard: 1
kind: errors
name: bench
version: 1.0.0
domain: bench
categories: {data: {codes: 1000-1999}}
errors:
  BE-1001: {slug: bad, title: Bad, category: data, severity: error, message: bad, matches: ['builtins:KeyError']}
"""


def main() -> None:
    module = ModuleType("bench_program")
    exec(SOURCE, module.__dict__)  # the functions above
    sys.modules["bench_program"] = module
    print("| layers | function | bare, ns | added, ns |\n|---|---|---|---|")
    for label, layers in LAYERS.items():
        for path, make in CALLS_OF.items():
            if path == "packed" and "arguments" in layers:
                continue  # it has no parameters that a binding could name
            bare = make(module)
            guarded = _guarded(module, path, layers, make)
            _print(label, path, *_compared(bare, guarded))
    for label, layers in LAYERS.items():
        _print(label, "waits (async)", *_compared_async(module, layers))
    _print(
        "functools.wraps(*args, **kwargs), for comparison",
        "plain",
        *_compared(CALLS_OF["plain"](module), _usual(module)),
    )
    for name, made in _peers(module).items():
        _print(f"{name}, for comparison", "plain", *_compared(CALLS_OF["plain"](module), made))
    _frames(module)


def _guarded(module: ModuleType, path: str, layers: str, make: Callable[[Any], Callable[[], Any]]) -> Callable[[], Any]:
    with tempfile.TemporaryDirectory() as folder:
        policies = Path(folder) / "policies"
        policies.mkdir()
        (policies / "errors.yaml").write_text(ERRORS)
        head = "peakguard: 1\nkind: bindings\nname: b\nversion: 1.0.0\nbindings:\n"
        text = f"{head}  - {{target: 'bench_program:{path}', {layers}}}\n"
        (policies / "bindings.yaml").write_text(text)
        loaded = peakguard.load(folder)
    loaded.attach()
    held = make(module)
    # Taking the guard off would disarm the wrapper that is measured; the bare function is put back past it.
    owner = module if "." not in path else module.Desk
    name = path.rpartition(".")[2]
    setattr(owner, name, vars(owner)[name].__wrapped__)
    return held


def _usual(module: Any) -> Callable[[], Any]:
    bare = module.plain

    @functools.wraps(bare)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return bare(*args, **kwargs)

    return functools.partial(wrapped, "A", 5)


def _peers(module: Any) -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {}
    try:
        from pydantic import validate_call

        checked: Any = validate_call(_annotated)
        found["pydantic.validate_call (2 types, 1 bound)"] = functools.partial(checked, "A", 5)
    except ImportError:
        pass
    try:
        import wrapt

        def through(wrapped: Any, _: Any, args: Any, kwargs: Any) -> Any:
            return wrapped(*args, **kwargs)

        made: Any = wrapt.decorator(through)
        found["wrapt.decorator"] = functools.partial(made(module.plain), "A", 5)
    except ImportError:
        pass
    return found


def _annotated(symbol: str, limit: int = 10) -> int:  # noqa: ARG001 # as long as the others
    return limit


def _compared(bare: Callable[[], Any], guarded: Callable[[], Any]) -> tuple[float, float]:
    rounds = [(_timed(bare), _timed(guarded)) for _ in range(ROUNDS)]
    return statistics.median(a for a, _ in rounds), statistics.median(b - a for a, b in rounds)


def _timed(run: Callable[[], Any]) -> float:
    calls = range(CALLS)
    start = time.thread_time_ns()
    for _ in calls:
        run()
    return (time.thread_time_ns() - start) / CALLS


def _compared_async(module: Any, layers: str) -> tuple[float, float]:
    bare = module.waits
    guarded = _guarded(module, "waits", layers, lambda m: m.waits)

    async def timed(function: Any) -> float:
        calls = range(CALLS)
        start = time.thread_time_ns()
        for _ in calls:
            await function("A", 5)
        return (time.thread_time_ns() - start) / CALLS

    async def rounds() -> list[tuple[float, float]]:
        return [(await timed(bare), await timed(guarded)) for _ in range(ROUNDS)]

    found = asyncio.run(rounds())
    return statistics.median(a for a, _ in found), statistics.median(b - a for a, b in found)


def _print(label: str, path: str, bare: float, added: float) -> None:
    print(f"| {label} | {path} | {bare:,.0f} | {added:,.0f} |")


def _frames(module: Any) -> None:
    """A contract around a frame costs what the contract costs; the wrapper adds what stands here."""
    frame = pl.DataFrame({"x": [1.0, 2.0]})
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "policies").mkdir()
        (Path(folder) / "policies" / "c.yaml").write_text(
            "peakguard: 1\nkind: contract\nname: bars\nversion: 1.0.0\ncolumns: {x: {type: float64, gt: 0}}\n"
        )
        (Path(folder) / "policies" / "b.yaml").write_text(
            "peakguard: 1\nkind: bindings\nname: b\nversion: 1.0.0\n"
            "bindings: [{target: 'bench_program:frame', returns: {contract: bars}}]\n"
        )
        loaded = peakguard.load(folder)
    contract = loaded.contract("bars")
    loaded.attach()
    held = module.frame
    rounds = [(_few(lambda: contract.validate(frame)), _few(lambda: held(frame))) for _ in range(ROUNDS)]
    bare = statistics.median(a for a, _ in rounds)
    _print(
        "contract on the result, over `contract.validate`", "frame", bare, statistics.median(b - a for a, b in rounds)
    )


def _few(run: Callable[[], Any]) -> float:
    start = time.thread_time_ns()
    for _ in range(50):
        run()
    return (time.thread_time_ns() - start) / 50


if __name__ == "__main__":
    main()
