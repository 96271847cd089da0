"""What a resilience policy does around a call, told from its table alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def outline(table: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """By the place of a layer, what it does: an `id`, a `text` and a `code` each."""
    told = {
        "fallback": _fallback, "total timeout": _total, "retry": _retry, "rate limit": _rate, "bulkhead": _bulkhead,
        "breaker": _breaker, "attempt timeout": _attempt,
    }  # fmt: skip # a table
    return {place: [{"id": place, "text": text, "code": None} for text in tell(table)] for place, tell in told.items()}


def _fallback(table: Mapping[str, Any]) -> Iterator[str]:
    if "fallback" in table:
        yield f"{table['fallback']['call']} stands in after {_errors(table['fallback']['on'], 'any error')}"


def _total(table: Mapping[str, Any]) -> Iterator[str]:
    if table.get("timeout", {}).get("total") is not None:
        yield f"{table['timeout']['total']:g} s for the whole call"


def _attempt(table: Mapping[str, Any]) -> Iterator[str]:
    timeout = table.get("timeout", {})
    seconds = timeout.get("attempt")
    if seconds is not None:
        yield f"{seconds:g} s for an attempt; a plain function is held to it by `{timeout['mode']}`"


def _retry(table: Mapping[str, Any]) -> Iterator[str]:
    retry = table.get("retry")
    if retry is None:
        return
    yield f"{retry['max_attempts']} attempts, after {_errors(retry['on'], 'errors that the catalogs call retryable')}"
    if retry["never"]:
        yield f"never after {_errors(retry['never'], '')}"
    if retry["result"] is not None:
        yield f"and while {retry['result']} says so of the result"
    yield _waits(retry["backoff"])
    after = retry["retry_after"]
    if after["respect"]:
        beyond = "gives up" if after["over_max"] == "fail" else "waits that"
        yield f"at least what is asked for; above {after['max']:g} s it {beyond}"
    if retry["budget"] is not None:
        yield f"paid from the budget {retry['budget']}"


def _waits(backoff: Mapping[str, Any]) -> str:
    most = f", {backoff['max_delay']:g} s at most" if backoff["max_delay"] is not None else ""
    if backoff["type"] == "exponential":
        grows = f"{backoff['initial']:g} s, times {backoff['multiplier']:g} each time{most}"
        return f"waits: {grows}, jitter {backoff['jitter']}"
    if backoff["type"] == "random":
        return f"waits: anything from {backoff['initial']:g} s on{most}"
    return f"waits: {backoff['initial']:g} s, jitter {backoff['jitter']}"


def _rate(table: Mapping[str, Any]) -> Iterator[str]:
    if "rate_limit" in table:
        rate = table["rate_limit"]
        yield f"a call every {rate['interval']:g} s, {rate['burst']} at once; others wait {rate['max_wait']:g} s"


def _bulkhead(table: Mapping[str, Any]) -> Iterator[str]:
    if "bulkhead" in table:
        yield f"{table['bulkhead']['max_concurrent']} at a time; others wait {table['bulkhead']['max_wait']:g} s"


def _breaker(table: Mapping[str, Any]) -> Iterator[str]:
    breaker = table.get("breaker")
    if breaker is None:
        return
    window = f"{breaker['size']} attempts" if breaker["size"] is not None else f"{breaker['duration']:g} s"
    yield f"opens at {breaker['failure_rate']:.0%} failures of the last {window}, from {breaker['minimum_calls']} on"
    if breaker["slow_duration"] is not None:
        yield f"or at {breaker['slow_rate']:.0%} that took more than {breaker['slow_duration']:g} s"
    wait = breaker["open"]
    grows = f", times {wait['multiplier']:g} each time" if wait["multiplier"] != 1 else ""
    most = f", {wait['max']:g} s at most" if wait["max"] is not None else ""
    yield f"stays open for {wait['initial']:g} s{grows}{most}; a trial is {breaker['permitted']} attempts"
    if breaker["scope"] == "host":
        yield "shared by all processes of the host"
    if breaker["mode"] != "enforce":
        yield f"mode {breaker['mode']}"


def _errors(patterns: list[str], otherwise: str) -> str:
    return ", ".join(patterns) or otherwise
