"""The page of one error code: the section in the documents and what `explain` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peakguard.diagnostics.template import fill
from peakguard.kinds.errors.model import ActiveError, Category, Errors, Example, RetiredError
from peakguard.language.markdown import block, code, inline


def error_section(spec: Errors, name: str) -> str:
    """The section of a code, beginning with a level-2 heading that is the code alone, for a stable anchor."""
    entry = spec.errors[name]
    lines = _retired(name, entry) if isinstance(entry, RetiredError) else _active(spec, name, entry)
    return "\n\n".join(lines)


def _retired(name: str, entry: RetiredError) -> Iterator[str]:
    yield f"## {name}"
    replaced = f" Use [{entry.replaced_by}](#{entry.replaced_by.lower()})." if entry.replaced_by else ""
    yield f"Retired in {entry.retired}; never raised, never used again.{replaced}"
    if entry.reason:
        yield inline(entry.reason)


def _active(spec: Errors, name: str, entry: ActiveError) -> Iterator[str]:
    yield f"## {name}"
    yield f"**{inline(entry.title)}** ({code(entry.slug)})"
    if entry.status == "deprecated":
        replaced = f" Use [{entry.replaced_by}](#{entry.replaced_by.lower()})." if entry.replaced_by else ""
        yield f"Deprecated.{replaced}"
    yield _properties(spec, entry)
    yield f"Message: {code(entry.message)}"
    if entry.context:
        yield _context(entry)
    if entry.cause:
        yield f"**Cause.** {inline(entry.cause)}"
    if entry.hints:
        yield "**What to try**\n\n" + "\n".join(f"- {inline(hint)}" for hint in entry.hints)
    if entry.recovery:
        steps = enumerate(entry.recovery, start=1)
        yield "**Recovery**\n\n" + "\n".join(f"{number}. {inline(step)}" for number, step in steps)
    for example in entry.examples:
        yield from _example(entry, example)


def _properties(spec: Errors, entry: ActiveError) -> str:
    category = spec.categories.get(entry.category) or Category()
    retryable = category.retryable if entry.retryable is None else entry.retryable
    rows = [
        ("Category", inline(entry.category)),
        ("Severity", entry.severity),
        ("Retryable", "yes" if retryable else "no"),
        ("Exit code", str(entry.exit_code or category.exit_code)),
        ("HTTP status", str(entry.http_status or category.http_status)),
    ]
    if entry.also:
        rows.append(("Also a", ", ".join(code(name) for name in entry.also)))
    if entry.matches:
        rows.append(("Raised for", ", ".join(code(match.text) for match in entry.matches)))
    if entry.since:
        rows.append(("Since", entry.since))
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _context(entry: ActiveError) -> str:
    lines = ["| Context | Type | Unit | |", "|---|---|---|---|"]
    for name, field in entry.context.items():
        description = inline(field.description or "").replace("|", r"\|")
        lines.append(f"| {code(name)} | {code(field.type)} | {field.unit or ''} | {description} |")
    return "\n".join(lines)


def _example(entry: ActiveError, example: Example) -> Iterator[str]:
    if example.context or not entry.context:
        message = fill(entry.message, {name: written(value) for name, value in example.context.items()})
        yield f"Example: {message and code(message)}"
    if example.failing is not None:
        yield "Avoid:"
        yield block(example.failing, "yaml")
    if example.mended is not None:
        yield "Prefer:"
        yield block(example.mended, "yaml")


def written(value: Any) -> str:
    """A context value as a message shows it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
