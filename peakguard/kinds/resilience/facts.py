"""What others may know of resilience: each policy with its worst case, each budget, each error that is named."""

from collections.abc import Iterator

from peakguard.kinds.resilience.model import Resilience, Resiliences
from peakguard.kinds.resilience.worst_case import worst_case
from peakguard.language.document import Document
from peakguard.language.facts import Fact


def facts(document: Document[Resiliences]) -> Iterator[Fact]:
    """A fact for every policy, every budget, and every error that a policy names."""
    for name, policy in document.spec.policies.items():
        yield Fact("resilience policy", name, document.key_span("policies", name), _known_of(policy))
        for path, pattern in _patterns(policy):
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
    }


def _patterns(policy: Resilience) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where a policy names errors, and how."""
    parts = {"retry": ("on", "never"), "breaker": ("record", "ignore"), "fallback": ("on",)}
    for part, keys in parts.items():
        stated = getattr(policy, part)
        for key in keys if stated is not None else ():
            for index, pattern in enumerate(getattr(stated, key)):
                yield (part, key, index), pattern
