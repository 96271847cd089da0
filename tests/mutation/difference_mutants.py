"""Faults put into `peakguard diff` on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Mutant

PAIRS = ("tests/conformance/test_changes.py",)
COMMAND = ("tests/functional/test_diff.py",)
ENTAILMENT = ("tests/unit/expression/test_entailment.py",)
VERSIONS = ("tests/unit/difference/test_versions.py",)

DIFFERENCE = [
    Mutant(
        "diff-bound-that-touches",
        "`x <= 1` is taken to demand as much as `x < 1`",
        "peakguard/expression/entailment.py",
        'may_touch = op == "lt" or other == "le"',
        "may_touch = True",
        ENTAILMENT,
    ),
    Mutant(
        "diff-not-keeps-the-direction",
        "`not` does not turn the direction round",
        "peakguard/expression/entailment.py",
        "return entails(right[2], left[2])",
        "return entails(left[2], right[2])",
        ENTAILMENT,
    ),
    Mutant(
        "diff-minus-zero-is-zero",
        "1 / 0.0 and 1 / -0.0 are one expression",
        "peakguard/expression/entailment.py",
        "return _MINUS_ZERO if value == 0 and math.copysign(1, value) < 0 else int(value)",
        "return int(value)",
        ENTAILMENT,
    ),
    Mutant(
        "diff-version-may-stay",
        "a changed policy may keep its version",
        "peakguard/difference/versions.py",
        "    if not is_later(new, old):\n        return False\n",
        "    if new == old:\n        return True\n",
        VERSIONS,
    ),
    Mutant(
        "diff-minor-is-enough",
        "a breaking change needs a minor version only",
        "peakguard/difference/versions.py",
        'return f"{major + 1}.0.0" if major else',
        'return f"{major}.{minor + 1}.0" if major else',
        VERSIONS,
    ),
    Mutant(
        "diff-accepts-reuse-of-a-code",
        "an accept line lets a code change its meaning",
        "peakguard/difference/result.py",
        "(self.reason is not None and not self.grade.is_final)",
        "self.reason is not None",
        PAIRS,
    ),
    Mutant(
        "diff-code-may-vanish",
        "a code that goes without a tombstone can be accepted",
        "peakguard/kinds/errors/changes.py",
        '"errors.*": Row(parts(ADDED, REFUSED)),',
        '"errors.*": Row(parts(ADDED, BREAKS)),',
        PAIRS,
    ),
    Mutant(
        "diff-old-accept-lines-count",
        "an accept line of an older version covers the same change again",
        "peakguard/difference/accepted.py",
        "elif policy not in before or is_later(each.version, before[policy]):",
        "else:",
        PAIRS,
    ),
    Mutant(
        "diff-strongest-mode-wins",
        "the mode of a rule counts under a policy that only observes",
        "peakguard/language/rule_changes.py",
        "before, after = (min(",
        "before, after = (max(",
        PAIRS,
    ),
    Mutant(
        "diff-order-of-sets",
        "the order of a list that is a set is a change",
        "peakguard/language/elements.py",
        "return tuple(sorted(set(value), key=repr))",
        "return tuple(value)",
        PAIRS,
    ),
    Mutant(
        "diff-condition-is-a-demand",
        "a condition that holds more often is taken to demand less",
        "peakguard/language/rule_changes.py",
        '"when": Row(guarantee(reverse(implied))),',
        '"when": Row(guarantee(implied)),',
        PAIRS,
    ),
    Mutant(
        "diff-retries-of-anything",
        "retrying more is harmless whether or not the call is idempotent",
        "peakguard/kinds/resilience/changes_judged.py",
        "is_harmless = _policy(element).idempotent is True",
        "is_harmless = True",
        PAIRS,
    ),
    Mutant(
        "diff-worst-case-unseen",
        "a worst case that doubles breaks nobody",
        "peakguard/kinds/resilience/effects.py",
        "_TOO_MUCH = 2.0",
        "_TOO_MUCH = 2000.0",
        PAIRS,
    ),
    Mutant(
        "diff-heirs-left-out",
        "what a contract takes over may change without it",
        "peakguard/difference/documents.py",
        'if not (builds and b"contract" in each[1])',
        "if True",
        COMMAND,
    ),
    Mutant(
        "diff-first-main-branch",
        "the first main branch is compared with, however old it is",
        "peakguard/difference/sides.py",
        "best is None or repository.merge_base(best[1], base) == best[1] != base",
        "best is None",
        COMMAND,
    ),
    Mutant(
        "diff-broken-files-look-new",
        "what stands in an old file that cannot be read counts as added",
        "peakguard/difference/findings.py",
        "return is_whole and any(",
        "return False and any(",
        COMMAND,
    ),
]
