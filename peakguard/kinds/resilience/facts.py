"""What others may know of resilience: each policy with its worst case, each budget, each error that is named."""

from collections.abc import Iterator

from peakguard.kinds.resilience.model import Client, Resilience, Resiliences
from peakguard.kinds.resilience.worst_case import worst_case
from peakguard.language.document import Document
from peakguard.language.facts import Fact

_HABITS = {"anthropic": 3, "boto3": 5, "botocore": 5, "google-api-core": 1, "openai": 3, "requests": 1, "urllib3": 4}
"""Attempts that libraries make if they are not told otherwise: botocore in legacy mode, urllib3's `Retry(3)`."""


def facts(document: Document[Resiliences]) -> Iterator[Fact]:
    """A fact for every policy, every budget, and every error that a policy names."""
    for name, policy in document.spec.policies.items():
        yield Fact("resilience policy", name, document.key_span("policies", name), _known_of(policy))
        for path, pattern in patterns_of(policy):
            span = document.span("policies", name, *path)
            is_retried = path[:2] == ("retry", "on")
            yield Fact("error pattern", f"{document.file} {name} {path}", span, {"text": pattern, "retry": is_retried})
    for name in document.spec.budgets:
        yield Fact("retry budget", name, document.key_span("budgets", name), {})


def _known_of(policy: Resilience) -> dict[str, object]:
    return {
        "attempts": policy.retry.max_attempts if policy.retry is not None else 1,
        "worst_case": worst_case(policy),
        "idempotent": policy.idempotent,
        "calls": list(policy.calls),
        "client": _client(policy.client),
        "parts": [part for part in ("breaker", "fallback", "retry") if getattr(policy, part) is not None],
    }


def _client(client: Client | None) -> list[object] | None:
    """The name of a client and how often it tries, where that is more than once."""
    attempts = attempts_of_client(client)
    return [client.name or "client", attempts] if client is not None and attempts > 1 else None


def attempts_of_client(client: Client | None) -> int:
    """How often the library tries that makes the calls."""
    return 1 if client is None else client.attempts or _HABITS.get(client.name or "", 1)


def patterns_of(policy: Resilience) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where a policy names errors, and how."""
    parts = {"retry": ("on", "never"), "breaker": ("record", "ignore"), "fallback": ("on",)}
    for part, keys in parts.items():
        stated = getattr(policy, part)
        for key in keys if stated is not None else ():
            for index, pattern in enumerate(getattr(stated, key)):
                yield (part, key, index), pattern
