"""The libraries that resilience is measured beside, each around the same function; those that are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]


def peers(wraps: dict[str, Callable[[], Wrap]], bare: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """By name, the function as each library guards it."""
    return dict(_installed(wraps, bare))


def _installed(
    wraps: dict[str, Callable[[], Wrap]], bare: Callable[..., Any]
) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, wrap in wraps.items():
        try:
            yield name, wrap()(bare)
        except ImportError:
            print(f"{name} is not installed: not measured")


def tenacity() -> Wrap:
    lib: Any = import_module("tenacity")
    made: Wrap = lib.retry(stop=lib.stop_after_attempt(3), reraise=True)
    return made


def stamina() -> Wrap:
    made: Wrap = import_module("stamina").retry(on=OSError, attempts=3)
    return made


def backoff() -> Wrap:
    lib: Any = import_module("backoff")
    made: Wrap = lib.on_exception(lib.expo, OSError, max_tries=3)
    return made


def pybreaker() -> Wrap:
    made: Wrap = import_module("pybreaker").CircuitBreaker(fail_max=5)
    return made


def circuitbreaker() -> Wrap:
    made: Wrap = import_module("circuitbreaker").circuit
    return made


def purgatory() -> Wrap:
    made: Wrap = import_module("purgatory").SyncCircuitBreakerFactory()("benchmark")
    return made


def purgatory_async() -> Wrap:
    made: Wrap = import_module("purgatory").AsyncCircuitBreakerFactory()("benchmark")
    return made


def aiobreaker() -> Wrap:
    made: Wrap = import_module("aiobreaker").CircuitBreaker(fail_max=5)
    return made


def hyx_retry() -> Wrap:
    made: Wrap = import_module("hyx.retry").retry(on=OSError, attempts=3)
    return made


def hyx_breaker() -> Wrap:
    made: Wrap = import_module("hyx.circuitbreaker").consecutive_breaker(failure_threshold=5)
    return made


def interlock() -> Wrap:
    made: Wrap = import_module("interlock").CircuitBreaker(name="benchmark")
    return made


PLAIN: dict[str, Callable[[], Wrap]] = {
    "tenacity": tenacity,
    "stamina": stamina,
    "backoff": backoff,
    "pybreaker": pybreaker,
    "circuitbreaker": circuitbreaker,
    "purgatory": purgatory,
    "interlock": interlock,
}
AWAITED: dict[str, Callable[[], Wrap]] = {
    "tenacity": tenacity,
    "stamina": stamina,
    "backoff": backoff,
    "circuitbreaker": circuitbreaker,
    "aiobreaker": aiobreaker,
    "purgatory": purgatory_async,
    "hyx retry": hyx_retry,
    "hyx breaker": hyx_breaker,
    "interlock": interlock,
}
