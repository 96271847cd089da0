"""The generated documents are what the policies say."""

from __future__ import annotations

import os

from peakguard.api.gate.outcome import Outcome, number
from peakguard.api.gate.subject import Subject
from peakguard.diagnostics.diagnostic import ERROR
from peakguard.render.documents import documents


def check(subject: Subject) -> Outcome:
    """Red where a document is stale or missing, as with `peakguard docs --check`."""
    if any(each.severity == ERROR for each in subject.bundle.findings):
        return Outcome("failed", "not looked at: the policies have errors", "Mend the policies first")
    wanted = documents(subject.bundle)
    stale = [path for path, text in wanted.items() if _content(os.path.join(subject.root, path)) != text.encode()]
    if not stale:
        return Outcome("passed", f"{number(len(wanted), 'document')}, fresh")
    return Outcome("failed", f"stale: {', '.join(stale)}", "Run `peakguard docs`, and commit what it writes")


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
