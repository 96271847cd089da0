"""Lock files of error codes say what they said before: nothing that was published is taken back."""

from __future__ import annotations

import os
from collections.abc import Iterator

from peakguard.api.gate.outcome import Outcome, number
from peakguard.api.gate.revision import Revision
from peakguard.api.gate.subject import Subject
from peakguard.kinds.errors.lock import NAME, Line, read_lock

_TODO = (
    "Bring the lines back as they were; a code that is given up stays in its catalog as `status: retired`, and its "
    "number is never used again"
)


def check(subject: Subject) -> Outcome:
    """Red where a line of a lock file vanished against the base, a retired code lives again, or a name changed."""
    findings = [each for each in subject.bundle.findings if each.span.file.endswith(NAME)]
    wrong = [f"{each.span}: {each.message}" for each in findings if each.severity == "error"]
    files = _files(subject)
    for file in files:
        wrong += _compared(file, subject.root, subject.base())
    if not wrong:
        base = subject.base() if files else None
        against = f", nothing taken back since {base.name} ({base.commit[:10]})" if base is not None else ""
        return Outcome("passed", f"{number(len(files), 'lock file')}{against}")
    return Outcome("failed", f"{number(len(wrong), 'fault')}, first {wrong[0]}", _TODO, tuple(wrong))


def _files(subject: Subject) -> list[str]:
    read = [entry.file for entry in subject.bundle.entries if os.path.basename(entry.file) == NAME]
    own = [file for file in read if not file.startswith("pkg:")]
    at_base = {f"{folder.shown}/{NAME}" for folder in subject.bundle.project.folders if "pkg:" not in folder.shown}
    named = list(subject.table["locks"]["files"])
    known = {file for file in at_base if subject.base().content(file) is not None} if at_base else set()
    return sorted({*own, *named, *known})


def _compared(file: str, root: str, base: Revision) -> Iterator[str]:
    before = base.content(file)
    if before is None:
        return  # there was none
    try:
        with open(os.path.join(root, file), encoding="utf-8", newline="") as opened:
            now = _lines(opened.read())
    except OSError:
        yield f"{file}: the lock file is gone"
        return
    for key, line in _lines(before).items():
        yield from (f"{file}: {line.code} {problem}" for problem in _taken_back(line, now.get(key)))


def _lines(text: str) -> dict[tuple[str, str], Line]:
    return {(line.domain, line.code): line for _, line in read_lock(text) if line is not None}


def _taken_back(before: Line, now: Line | None) -> Iterator[str]:
    if now is None:
        yield f"({before.slug}) vanished"
        return
    if before.status == "retired" and now.status != "retired":
        yield f"was retired, and is {now.status} again"
    if before.slug not in ("-", now.slug):
        yield f"was {before.slug}, and is {now.slug}"
    if before.since != now.since:
        yield f"was locked at {before.since}, and says {now.since}"
