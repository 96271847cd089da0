"""Faults put into resilience, logs and the journal on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

RESILIENCE = "peakguard/kinds/resilience"
LOGS = "peakguard/kinds/observability"
BREAKER = ("tests/unit/resilience/test_breaker.py", "tests/property/test_breaker.py")
RETRY = ("tests/unit/resilience/test_retry.py",)
LIMITS = (
    "tests/unit/resilience/test_bulkhead.py",
    "tests/unit/resilience/test_timeouts.py",
    "tests/property/test_limits.py",
)
AGREEMENT = ("tests/property/test_resilience_agreement.py",)
HOST = ("tests/unit/resilience/test_host_breaker.py",)
SECRETS = ("tests/unit/observability/test_secrets.py",)

RUNTIME = [
    Mutant(
        "breaker-counts-stragglers",
        "an outcome of an earlier state counts",
        f"{RESILIENCE}/breaker.py",
        "epoch is not self.epoch or ",
        "",
        BREAKER,
    ),
    Mutant(
        "breaker-minimum-off-by-one",
        "one call more than the minimum is needed",
        f"{RESILIENCE}/breaker.py",
        'elif counts.calls >= self._settings["minimum_calls"]:',
        'elif counts.calls > self._settings["minimum_calls"]:',
        BREAKER,
    ),
    Mutant(
        "breaker-keeps-a-permit",
        "a call of a trial that is ignored or cancelled keeps its permit",
        f"{RESILIENCE}/policy.py",
        "            self.breaker.ignored(epoch)",
        "            pass",
        LIMITS,
    ),
    Mutant(
        "host-breaker-never-looks",
        "a process does not see what another has written",
        f"{RESILIENCE}/host_breaker.py",
        "        elif self.memory.generation != self.epoch.generation:",
        "        elif False:",
        HOST,
    ),
    Mutant(
        "host-breaker-without-a-checksum",
        "a damaged record is believed",
        f"{RESILIENCE}/host_memory.py",
        "        if stated != _sum(packed, self.generation):",
        "        if False:",
        HOST,
    ),
    Mutant(
        "retry-one-attempt-more",
        "one attempt more than declared",
        f"{RESILIENCE}/retry.py",
        'if tried.attempts >= self._settings["max_attempts"]:',
        'if tried.attempts > self._settings["max_attempts"]:',
        RETRY,
    ),
    Mutant(
        "retry-waits-beyond-the-deadline",
        "a wait begins that ends after the call",
        f"{RESILIENCE}/retry.py",
        "if deadline is not None and self._clock.now() + wait >= deadline:",
        "if False:",
        RETRY,
    ),
    Mutant(
        "retry-after-is-not-heard",
        "what a provider asks for is not waited",
        f"{RESILIENCE}/retry.py",
        "wait = max(wait, asked or 0.0)",
        "wait = wait or asked or 0.0",
        RETRY,
    ),
    Mutant(
        "timeout-swallows-a-cancellation",
        "who cancels from outside while the time ends is told of a timeout",
        f"{RESILIENCE}/timeouts.py",
        "self._task.uncancel() <= self._cancelling and",
        "(self._task.uncancel() or True) and",
        LIMITS,
    ),
    Mutant(
        "bulkhead-forgets-who-waits",
        "a slot that comes free wakes nobody",
        f"{RESILIENCE}/slots.py",
        "        if self.line:\n            self.serve()\n\n    def serve",
        "        pass\n\n    def serve",
        LIMITS,
    ),
    Mutant(
        "bulkhead-leaks-on-cancel",
        "who is cancelled with a slot keeps it",
        f"{RESILIENCE}/slots.py",
        "if is_served and not wants_it:",
        "if False:",
        LIMITS,
    ),
    Mutant(
        "rate-hoards-bursts",
        "after a pause more calls begin at once than the burst",
        f"{RESILIENCE}/rates.py",
        "turn = max(self._next, now - self._burst_time) + self._interval",
        "turn = self._next + self._interval",
        LIMITS,
    ),
    Mutant(
        "budget-keeps-the-last-token",
        "the last retry is not paid",
        f"{RESILIENCE}/budget.py",
        "if self.tokens < price:",
        "if self.tokens <= price:",
        LIMITS,
    ),
    Mutant(
        "check-worst-case-one-wait-more",
        "the checker counts a wait that is never waited",
        f"{RESILIENCE}/worst_case.py",
        "waits = longest_waits(policy.retry.backoff, attempts - 1)",
        "waits = longest_waits(policy.retry.backoff, attempts)",
        AGREEMENT,
    ),
    Mutant(
        "check-trips-itself-off-by-one",
        "the checker overlooks a policy that just trips itself",
        f"{RESILIENCE}/check.py",
        "attempts >= enough and attempts >= minimum:",
        "attempts >= enough and attempts > minimum:",
        AGREEMENT,
    ),
    Mutant(
        "logs-keys-of-texts-stay",
        "`password=…` in a message is not struck out",
        f"{LOGS}/redaction.py",
        "            text = self._without_pairs(text)\n",
        "",
        SECRETS,
    ),
    Mutant(
        "logs-spelling-of-keys-matters",
        "`API-KEY` is another key than `api_key`",
        "peakguard/runtime/secret_forms.py",
        'return text.lower().replace("_", "").replace("-", "")',
        "return text.lower()",
        SECRETS,
    ),
    Mutant(
        "logs-secret-types-are-not-remembered",
        "the value of a secret type passes in a later text",
        f"{LOGS}/bounded.py",
        "        remember(secret)\n",
        "",
        SECRETS,
    ),
    Mutant(
        "log-files-take-one-name",
        "two processes that put a file aside give both one name",
        "peakguard/runtime/appending.py",
        'f"{self._path}.{max(time.time_ns(), last + 1)}.{os.getpid()}"',
        'f"{self._path}.{last + 1}.1"',
        ("tests/unit/runtime/test_appending.py",),
    ),
    Mutant(
        "journal-believes-damaged-lines",
        "a line that was cut is read as an event",
        "peakguard/runtime/journal/lines.py",
        'or b"%08x" % zlib.crc32(data) != line[:_SUM]:',
        "or False:",
        ("tests/unit/runtime/journal/test_lines.py", "tests/unit/runtime/journal/test_segments.py"),
    ),
    Mutant(
        "journal-line-without-its-first-feed",
        "what a killed process left half written spoils the next line",
        "peakguard/runtime/journal/lines.py",
        'return b"\\n%08x %s\\n"',
        'return b"%08x %s\\n"',
        ("tests/unit/runtime/journal/test_lines.py", "tests/unit/runtime/journal/test_segments.py"),
    ),
]
