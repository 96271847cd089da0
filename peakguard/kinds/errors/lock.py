"""`errors.lock`: what was once published of every code, so that no code changes its meaning unseen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.language.facts import Fact, Facts
from peakguard.syntax.source import Source

NAME = "errors.lock"
_BREAK = re.compile(r"\r\n|\n|\r")


class Line(NamedTuple):
    """One locked code; `context` is `name:type,…` or `-`."""

    domain: str
    code: str
    slug: str
    status: str
    since: str
    context: str


def lock_text(errors: Iterable[Fact], earlier: str = "") -> str:
    """The lock file for some codes, one line a code, sorted; a code keeps the version it was first locked at."""
    first = {(line.domain, line.code): line for _, line in read_lock(earlier) if line}
    lines = [_line(fact, first.get((fact.data["domain"], fact.name))) for fact in errors]
    return "".join(" ".join(line) + "\n" for line in sorted(lines, key=_order))


def read_lock(text: str) -> Iterator[tuple[int, Line | None]]:
    """Line numbers (from 1) with their content; None for a line that is no lock line."""
    for number, content in enumerate(_BREAK.split(text), start=1):
        parts = content.split(" ")
        is_line = len(parts) == len(Line._fields) and all(parts)
        if content.strip():
            yield number, Line(*parts) if is_line else None


def check_locks(facts: Facts, attachments: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """Findings where the catalogs contradict a lock file."""
    for path, source in attachments.items():
        if not path.endswith(NAME):
            continue
        for number, line in read_lock(source.text):
            start = source.line_starts[number - 1]
            span = source.span(start, start + len(source.line(number)))
            if line is None:
                yield found(codes.BAD_LOCK_LINE, span)
            else:
                yield from _check_line(facts, line, span)


def _check_line(facts: Facts, line: Line, span: Span) -> Iterator[Diagnostic]:
    fact = facts.get("error", line.code)
    if fact is None or fact.data["domain"] != line.domain:
        if not facts.may_hide(line.code):
            yield found(codes.CODE_REMOVED, span, code=line.code, domain=line.domain)
    elif line.status == "retired" and fact.data["status"] != "retired":
        yield found(codes.CODE_REUSED, fact.span, code=line.code)
    elif fact.data["status"] != "retired" and fact.data["slug"] != line.slug:
        yield found(codes.SLUG_CHANGED, fact.span, code=line.code, slug=fact.data["slug"], locked=line.slug)


def _line(fact: Fact, earlier: Line | None) -> Line:
    data = fact.data
    since = earlier.since if earlier else data["since"]
    if data["status"] == "retired":
        slug, context = (earlier.slug, earlier.context) if earlier else ("-", "-")
        return Line(data["domain"], fact.name, slug, "retired", since, context)
    context = ",".join(f"{name}:{type_text.replace(' ', '')}" for name, type_text in data["context"].items())
    return Line(data["domain"], fact.name, data["slug"], data["status"], since, context or "-")


def _order(line: Line) -> tuple[str, str, int]:
    letters = line.code.rstrip("0123456789")
    return line.domain, letters, int(line.code[len(letters) :])
