"""What a guarded call that succeeds costs, beside peers: `python -m tests.benchmarks.resilience`.

Nanoseconds added to the bare call, processor time; best and median of interleaved rounds. A call of two arguments.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peakguard
from tests.benchmarks.resilience_peers import AWAITED, PLAIN, peers

ROUNDS = 31
CALLS = 2000
HEAD = "peakguard: 1\nkind: resilience\nname: providers\nversion: 1.0.0\npolicies:\n"
RETRY = "{max_attempts: 3, on: [OSError]}"
SUBJECTS = {
    "retry": f"retry: {RETRY}",
    "retry, breaker": f"retry: {RETRY}, breaker: {{}}",
    "retry, breaker, slow calls": f"retry: {RETRY}, breaker: {{slow_call: {{duration: 2s}}}}",
    "retry, breaker of the host": f"retry: {RETRY}, breaker: {{scope: host}}",
    "retry, breaker over a time": f"retry: {RETRY}, breaker: {{sliding_window: {{type: time, duration: 60s}}}}",
    "bulkhead": "bulkhead: {max_concurrent: 8}",
    "rate limit": "rate_limit: {limit: 1000000, per: 1ms}",
    "timeout": "timeout: {total: 30s}",
    "all of the example": (
        f"timeout: {{total: 30s, attempt: 5s}}, retry: {RETRY}, breaker: {{slow_call: {{duration: 2s}}}}, "
        "bulkhead: {max_concurrent: 8}, rate_limit: {limit: 1000000, per: 1ms}, fallback: {call: 'os:getcwd'}"
    ),
}
BUDGETS = {"retry": 250, "retry, breaker": 350, "retry, breaker, slow calls": 500, "all of the example": 1500}
ASYNC_BUDGETS = {"retry": 400, "retry, breaker": 450, "timeout": 5000}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        policies = loaded(Path(folder))
        plain: dict[str, Callable[..., Any]] = {"bare": bare}
        awaited: dict[str, Callable[..., Any]] = {"bare": bare_async}
        for number, name in enumerate(SUBJECTS):
            plain[name] = policies.guard(f"p{number}")(bare)
            awaited[name] = policies.guard(f"p{number}")(bare_async)
        plain |= peers(PLAIN, bare)
        awaited |= peers(AWAITED, bare_async)
        table("a call", plain, timed, BUDGETS)
        table("an awaited call", awaited, timed_async, ASYNC_BUDGETS)


def loaded(folder: Path) -> Any:
    lines = [f"  p{number}: {{idempotent: true, {text}}}" for number, text in enumerate(SUBJECTS.values())]
    (folder / "policies").mkdir()
    (folder / "policies" / "r.yaml").write_text(HEAD + "\n".join(lines) + "\n")
    return peakguard.load(folder)


def table(title: str, subjects: dict[str, Callable[..., Any]], run: Any, budgets: dict[str, int]) -> None:
    for function in subjects.values():
        run(function)
    rounds = [{name: run(function) for name, function in subjects.items()} for _ in range(ROUNDS)]
    bare_ns = statistics.median(each["bare"] for each in rounds)
    print(f"\n| around {title} of {bare_ns:.0f} ns | best, + ns | median, + ns | budget, + ns |\n|---|---|---|---|")
    for name in list(subjects)[1:]:
        added = [each[name] - each["bare"] for each in rounds]
        print(f"| {name} | {min(added):,.0f} | {statistics.median(added):,.0f} | {budgets.get(name, '')} |")


def bare(symbol: str, limit: int = 100) -> tuple[str, int]:
    return symbol, limit


async def bare_async(symbol: str, limit: int = 100) -> tuple[str, int]:
    return symbol, limit


def timed(function: Callable[..., Any]) -> float:
    """Nanoseconds of processor time a call."""
    start = time.thread_time_ns()
    for _ in range(CALLS):
        function("AAPL", 5)
    return (time.thread_time_ns() - start) / CALLS


def timed_async(function: Callable[..., Any]) -> float:
    """The same, awaited in one event loop."""

    async def calls() -> float:
        start = time.thread_time_ns()
        for _ in range(CALLS):
            await function("AAPL", 5)
        return (time.thread_time_ns() - start) / CALLS

    return asyncio.run(calls())


if __name__ == "__main__":
    main()
