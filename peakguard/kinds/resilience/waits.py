"""How long to wait ahead of the next attempt: schedules, and what a provider asks for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

Random = Callable[[], float]
Wait = Callable[[int, float], float]
"""From the number of the attempt that failed (1 for the first) and the wait before it, the seconds to wait now."""
_FAR = 1e9
"""Seconds beyond every wait: a power that outgrows numbers is cut here."""


def schedule(settings: Mapping[str, Any], random: Random) -> Wait:
    """The waits of a policy.

    `full` and `equal` jitter and `decorrelated` are those of M. Brooker, "Exponential Backoff And Jitter", AWS
    Architecture Blog, 2015: U(0, c); c/2 + U(0, c/2); min(cap, U(initial, 3 · previous)).
    """
    initial, most = settings["initial"], settings["max_delay"]
    cap = _FAR if most is None else most
    if settings["type"] == "random":
        return lambda _, __: initial + (max(initial, cap) - initial) * random()
    if settings["type"] == "exponential" and settings["jitter"] == "decorrelated":
        return lambda _, before: min(cap, initial + (max(initial, 3 * before) - initial) * random())
    multiplier = settings["multiplier"] if settings["type"] == "exponential" else 1.0

    def grown(failed: int, _: float) -> float:
        return min(cap, _power(initial, multiplier, failed - 1))

    if settings["jitter"] == "none":
        return grown
    if settings["jitter"] == "equal":
        return lambda failed, before: grown(failed, before) * (0.5 + 0.5 * random())
    return lambda failed, before: grown(failed, before) * random()


def _power(initial: float, multiplier: float, times: int) -> float:
    try:
        return min(_FAR, initial * multiplier**times)
    except OverflowError:
        return _FAR


def asked_by(error: BaseException) -> float | None:
    """The seconds that a provider asks to wait, by an attribute of the error or its `Retry-After` header.

    The header is a number of seconds or an HTTP date (RFC 9110, section 10.2.3); what is neither counts as nothing.
    """
    for holder in (error, getattr(error, "response", None)):
        named = _seconds(getattr(holder, "retry_after", None))
        if named is not None:
            return named
        headers = getattr(holder, "headers", None)
        get = getattr(headers, "get", None)
        text = (get("Retry-After") or get("retry-after")) if get is not None else None
        if text is not None:
            return _of_header(str(text))
    return None


def _seconds(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < _FAR else None


def _of_header(text: str) -> float | None:
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return _seconds(float(text[:20]))
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return max(0.0, moment - time.time())
