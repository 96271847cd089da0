"""Scripts for resilience policies: the wrapper that will run, of coroutines and plain functions, on a virtual clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from peakguard.api.rule_testing.outcome import Mismatch, shown
from peakguard.kinds.resilience.simulation.scripted import (
    STALLED,
    Made,
    Meets,
    Planned,
    error_names,
    play_async,
    play_sync,
)
from peakguard.kinds.test.expected import Answer, OfCall
from peakguard.kinds.test.model import ResilienceCase, Suite
from peakguard.language.document import Document
from peakguard.runtime.lengths import nanoseconds
from peakguard.runtime.policy_set import PolicySet
from peakguard.syntax.node import Path

SUCCESS, RETRY, GIVE_UP, BREAKER_OPEN, FALLBACK = "success", "retry", "give_up", "breaker_open", "fallback"
_NEAR = 1e-6
"""Seconds within which two times are the same."""


def run_case(
    policies: PolicySet, case: ResilienceCase, document: Document[Suite], at: Path
) -> tuple[list[Mismatch], tuple[str, ...], set[str]]:
    """What is wrong, what ran it, and what of the policy was shown."""
    calls = list(_calls(case, at))
    planned = [plan for _, _, plan in calls]
    try:
        made = play_async(policies, case.resilience, planned, case.chance)
    except STALLED:
        span = document.span(*at, "resilience")
        what = "a call that is never answered, under a policy without a timeout"
        return [Mismatch("not run", span, case.resilience, "an end", what)], (), set()
    mismatches: list[Mismatch] = []
    for (path, expect, _), each in zip(calls, made, strict=True):
        mismatches += _unscripted(document, path, each)
        if expect is not None:
            told = _compared(document, (*path, "expect"), expect, each)
            mismatches += (one for one in told if one not in mismatches)
    also = play_sync(policies, case.resilience, planned, case.chance)
    if also is not None:
        mismatches += _disagreements(document, calls, made, also)
    return mismatches, ("coroutine", *(["function"] if also is not None else [])), _shown(made)


def _calls(case: ResilienceCase, at: Path) -> Iterator[tuple[Path, OfCall | None, Planned]]:
    """Each call, where it is written, and what is expected of it."""
    if not case.calls:
        yield at, case.expect, Planned(0.0, _script(case.script))
    for index, call in enumerate(case.calls):
        for number in range(call.times):
            yield (
                (*at, "calls", index),
                call.expect,
                Planned(_seconds(call.wait) if number == 0 else 0.0, _script(call.script)),
            )


def _script(answers: Sequence[Answer]) -> list[Meets]:
    found: list[Meets] = []
    for answer in answers:
        after = _seconds(answer.retry_after) if answer.retry_after is not None else None
        found += [Meets(answer.fail, answer.result, _seconds(answer.takes), after)] * answer.times
    return found


def _seconds(duration: str) -> float:
    return nanoseconds(duration) / 1e9


def _unscripted(document: Document[Suite], path: Path, made: Made) -> Iterator[Mismatch]:
    if made.unscripted:
        span = document.key_span(*path, "script")
        yield Mismatch("unexpected", span, f"attempt {made.attempts}", "no further attempt", "the script has ended")


def _compared(document: Document[Suite], path: Path, expect: OfCall, made: Made) -> Iterator[Mismatch]:
    result = "fallback" if made.result == FALLBACK else "error" if made.error is not None or made.unscripted else "ok"
    found: dict[str, Any] = {"result": result, "attempts": made.attempts, "breaker": made.breaker}
    for key, got in found.items():
        wanted = getattr(expect, key)
        if wanted is not None and wanted != got:
            yield Mismatch("expectation", document.span(*path, key), key, str(wanted), shown(got))
    if expect.error is not None and (made.error is None or expect.error not in error_names(made.error)):
        got = f"{type(made.error).__name__}: {made.error}" if made.error is not None else "no error"
        yield Mismatch("expectation", document.span(*path, "error"), "error", expect.error, got)
    if made.error is not None and expect.error is None and expect.result is None:
        got = f"{type(made.error).__name__}: {made.error}"
        yield Mismatch("unexpected", document.key_span(*path), "result", "ok", got)
    if expect.elapsed is not None and not _is_between(made.elapsed, expect.elapsed):
        span = document.span(*path, "elapsed")
        yield Mismatch("expectation", span, "elapsed", _range(expect.elapsed), f"{made.elapsed:.6g} s")
    if expect.waits is not None:
        is_same = len(expect.waits) == len(made.waits) and all(map(_is_between, made.waits, expect.waits))
        if not is_same:
            wanted = ", ".join(map(_range, expect.waits)) or "none"
            got = ", ".join(f"{wait:.6g} s" for wait in made.waits) or "none"
            yield Mismatch("expectation", document.span(*path, "waits"), "waits", wanted, got)


def _is_between(seconds: float, wanted: Any) -> bool:
    least = _seconds(wanted.min) if wanted.min is not None else 0.0
    return seconds >= least - _NEAR and (wanted.max is None or seconds <= _seconds(wanted.max) + _NEAR)


def _range(wanted: Any) -> str:
    if wanted.min == wanted.max:
        return str(wanted.min)
    return f"{wanted.min or '0s'} to {wanted.max or 'any time'}"


def _disagreements(
    document: Document[Suite], calls: Sequence[Any], one: Sequence[Made], other: Sequence[Made]
) -> Iterator[Mismatch]:
    for (path, _, _), mine, theirs in zip(calls, one, other, strict=True):
        for key, ours, others in zip(Made._fields, _plain(mine), _plain(theirs), strict=True):
            if ours != others:
                what = f"{key}: coroutine and plain function"
                yield Mismatch("disagreement", document.span(*path), what, shown(ours), shown(others))


def _plain(made: Made) -> tuple[Any, ...]:
    """The values with times that can be compared."""
    error = type(made.error).__name__ if made.error is not None else None
    waits = tuple(round(wait, 9) for wait in made.waits)
    return made._replace(error=error, waits=waits, elapsed=round(made.elapsed, 9))  # type: ignore[arg-type] # as text


def _shown(made: Sequence[Made]) -> set[str]:
    found = set()
    for each in made:
        if each.result == FALLBACK:
            found.add(FALLBACK)
        elif each.error is None and not each.unscripted:
            found.add(SUCCESS if each.attempts == 1 else RETRY)
        if each.gave_up:
            found.add(GIVE_UP)
        if each.breaker == "open":
            found.add(BREAKER_OPEN)
    return found
