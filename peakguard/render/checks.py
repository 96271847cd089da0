"""`docs/CHECKS.md`: every finding of peakguard, with what causes it and what to do."""

from __future__ import annotations

from typing import cast

from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.language.markdown import anchor, cell, code, inline
from peakguard.pipeline.bundle import Bundle
from peakguard.render.check_page import check_section

_NOTICE = "<!-- Generated from peakguard/diagnostics/errors by `make generate`; do not edit. -->"
_INTRODUCTION = (
    "Every finding has a code that never changes its meaning. `peakguard explain CODE` prints its section here. "
    "Each example is run by the tests: what stands under *Avoid* raises the code, what stands under *Prefer* does not."
)


def checks_page(bundle: Bundle) -> str:
    """The whole document, by blocks of codes; ends with one line break."""
    specs = [cast("Errors", document.spec) for document in bundle.of_kind("errors")]
    specs.sort(key=lambda spec: min(int(name.removeprefix("PG")) for name in spec.errors))
    parts = ["# Checks", _NOTICE, _INTRODUCTION]
    for spec in specs:
        parts += [
            f"# {spec.name.removeprefix('peakguard.').capitalize()}",
            inline(spec.description or ""),
            _index(spec),
        ]
        parts += [check_section(name, entry) for name, entry in spec.errors.items() if isinstance(entry, ActiveError)]
    return "\n\n".join(parts) + "\n"


def _index(spec: Errors) -> str:
    lines = ["| Code | Slug | Severity | |", "|---|---|---|---|"]
    for name, entry in spec.errors.items():
        if isinstance(entry, ActiveError):
            title = cell(entry.title)
            lines.append(f"| [{name}](#{anchor(name)}) | {code(entry.slug)} | {entry.severity} | {title} |")
    return "\n".join(lines)
