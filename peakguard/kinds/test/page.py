"""What rule tests say of stability testing: which policies are tried, by how many cases, and how they are run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from peakguard.kinds.test.model import SUBJECTS, AnyCase, Suite
from peakguard.language.document import Document
from peakguard.language.markdown import block, code, table, words
from peakguard.language.page import Section

_RUN = """\
peakguard test
peakguard test --coverage  # and the rules that no case has shown
peakguard test NAME        # a suite, a policy or a case"""
_SAYS = (
    "Cases of rows, steps, scripts, files and errors, each with what should become of it, run on every back end. "
    "`--coverage` lists the rules that no case has shown passing, failing and, where they can be, unknown."
)


def stability_testing(documents: Sequence[Document[Suite]]) -> Iterator[Section]:
    """The suites of a project."""
    rows = [
        (code(document.spec.name), words(document.spec.description or ""), _subjects(document.spec))
        for document in documents
    ]
    listed = table(("suite", "what it shows", "cases"), rows)
    yield Section("Rule tests", f"{_SAYS}\n\n{block(_RUN, 'console')}\n\n{listed}")


def _subjects(spec: Suite) -> str:
    found = Counter(_subject(case) for case in spec.tests)
    return ", ".join(f"{number} of {subject}" for subject, number in found.items())


def _subject(case: AnyCase) -> str:
    key = next(each for each in SUBJECTS if each in type(case).model_fields)
    named = getattr(case, key)
    return f"{key} {code(named)}" if isinstance(named, str) else f"an {key}"
