"""Fallbacks: they get the arguments, and hide nothing from the retries."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.resilience.virtual import policies_of


def fallback(monkeypatch: pytest.MonkeyPatch, function: Callable[..., Any]) -> str:
    monkeypatch.setitem(sys.modules, "stand", SimpleNamespace(by=function))
    return "stand:by"


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_a_fallback_gets_the_arguments_and_hides_nothing_from_the_retries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_async: bool
) -> None:
    call = fallback(monkeypatch, lambda symbol, *, limit=3: ("old", symbol, limit))
    text = (
        "{idempotent: true, retry: {max_attempts: 3, on: [OSError], backoff: {initial: 1ms}}, "
        f"fallback: {{call: '{call}', on: [OSError]}}}}"
    )
    policies = policies_of(tmp_path, text)
    calls: list[str] = []

    def work(symbol: str, *, limit: int = 3) -> Any:
        calls.append(symbol)
        raise (OSError if limit else KeyError)(symbol)

    async def awaited(symbol: str, *, limit: int = 3) -> Any:
        return work(symbol, limit=limit)

    guarded = policies.guard("p")(awaited if is_async else work)

    def run(*args: Any, **kwargs: Any) -> Any:
        return asyncio.run(guarded(*args, **kwargs)) if is_async else guarded(*args, **kwargs)

    assert run("AAPL", limit=5) == ("old", "AAPL", 5)
    assert calls == ["AAPL"] * 3
    with pytest.raises(KeyError):
        run("AAPL", limit=0)


def test_a_fallback_may_be_a_coroutine_and_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def old() -> str:
        raise ValueError("nor this")

    policies = policies_of(tmp_path, f"{{fallback: {{call: '{fallback(monkeypatch, old)}'}}}}")

    @policies.guard("p")
    async def work() -> str:
        raise OSError("not this")

    with pytest.raises(ValueError, match="nor this") as caught:
        asyncio.run(work())
    assert isinstance(caught.value.__context__, OSError)
