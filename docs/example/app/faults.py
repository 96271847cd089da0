"""What can be wrong with an exchange: corrupt bars, answers that fail from the third on, and faults that pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

Bars = list[list[Any]]

OPEN, HIGH, LOW, CLOSE = 1, 2, 3, 4


def swapped(bars: Bars) -> Bars:
    """High and low changed places."""
    for bar in bars:
        bar[HIGH], bar[LOW] = bar[LOW], bar[HIGH]
    return bars


def repeated(bars: Bars) -> Bars:
    """One page is sent twice."""
    return [*bars[:2000], *bars[1000:]]


def skipped(bars: Bars) -> Bars:
    """Half a year is missing in the middle."""
    return [*bars[:2400], *bars[2526:]]


def cut_short(bars: Bars) -> Bars:
    """The last years never arrive, and nothing says so."""
    return bars[:3000]


def shuffled(bars: Bars) -> Bars:
    """Two pages arrive in the wrong order."""
    return [*bars[:1000], *bars[2000:3000], *bars[1000:2000], *bars[3000:]]


def frozen(bars: Bars) -> Bars:
    """The feed repeats its last tick for two years."""
    for bar in bars[2400:2900]:
        bar[OPEN:5] = [bars[2399][CLOSE]] * 4
    return bars


def not_a_number(bars: Bars) -> Bars:
    """One price is no number."""
    bars[4000][CLOSE] = math.nan
    return bars


def missing(bars: Bars) -> Bars:
    """One price is null."""
    bars[4000][CLOSE] = None
    return bars


def in_cents(bars: Bars) -> Bars:
    """From one day on prices are in cents."""
    for bar in bars[3500:]:
        bar[OPEN:5] = [price * 100 for price in bar[OPEN:5]]
    return bars


def in_seconds(bars: Bars) -> Bars:
    """Times are in seconds instead of milliseconds."""
    for bar in bars:
        bar[0] //= 1000
    return bars


def as_text(bars: Bars) -> Bars:
    """Prices are text."""
    for bar in bars:
        bar[OPEN:5] = [str(price) for price in bar[OPEN:5]]
    return bars


def gap_up(bars: Bars) -> Bars:
    """Every tenth day opens at twice the price, with a high to match."""
    for bar in bars[::10]:
        bar[OPEN] *= 2
        bar[HIGH] = bar[OPEN]
    return bars


CORRUPT: dict[str, Callable[[Bars], Bars]] = {
    name.__name__: name
    for name in (
        swapped, repeated, skipped, cut_short, shuffled, frozen,
        not_a_number, missing, in_cents, in_seconds, as_text, gap_up,
    )
}  # fmt: skip


def down(answer: BaseHTTPRequestHandler, _: str) -> None:
    """The exchange is down for maintenance."""
    answer.send_error(503)


def limited(answer: BaseHTTPRequestHandler, _: str) -> None:
    """Too many requests."""
    _come_back(answer, "30")


def _come_back(answer: BaseHTTPRequestHandler, seconds: str) -> None:
    answer.send_response(429)
    answer.send_header("Retry-After", seconds)
    answer.send_header("Content-Length", "0")
    answer.end_headers()


def torn(answer: BaseHTTPRequestHandler, text: str) -> None:
    """The connection breaks in the middle of an answer."""
    body = text.encode()
    answer.send_response(200)
    answer.send_header("Content-Length", str(len(body)))
    answer.end_headers()
    answer.wfile.write(body[: len(body) // 2])
    answer.close_connection = True


def garbled(answer: BaseHTTPRequestHandler, _: str) -> None:
    """A page for people stands where JSON should be."""
    body = b"<html><body>Please log in</body></html>"
    answer.send_response(200)
    answer.send_header("Content-Length", str(len(body)))
    answer.end_headers()
    answer.wfile.write(body)


def silent(answer: BaseHTTPRequestHandler, _: str) -> None:
    """Nothing comes until the client gives up."""
    answer.connection.recv(1)


FAILING: dict[str, Callable[[BaseHTTPRequestHandler, str], None]] = {
    name.__name__: name for name in (down, limited, torn, garbled, silent)
}


def restarting(answer: BaseHTTPRequestHandler, text: str) -> None:
    """The exchange restarts: two answers fail, then all is well."""
    down(answer, text)


def flickering(answer: BaseHTTPRequestHandler, text: str) -> None:
    """The connection breaks twice, then all is well."""
    torn(answer, text)


def busy(answer: BaseHTTPRequestHandler, _: str) -> None:
    """Too many requests for a second, then all is well."""
    _come_back(answer, "1")


def stalling(answer: BaseHTTPRequestHandler, text: str) -> None:
    """Two answers never come, then all is well."""
    silent(answer, text)


PASSING: dict[str, Callable[[BaseHTTPRequestHandler, str], None]] = {
    name.__name__: name for name in (restarting, flickering, busy, stalling)
}
"""Two answers fail."""
