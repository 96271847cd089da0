"""A resilience policy around a function, as layers of its wrapper. While calls succeed only these statements run."""

from __future__ import annotations

from typing import Any

from peakguard.diagnostics import codes
from peakguard.kinds.resilience.policy import Guarded
from peakguard.kinds.resilience.runtime import guarded
from peakguard.kinds.resilience.timeouts import Cancelling, Interrupting, Limit, in_thread
from peakguard.runtime.deadline import DEADLINE
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.site import Place

_REFUSED = ("if {refused} is not None:", "    raise {refused}")


def layers(site: Place, name: str) -> list[Layer]:
    """The layers of a policy. Raises PeakguardError (PG2082) for a generator, which cannot be called again."""
    if site.flavour not in ("plain", "coroutine"):
        problem = (
            f"it is a {site.flavour}: what it has yielded cannot be taken back, so that no policy can call it again"
        )
        raise PeakguardError(codes.TARGET_REFUSED, target=site.target, problem=problem)
    policy = guarded(site.policies, name, is_enforced=site.is_enforced)
    is_async = site.flavour == "coroutine"
    made = [
        _fallback(policy, is_async=is_async),
        _total(policy, is_async=is_async),
        _retry(policy, is_async=is_async),
        _rate(policy, is_async=is_async),
        _bulkhead(policy, is_async=is_async),
        _breaker(policy),
        _attempt(policy, is_async=is_async),
    ]
    return [layer for layer in made if layer is not None]


def _asking(*, is_async: bool) -> tuple[str, ...]:
    """What stands below an `if`: ask for a turn or a slot, waiting for it, and raise where there is none."""
    lines = (f"{{refused}} = {'await ' if is_async else ''}{{ask}}()", *_REFUSED)
    return tuple(f"    {line}" for line in lines)


def _fallback(policy: Guarded, *, is_async: bool) -> Layer | None:
    if "fallback" not in policy.table:
        return None
    fall, stands_in = policy.fallback()
    lines = ["if not {stands_in}({error}):", "    raise", "{result} = {fall}({given})"]
    if is_async:
        lines += ["if {awaits}({result}):", "    {result} = await {result}"]
    names: dict[str, Any] = {"fall": fall, "stands_in": stands_in, "awaits": lambda value: hasattr(value, "__await__")}
    return Layer("fallback", policy.table["fallback"]["call"], names, rescued=tuple(lines))


def _total(policy: Guarded, *, is_async: bool) -> Layer | None:
    limit = policy.total
    if limit is None:
        return None
    label = f"{limit.seconds:g} s"
    if is_async:
        return Layer("total timeout", label, {"limit": lambda: Cancelling(limit)}, block="with {limit}():")
    return _until("total timeout", label, limit)


def _retry(policy: Guarded, *, is_async: bool) -> Layer | None:
    retry = policy.retry
    if retry is None:
        return None
    awaited = "await " if is_async else ""
    names: dict[str, Any] = {"again": retry.again_async if is_async else retry.again, "saved": retry.saved}
    after = ["if {tried}:", "    {saved}({tried})"]
    if policy.budget is not None:
        names["budget"] = policy.budget
        after += ["elif {tried} is None and {budget}.is_short:", "    {budget}.refund()"]
    settings = policy.table["retry"]
    round_lines: tuple[str, ...] = ()
    if settings["result"] is not None:
        names |= {"unwelcome": retry.is_unwelcome, "Unwelcome": retry.Unwelcome}
        # A result that is left unwelcome, and one that became welcome, differ from one that was so at once.
        round_lines = (
            "if {unwelcome}({result}):", f"    {{next}} = {awaited}{{again}}({{Unwelcome}}({{result}}), {{tried}})",
            "    if {next} is not None:", "        {tried} = {next}", "        continue", "    {tried} = False",
        )  # fmt: skip # statements of the wrapper
    return Layer(
        "retry",
        f"{settings['max_attempts']} attempts",
        names,
        before=("{tried} = None",),
        repeated=(f"{{tried}} = {awaited}{{again}}({{error}}, {{tried}})", "if {tried} is None:", "    raise"),
        round=round_lines,
        after=tuple(after),
    )


def _rate(policy: Guarded, *, is_async: bool) -> Layer | None:
    if policy.rate is None:
        return None
    names = {"ask": policy.turn_async if is_async else policy.turn, "free": policy.rate.is_free}
    before = ("if not {free}():", *_asking(is_async=is_async))
    return Layer("rate limit", f"one in {policy.table['rate_limit']['interval']:g} s", names, before=before)


def _bulkhead(policy: Guarded, *, is_async: bool) -> Layer | None:
    slots = policy.slots
    if slots is None:
        return None
    names = {
        "ask": policy.enter_async if is_async else policy.enter, "line": slots.line, "Empty": IndexError,
        "take": slots.free.pop, "put": slots.free.append, "serve": slots.serve,
    }  # fmt: skip # a table
    label = f"{policy.table['bulkhead']['max_concurrent']} at a time"
    # What is raised stands outside of `except`, so that it has no IndexError for its context.
    before = (
        "{full} = {line}", "if not {full}:", "    try:", "        {take}()",
        "    except {Empty}:", "        {full} = True", "if {full}:", *_asking(is_async=is_async),
    )  # fmt: skip # statements of the wrapper
    leave = ("{put}(None)", "if {line}:", "    {serve}()")
    return Layer("bulkhead", label, names, before=before, after=leave, failed=leave)


def _breaker(policy: Guarded) -> Layer | None:
    breaker = policy.breaker
    if breaker is None:
        return None
    names: dict[str, Any] = {
        "breaker": breaker, "admit": policy.admit, "succeeded": breaker.succeeded, "fails": policy.breaker_failed
    }  # fmt: skip # a table of four
    before = [
        "{epoch} = {breaker}.epoch", "if not {epoch}.is_free:", "    {epoch}, {refused} = {admit}()",
        *(f"    {line}" for line in _REFUSED),
    ]  # fmt: skip # statements of the wrapper
    free, took = "{epoch}.is_free", ""
    if hasattr(breaker, "memory"):
        names["words"] = breaker.memory.words
        before[1] = "if not ({epoch}.is_free and {words}[0] == {epoch}.generation):"
    if breaker.slow_after is not None:
        names["now"] = policy.clock.now
        before.append("{began} = {now}()")
        free, took = "{took} <= {breaker}.slow_after and {epoch}.is_free", ", {took}"
    clock = ("{took} = {now}() - {began}",) if took else ()
    after = (*clock, f"if {free}:", "    {epoch}.add(0)", "else:", f"    {{succeeded}}({{epoch}}{took})")
    label = f"opens at {policy.table['breaker']['failure_rate']:.0%} failures"
    failed = (*clock, f"{{fails}}({{epoch}}, {{error}}{took})")
    return Layer("breaker", label, names, before=tuple(before), after=after, failed=failed)


def _attempt(policy: Guarded, *, is_async: bool) -> Layer | None:
    limit = policy.attempt or (policy.total if policy.timeout_mode != "cooperative" and not is_async else None)
    if limit is None:
        return None
    label = f"{limit.seconds:g} s, {'cancelled' if is_async else policy.timeout_mode}"
    if is_async:
        return Layer("attempt timeout", label, {"limit": lambda: Cancelling(limit)}, block="with {limit}():")
    if policy.timeout_mode == "thread":
        return Layer("attempt timeout", label, {}, inner=lambda function: in_thread(function, limit))
    if policy.timeout_mode == "signal":
        return Layer("attempt timeout", label, {"limit": lambda: Interrupting(limit)}, block="with {limit}():")
    return _until("attempt timeout", label, limit)


def _until(place: str, label: str, limit: Limit) -> Layer:
    """A deadline that the function, and what it calls, may ask for."""
    names = {"now": limit.clock.now, "limit": limit, "read": DEADLINE.get, "put": DEADLINE.set}
    names |= {"reset": DEADLINE.reset}
    before = (
        "{at} = {now}() + {limit}.seconds", "{above} = {read}()", "if {above} is not None and {above} < {at}:",
        "    {at} = {above}", "{token} = {put}({at})",
    )  # fmt: skip # statements of the wrapper
    back = ("{reset}({token})",)
    return Layer(place, label, names, before=before, after=back, failed=back)
