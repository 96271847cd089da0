"""The section of one finding of ours."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.kinds.errors.model import ActiveError
from peakguard.language.markdown import block, code, inline


def check_section(name: str, entry: ActiveError) -> str:
    """The section of a code, with what raises it and the same put right."""
    return "\n\n".join(_parts(name, entry))


def _parts(name: str, entry: ActiveError) -> Iterator[str]:
    yield f"## {name}"
    yield f"**{inline(entry.title)}** ({code(entry.slug)}, {entry.severity})"
    yield f"Message: {code(entry.message)}"
    if entry.cause:
        yield f"**Cause.** {inline(entry.cause)}"
    if entry.hints:
        # The suggestion depends on what was mistyped; the rest of the hint always holds.
        advice = " ".join(entry.hints).replace("{suggestion}", "")
        yield f"**What to do.** {inline(advice)}"
    for example in entry.examples:
        if example.failing is not None:
            yield "Avoid:"
            yield block(example.failing, "yaml")
        if example.mended is not None:
            yield "Prefer:"
            yield block(example.mended, "yaml")
