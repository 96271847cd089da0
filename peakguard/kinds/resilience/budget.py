"""Tokens that retries are paid with, so that a dependency that is down is not asked many times more than usual."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any


class Budget:
    """A bucket of tokens, as botocore's retry quota: a retry costs some, a call that succeeds at once gives back.

    Thread-safe. `is_short` is read without a lock on every success: only then is there something to give back.
    """

    __slots__ = ("_capacity", "_cost", "_lock", "_refund", "_timeout_cost", "is_short", "tokens")

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._capacity: int = settings["capacity"]
        self._cost: int = settings["retry_cost"]
        self._timeout_cost: int = settings["timeout_cost"]
        self._refund: int = settings["success_refund"]
        self._lock = threading.Lock()
        self.tokens = self._capacity
        self.is_short = False

    def change(self, settings: Mapping[str, Any]) -> None:
        """Go on under other prices; of the tokens no more stay than there may be."""
        with self._lock:
            more = max(0, settings["capacity"] - self._capacity)
            self._capacity, self._cost = settings["capacity"], settings["retry_cost"]
            self._timeout_cost, self._refund = settings["timeout_cost"], settings["success_refund"]
            self.tokens = min(self._capacity, self.tokens + more)
            self.is_short = self.tokens < self._capacity

    def pay(self, *, timeout: bool) -> int | None:
        """Take the price of a retry: what it was, None where there is too little."""
        price = self._timeout_cost if timeout else self._cost
        with self._lock:
            if self.tokens < price:
                return None
            self.tokens -= price
            self.is_short = True
            return price

    def refund(self, paid: int | None = None) -> None:
        """Give back what a retry that succeeded had cost; for a call that succeeded at once, its refund."""
        with self._lock:
            self.tokens = min(self._capacity, self.tokens + (self._refund if paid is None else paid))
            self.is_short = self.tokens < self._capacity
