"""Simulations: repeatable to the last digit, true to the script, and quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from peakguard.kinds.resilience.simulation.outage import Outage
from peakguard.kinds.resilience.simulation.run import Setting, simulate
from tests.unit.resilience.virtual import policies_of

HEALTHY = {"for": "60s", "latency": "50ms"}
DOWN = {"for": "60s", "fails": 1.0, "latency": "500ms", "error": "OSError"}
FULL = (
    "{idempotent: true, timeout: {total: 20s, attempt: 2s}, retry: {max_attempts: 3, on: [OSError, timeout], "
    "backoff: {initial: 200ms}}, breaker: {minimum_calls: 10, wait_duration_in_open: 5s}}"
)


def play(
    root: Path, policy: str, *phases: dict[str, Any], rps: float = 10, seed: int = 7, poisson: bool = True
) -> dict[str, Any]:
    outage = Outage.model_validate({"phases": list(phases)})
    return simulate(Setting(policies_of(root, policy), "p", outage, rps, seed, poisson))


def test_the_same_seed_gives_the_same_and_another_does_not(tmp_path: Path) -> None:
    first, again, other = (play(tmp_path, FULL, HEALTHY, DOWN, HEALTHY, seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other


@pytest.mark.parametrize("error", ["ccxt:NetworkError", "UnicodeDecodeError", "http:5xx", "ExceptionGroup"])
def test_a_dependency_fails_with_any_error_that_a_policy_names(tmp_path: Path, error: str) -> None:
    policy = f"{{idempotent: true, timeout: {{total: 20s}}, retry: {{max_attempts: 2, on: ['{error}']}}}}"
    found = play(tmp_path, policy, {"for": "10s", "fails": 1.0, "error": error}, HEALTHY)
    assert found["retried"] > 50


def test_every_call_is_counted_once(tmp_path: Path) -> None:
    found = play(tmp_path, FULL, HEALTHY, DOWN, HEALTHY)
    assert found["ok"] + found["failed"] + found["rejected"] + found["hanging"] == found["calls"]
    for key in ("calls", "ok", "failed", "rejected", "attempts"):
        assert sum(bucket[key] for bucket in found["buckets"]) == found[key]
    assert found["calls"] == pytest.approx(1800, rel=0.1)


def test_a_healthy_dependency_is_called_once_a_call(tmp_path: Path) -> None:
    found = play(tmp_path, FULL, HEALTHY, poisson=False)
    assert (found["calls"], found["ok"], found["attempts"], found["saved"]) == (599, 599, 599, 0)
    assert found["longest"] == pytest.approx(0.05)


def test_a_breaker_spares_the_dependency_and_lets_it_come_back(tmp_path: Path) -> None:
    found = play(tmp_path, FULL, HEALTHY, DOWN, HEALTHY)
    without = play(tmp_path / "b", FULL[: FULL.index(", breaker")] + "}", HEALTHY, DOWN, HEALTHY)
    assert 60 < found["moves"][0]["at"] < 63
    assert found["moves"][-1]["after"] == "closed"
    assert 120 < found["moves"][-1]["at"] < 131
    assert found["attempts"] < without["attempts"] / 2
    assert without["amplification"] > 1.5
    assert without["breaker_opened"] == 0


def test_retries_save_calls_from_faults_that_pass(tmp_path: Path) -> None:
    flickering = {"for": "300s", "fails": 0.1, "error": "OSError"}
    bare = play(tmp_path, "{timeout: {total: 20s}}", flickering)
    retried = play(
        tmp_path / "b", "{idempotent: true, timeout: {total: 20s}, retry: {max_attempts: 3, on: [OSError]}}", flickering
    )
    assert bare["ok"] / bare["calls"] == pytest.approx(0.9, abs=0.03)
    assert retried["ok"] / retried["calls"] > 0.995
    assert retried["saved"] > 200


def test_what_is_never_answered_ends_with_the_timeout_or_hangs(tmp_path: Path) -> None:
    hung = {"for": "60s", "hangs": 1.0}
    assert play(tmp_path, "{timeout: {total: 3s}}", hung)["longest"] == pytest.approx(3)
    found = play(tmp_path / "b", "{bulkhead: {max_concurrent: 5}}", hung)
    assert (found["hanging"], found["busiest"]) == (5, 5)


def test_a_dependency_that_bears_so_many_fails_with_more(tmp_path: Path) -> None:
    narrow = {"for": "60s", "latency": "1s", "capacity": 5, "error": "OSError"}
    bare = play(tmp_path, "{timeout: {total: 60s}}", narrow)
    held = play(tmp_path / "b", "{bulkhead: {max_concurrent: 5, max_wait: 10s}}", narrow)
    assert bare["failed"] > 0.3 * bare["calls"]
    assert (held["failed"], held["busiest"]) == (0, 5)


@pytest.mark.parametrize(
    ("latency", "low", "high"),
    [
        ("200ms", 0.2, 0.2),
        ({"min": "100ms", "max": "300ms"}, 0.19, 0.21),
        ({"median": "200ms", "p99": "2s"}, 0.18, 0.22),
    ],
)
def test_answers_take_their_time(tmp_path: Path, latency: Any, low: float, high: float) -> None:
    found = play(tmp_path, "{timeout: {total: 60s}}", {"for": "200s", "latency": latency})
    assert low <= found["median_ok"] <= high
