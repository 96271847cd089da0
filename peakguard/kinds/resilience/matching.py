"""Which errors a policy means: by code, class, HTTP status, or the word for one of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from peakguard.kinds.resilience.patterns import WORDS, fits_code, is_class
from peakguard.runtime.failure.failure import failure_of
from peakguard.runtime.failure.matching import has_status, is_a
from peakguard.runtime.rejections import Rejected

Classify = Callable[[BaseException], Any]


class Matching:
    """`fits(error)`: whether an error is one of those that patterns name."""

    def __init__(self, patterns: Sequence[str], classify: Classify) -> None:
        self._classify = classify
        self._words = frozenset(patterns) & frozenset(WORDS)
        self._statuses = [each.removeprefix("http:") for each in patterns if each.startswith("http:")]
        others = [each for each in patterns if each not in WORDS and not each.startswith("http:")]
        self._classes = [each for each in others if is_class(each)]
        self._codes = [each for each in others if not is_class(each)]

    def fits(self, error: BaseException) -> bool:
        """Whether any pattern names it; a code is one that the error has, or that the catalogs give it."""
        if isinstance(error, Rejected) and error.word in self._words:
            return True
        if any(is_a(each, type(error)) for each in self._classes):
            return True
        if any(has_status(each, error) for each in self._statuses):
            return True
        return bool(self._codes) and any(fits_code(each, code_of(error, self._classify)) for each in self._codes)


def code_of(error: BaseException, classify: Classify) -> str | None:
    """The code that an error has, or that the catalogs give it."""
    failure = failure_of(error) or classify(error)
    return failure.code if failure is not None else None


def is_retryable(error: BaseException, classify: Classify) -> bool:
    """Whether the catalogs say that trying again can help; never of a call that a policy stopped."""
    if isinstance(error, Rejected):
        return isinstance(error, TimeoutError)
    failure = failure_of(error) or classify(error)
    return failure is not None and failure.definition.retryable
