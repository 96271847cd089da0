"""Every event that peakguard emits, and what it carries; docs/EVENTS.md and docs/event.schema.json are made of it."""

from __future__ import annotations

from collections.abc import Mapping

from peakguard.runtime.event_kind import EventKind, Field
from peakguard.runtime.run_events import RUN_EVENTS

_CODE = Field("string", "code of the error")
_SLUG = Field("string", "name of the code, which never changes its meaning")
_CATEGORY = Field("string", "category of the code")
_POLICY = Field("string", "name of the resilience policy")
_CODE_IF_ANY = Field("string", "code of the error, where it has one", nullable=True)
_CONFIG = Field("string", "name of the config policy")
_CACHE = Field("string", "name of the cache")
_KEY = Field("string", "id of the value, as `peakguard cache ls` shows it")
_BINDING = Field("string", "name of the binding")

EVENTS: Mapping[str, EventKind] = {
    **RUN_EVENTS,
    "error_created": EventKind(
        "An error of a catalog is made, to be raised.", {"code": _CODE, "slug": _SLUG, "category": _CATEGORY}
    ),
    "error_classified": EventKind(
        "A foreign exception gets its code.",
        {
            "code": _CODE,
            "slug": _SLUG,
            "category": _CATEGORY,
            "error_type": Field("string", "class of the exception, with its module"),
            "matched": Field("string", "the entry of `matches:` that covers it"),
        },
    ),
    "contract_violated": EventKind(
        "Data break a contract.",
        {
            "contract": Field("string", "name of the contract"),
            "version": Field("string", "its version"),
            "code": Field("string", "code of the first rule that refuses them", nullable=True),
            "rules": Field("array", "the rules that are broken"),
            "enforced": Field("boolean", "whether the data are refused"),
        },
    ),
    "rows_quarantined": EventKind(
        "Rows that a contract refuses are set aside.",
        {
            "contract": Field("string", "name of the contract"),
            "rows": Field("integer", "how many"),
            "path": Field("string", "the file that holds them"),
        },
    ),
    "call_refused": EventKind(
        "A call does not keep what its binding asks.",
        {
            "binding": _BINDING,
            "rule": Field("string", "what is asked"),
            "code": _CODE,
            "enforced": Field("boolean", "whether the call was stopped"),
        },
    ),
    "guard_failed": EventKind(
        "A guard cannot do its work; the call goes on without it.",
        {"binding": _BINDING, "layer": Field("string", "the part of the guard that failed")},
    ),
    "context_refused": EventKind(
        "Headers that came in are no W3C trace context, and were not taken.",
        {"headers": Field("array", "their names"), "values": Field("object", "their values, without baggage")},
    ),
    "baggage_dropped": EventKind(
        "Baggage is too large to be sent, and some of it was left out.",
        {"members": Field("integer", "how many members")},
    ),
    "events_sampled_out": EventKind(
        "A log ends, and of some event not all that came last were written.",
        {"name": Field("string", "event, logger or code"), "dropped": Field("integer", "how many were not written")},
    ),
    "sink_failed": EventKind(
        "A log cannot be written; told once for each sink.",
        {"sink": Field("string", "name of the sink"), "problem": Field("string", "what the system says")},
    ),
    "breaker_moved": EventKind(
        "A breaker goes into another state.",
        {
            "policy": _POLICY,
            "before": Field("string", "the state it was in"),
            "after": Field("string", "`closed`, `open`, `half_open`, `forced_open`, `disabled` or `metrics_only`"),
            "calls": Field("integer", "calls in its window"),
            "failed": Field("integer", "those that failed"),
            "slow": Field("integer", "those that were slow"),
            "refused": Field("integer", "calls that were kept away in the state it leaves"),
        },
    ),
    "call_rejected": EventKind(
        "A call is not made: the breaker is open, the bulkhead full, or the rate used up.",
        {
            "policy": _POLICY,
            "code": _CODE,
            "reason": Field("string", "`breaker_open`, `bulkhead_full` or `rate_limited`"),
        },
    ),
    "call_retried": EventKind(
        "A call failed and is made again after a wait.",
        {
            "policy": _POLICY,
            "attempt": Field("integer", "the attempt that follows, 2 for the first retry"),
            "seconds": Field("number", "the wait"),
            "code": _CODE_IF_ANY,
            "error_type": Field("string", "class of the exception, with its module"),
        },
    ),
    "invariant_broken": EventKind(
        "A step breaks an invariant; told at its first breach.",
        {
            "policy": Field("string", "name of the policy of invariants"),
            "invariant": Field("string", "the invariant"),
            "code": _CODE_IF_ANY,
            "step": Field("integer", "the step, from 1"),
            "enforced": Field("boolean", "whether the step is refused"),
        },
    ),
    "invariants_watched": EventKind(
        "A stream of steps is over.",
        {
            "policy": Field("string", "name of the policy of invariants"),
            "steps": Field("integer", "how many there were"),
            "broken": Field("integer", "breaches of all invariants together"),
            "idle": Field("array", "invariants that were never exercised"),
        },
    ),
    "object_damaged": EventKind(
        "A file of a store is not what was written; it is never read as a value, and kept in the quarantine.",
        {
            "what": Field("string", "the pointer or object, and of which key"),
            "reason": Field("string", "what is wrong"),
            "store": Field("string", "folder of the store"),
            "quarantine": Field("string", "where the damaged file is kept"),
        },
    ),
    "cache_repaired": EventKind(
        "A damaged value of a cache was fetched again.",
        {"cache": _CACHE, "key": _KEY, "reason": Field("string", "what was wrong with the old one")},
    ),
    "cache_stale": EventKind(
        "A value past its time is given.",
        {
            "cache": _CACHE,
            "key": _KEY,
            "age": Field("number", "seconds since it was fetched"),
            "error_type": Field("string", "class of the exception that it stands in for", nullable=True),
        },
    ),
    "cache_failed": EventKind(
        "A cache cannot be read or written; the call goes on without it.",
        {
            "cache": _CACHE,
            "key": _KEY,
            "does": Field("string", "`read`, `write` or `evict`"),
            "code": _CODE,
            "problem": Field("string", "what the system says"),
        },
    ),
    "cache_refresh_failed": EventKind(
        "A new value could not be fetched in the background; the old one is given until its time is over.",
        {
            "cache": _CACHE,
            "key": _KEY,
            "error_type": Field("string", "class of the exception"),
        },
    ),
    "cache_evicted": EventKind(
        "Values had to go, for a cache has reached its bounds.",
        {
            "cache": _CACHE,
            "entries": Field("integer", "how many"),
            "bytes": Field("integer", "their bytes"),
        },
    ),
    "cache_clock_behind": EventKind(
        "A value was written by a clock that is ahead of this one; it counts as old.",
        {"cache": _CACHE, "key": _KEY, "seconds": Field("number", "how far ahead")},
    ),
    "cache_revalidated": EventKind(
        "A value is asked again, for the contract of its cache has changed.",
        {
            "cache": _CACHE,
            "key": _KEY,
            "contract": Field("string", "name of the contract"),
            "version": Field("string", "its version"),
            "passed": Field("boolean", "whether it keeps the new one; else it is fetched again"),
        },
    ),
    "call_saved": EventKind(
        "A call ended well that would have failed without its retries.",
        {
            "policy": _POLICY,
            "attempts": Field("integer", "all attempts"),
            "seconds": Field("number", "from the first failure to the end"),
        },
    ),
    "retries_exhausted": EventKind(
        "A call failed, and is not made again.",
        {
            "policy": _POLICY,
            "attempts": Field("integer", "all attempts"),
            "seconds": Field("number", "from the first failure to the last"),
            "reason": Field("string", "why there is no further attempt"),
            "code": _CODE_IF_ANY,
        },
    ),
    "config_loaded": EventKind(
        "A registry begins to serve a configuration.",
        {
            "config": _CONFIG,
            "generation": Field("integer", "its generation"),
            "digest": Field("string", "what names its values"),
            "source": Field("string", "`files` or `last_good`"),
        },
    ),
    "config_reloaded": EventKind(
        "A registry serves another configuration.",
        {
            "config": _CONFIG,
            "generation": Field("integer", "its generation"),
            "digest": Field("string", "what names its values"),
            "source": Field("string", "`files`, `published`, `rollback` or `last_good`"),
            "changed": Field("array", "the paths whose values are others than before"),
        },
    ),
    "config_refused": EventKind(
        "A configuration is refused, when it is loaded or reloaded.",
        {
            "config": _CONFIG,
            "generation": Field("integer", "the generation that is served in its place", nullable=True),
            "code": Field("string", "code of the first fault"),
            "codes": Field("array", "codes of all faults"),
            "place": Field("string", "file, line and column of the first fault"),
        },
    ),
    "fallback_used": EventKind(
        "A fallback stands in for a call that failed.",
        {
            "policy": _POLICY,
            "code": _CODE_IF_ANY,
            "error_type": Field("string", "class of the exception"),
        },
    ),
}
