"""Faults put into the pages of operators on purpose, each with the tests that must turn red."""

from __future__ import annotations

from tests.mutation.mutant import Fault, Mutant

PAGES = ("tests/functional/test_operator_pages.py",)

PAGE = [
    Mutant(
        "page-lets-markup-through",
        "what stands between a run of backticks without a partner passes unescaped",
        "peakguard/language/markdown.py",
        "((?<!`)`(?!`)[^`\\n]+(?<!`)`(?!`))",
        "(`+[^`\\n]*`)",
        PAGES,
        "errors: pages",
        Fault.SILENT,
    ),
    Mutant(
        "page-bar-ends-a-cell",
        "a bar in a pattern makes a column of its own",
        "peakguard/language/markdown.py",
        '_BAR.sub(r"\\1\\\\|", each',
        '_BAR.sub(r"\\1|", each',
        PAGES,
        "errors: pages",
        Fault.SILENT,
    ),
    Mutant(
        "page-of-others-is-overwritten",
        "a runbook that somebody wrote by hand is replaced",
        "peakguard/cli/docs.py",
        "if path in wanted and _content(root, path) is not None and not _is_ours(root, path):",
        "if False:",
        PAGES,
        "errors: pages",
        Fault.DURABILITY,
    ),
    Mutant(
        "page-without-a-policy-stays",
        "a page that nothing asks for any more counts as fresh",
        "peakguard/cli/docs.py",
        "if path not in wanted and _is_ours(root, path)]",
        "if False]",
        PAGES,
        "errors: pages",
        Fault.STALE,
    ),
    Mutant(
        "page-promises-retries",
        "the runbook says of every error that it is tried again",
        "peakguard/kinds/resilience/page.py",
        "if retry is None or not is_named or",
        "if retry is None or",
        PAGES,
        "errors: pages",
        Fault.SILENT,
    ),
    Mutant(
        "page-forgets-rules-that-only-report",
        "a rule that only warns is told as one that refuses",
        "peakguard/kinds/contract/page.py",
        'is_refused = rule.severity in ("error", "halt") and',
        "is_refused =",
        PAGES,
        "errors: pages",
        Fault.SILENT,
    ),
    Mutant(
        "page-command-of-any-name",
        "a recovery may name a command that there is not",
        "peakguard/cli/command_lines.py",
        "if not words or words[0] not in COMMANDS:",
        "if not words:",
        PAGES,
        "errors: pages",
        Fault.SWALLOWED,
    ),
]
