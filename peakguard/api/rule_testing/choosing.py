"""Which cases are meant: by the name of a suite, a policy or a case, by a file, or by words of all of these."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from peakguard.kinds.test.facts import target_of
from peakguard.kinds.test.model import Suite
from peakguard.language.document import Document

Chosen = Callable[[Document[Suite], int], bool]


def choosing(words: Sequence[str], expressions: Sequence[str], root: str) -> Chosen:
    """True for a case that any of the words names and that all expressions fit; without words all are named."""
    paths = {word: os.path.relpath(os.path.abspath(word), root).replace(os.sep, "/") for word in words}

    def chosen(suite: Document[Suite], index: int) -> bool:
        names = names_of(suite, index)
        is_named = not words or any(_names(word, paths[word], names, suite.file) for word in words)
        return is_named and all(fits(text, " ".join(names).lower()) for text in expressions)

    return chosen


def names_of(suite: Document[Suite], index: int) -> list[str]:
    """All that a case may be called by."""
    case = suite.spec.tests[index]
    subject, target = target_of(case)
    number = f"{suite.spec.name}#{index + 1}"
    return [
        suite.spec.name,
        number,
        target,
        f"{subject}/{target}",
        f"{subject} {target}",
        *([case.name] if case.name else []),
    ]


def _names(word: str, path: str, names: Sequence[str], file: str) -> bool:
    return word in names or file == path or file.startswith(f"{path}/") or path == "."


def fits(expression: str, text: str) -> bool:
    """Whether a text holds the words of an expression, which are joined by `and`, `or` and `not`; `and` binds more."""
    return any(
        all(_holds(part.strip(), text) for part in re.split(r"\band\b", way)) for way in re.split(r"\bor\b", expression)
    )


def _holds(part: str, text: str) -> bool:
    negated = part.startswith("not ")
    return (part.removeprefix("not ").strip().lower() in text) is not negated
