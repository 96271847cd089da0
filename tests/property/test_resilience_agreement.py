"""What `check` computes of a policy and what the simulator sees of it are the same, over generated policies."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakguard.diagnostics import codes
from peakguard.kinds.resilience.compile import compile_document
from peakguard.kinds.resilience.model import Resiliences
from peakguard.kinds.resilience.simulation.outage import Outage
from peakguard.kinds.resilience.simulation.run import Setting, simulate
from peakguard.kinds.resilience.worst_case import worst_case
from peakguard.language.document import Document
from peakguard.pipeline.analyse import analyse
from peakguard.pipeline.check import check_project
from peakguard.pipeline.project import Project
from peakguard.pipeline.read import Entry
from peakguard.runtime.policy_set import PolicySet

HEAD = "peakguard: 1\nkind: resilience\nname: providers\nversion: 1.0.0\npolicies:\n  p: "
EPSILON = 1e-6


@st.composite
def policies(draw: st.DrawFn) -> str:
    """A policy with a retry, an attempt that is bounded, and often a breaker and a total."""
    attempts = draw(st.integers(2, 6))
    jitter = draw(st.sampled_from(["none", "full", "equal", "decorrelated"]))
    kind = draw(st.sampled_from(["exponential", "fixed", "random"]))
    initial, most = draw(st.sampled_from([10, 100, 1000])), draw(st.sampled_from([1500, 3000]))
    backoff = f"{{type: {kind}, initial: {initial}ms, multiplier: {draw(st.sampled_from([1, 2, 3]))}, "
    backoff += f"max_delay: {most}ms, jitter: {jitter}}}"
    retry = f"{{max_attempts: {attempts}, on: [OSError, timeout], backoff: {backoff}}}"
    total = draw(st.sampled_from(["", "total: 5s, ", "total: 60s, "]))
    parts = [f"idempotent: true, timeout: {{{total}attempt: {draw(st.sampled_from([1, 2, 4]))}s}}, retry: {retry}"]
    if draw(st.booleans()):
        size, minimum = draw(st.integers(1, 8)), draw(st.integers(1, 8))
        rate = draw(st.sampled_from([0.1, 0.5, 1.0]))
        window = f"sliding_window: {{size: {size}}}, minimum_calls: {minimum}, failure_rate_threshold: {rate}"
        parts.append(f"breaker: {{{window}, wait_duration_in_open: 1h}}")
    return HEAD + f"{{{', '.join(parts)}}}\n"


def judged(text: str) -> tuple[set[str], Document[Resiliences], PolicySet]:
    """The codes of the findings, the document, and what it compiles to, errors or not."""
    entry = Entry("policies/p.yaml", text.encode())
    analysed = analyse(entry)
    project = Project("/project", (), (), b"")
    findings = check_project(project, [entry], [analysed.unit], "2026-11-24").findings
    assert analysed.document is not None, findings
    document = cast("Document[Resiliences]", analysed.document)
    tables = {"resilience": {"providers": compile_document(document)}}
    return {finding.code for finding in findings}, document, PolicySet(tables, "0" * 32)


def played(policies: PolicySet, *, calls: int, **phase: Any) -> dict[str, Any]:
    """So many calls, one a minute; each is over before the next begins, or the policy has no end."""
    outage = Outage.model_validate({"phases": [{"for": f"{60 * calls + 30}s", "error": "OSError", **phase}]})
    found = simulate(Setting(policies, "p", outage, rps=1 / 60, seed=7, poisson=False))
    assert found["calls"] == calls
    return found


def they_agree(text: str) -> None:
    found, document, compiled = judged(text)
    policy = document.spec.policies["p"]
    breaker = policy.breaker
    total = policy.timeout.total if policy.timeout is not None else None
    longest = worst_case(policy)
    assert longest is not None

    hanging = played(compiled, calls=1, hangs=1.0)
    assert hanging["longest"] <= longest + EPSILON
    assert policy.retry is not None
    is_exact = policy.retry.backoff.jitter == "none" and policy.retry.backoff.type != "random"
    is_cut = total is not None or (breaker is not None and hanging["breaker_opened"])
    if is_exact and not is_cut:
        assert abs(hanging["longest"] - longest) < EPSILON

    if codes.ATTEMPTS_UNREACHABLE in found:
        assert played(compiled, calls=1, fails=1.0, fast=True)["attempts"] < policy.retry.max_attempts
    if breaker is None:
        return
    outage = played(compiled, calls=20, fails=1.0, fast=True)
    assert (outage["breaker_opened"] == 0) == (codes.BREAKER_NEVER_OPENS in found)
    if codes.BREAKER_NEVER_OPENS not in found and total is None:
        one = played(compiled, calls=1, fails=1.0, fast=True)
        assert (one["breaker_opened"] > 0) == (codes.BREAKER_TRIPS_ITSELF in found)


@given(policies())
@settings(max_examples=200, deadline=None)
def test_the_checker_and_the_simulator_agree(text: str) -> None:
    they_agree(text)


@pytest.mark.slow
@given(policies())
@settings(max_examples=5000, deadline=None)
def test_the_checker_and_the_simulator_agree_at_length(text: str) -> None:
    they_agree(text)
