"""`docs/ERROR_CODES.md`: the catalog that is read at night."""

from __future__ import annotations

from typing import cast

from peakguard.kinds.errors.model import ActiveError, Errors
from peakguard.language.markdown import anchor, cell, code, inline
from peakguard.pipeline.bundle import Bundle
from peakguard.render.error_page import error_section

_NOTICE = "<!-- Generated from the errors policies by `peakguard docs`; do not edit. -->"


def error_codes(bundle: Bundle) -> str:
    """The whole document: an index, one section a code, the retired ones last; ends with one line break."""
    specs = [cast("Errors", document.spec) for document in bundle.of_kind("errors")]
    entries = sorted(((_number(name), name, spec) for spec in specs for name in spec.errors), key=lambda each: each[:2])
    active = [(name, spec) for _, name, spec in entries if isinstance(spec.errors[name], ActiveError)]
    retired = [(name, spec) for _, name, spec in entries if not isinstance(spec.errors[name], ActiveError)]
    parts = ["# Error codes", _NOTICE, *(_introduction(spec) for spec in specs)]
    parts += [_index(active), *_categories(specs)]
    parts += [error_section(spec, name) for name, spec in active]
    if retired:
        parts += ["# Retired codes", *(error_section(spec, name) for name, spec in retired)]
    return "\n\n".join(parts) + "\n"


def _introduction(spec: Errors) -> str:
    description = f" {inline(spec.description)}" if spec.description else ""
    return f"Catalog {code(spec.name)} {spec.version}, domain {code(spec.domain)}.{description}"


def _index(active: list[tuple[str, Errors]]) -> str:
    lines = ["| Code | Slug | Title | Category | Severity |", "|---|---|---|---|---|"]
    for name, spec in active:
        entry = spec.errors[name]
        assert isinstance(entry, ActiveError)
        columns = (
            f"[{name}](#{anchor(name)})",
            code(entry.slug),
            cell(entry.title),
            cell(entry.category),
            entry.severity,
        )
        lines.append(f"| {' | '.join(columns)} |")
    return "\n".join(lines)


def _categories(specs: list[Errors]) -> list[str]:
    rows = [
        f"| {cell(name)} | {category.codes or ''} | {cell(category.description)} |"
        for spec in specs
        for name, category in spec.categories.items()
        if category.description
    ]
    return ["\n".join(["| Category | Codes | |", "|---|---|---|", *rows])] if rows else []


def _number(name: str) -> tuple[str, int]:
    letters = name.rstrip("0123456789")
    return letters, int(name[len(letters) :])
