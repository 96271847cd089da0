"""The state of a rule or file as a word in its colour, with a sign for those who do not see colours."""

from __future__ import annotations

from peakguard.reporters.page.markup import Markup, tag
from peakguard.reporters.validation import headline, status
from peakguard.runtime.violation import RuleOutcome, Verdict

_SIGNS = {"error": "✕", "halt": "✕", "tolerated": "≈", "warning": "!", "info": "i", "skipped": "–", "pass": "✓"}
_VERDICTS = {"pass": ("✓", "passes", "pass"), "FAIL": ("✕", "fails", "error"), "observed": ("!", "observed", "warning")}


def badge(rule: RuleOutcome) -> Markup:
    """What became of a rule."""
    word = status(rule)
    return _badge(_SIGNS[word], "holds" if word == "pass" else word, word)


def verdict_badge(verdict: Verdict) -> Markup:
    """What became of a file."""
    return _badge(*_VERDICTS[headline(verdict)])


def unseen_badge() -> Markup:
    """A file that was not looked at."""
    return _badge("–", "not looked at", "skipped")


def _badge(sign: str, word: str, colour: str) -> Markup:
    return tag("span", tag("span", sign, aria_hidden="true"), word, class_=f"badge {colour}")
