"""Keys that cannot change while the program runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.kinds.config.parts import part_at
from peakguard.kinds.config.sections import Secret, Section, flat


def frozen_changes(
    fields: Mapping[str, Any], old: Section, new: Section, origins: Mapping[str, str]
) -> list[Diagnostic]:
    """A finding for each frozen key that has another value now, at the place of that."""
    before, after = dict(flat(old)), dict(flat(new))
    changed = [path for path in {**before, **after} if before.get(path) != after.get(path)]
    return [
        found(
            codes.CONFIG_FROZEN,
            _span(origins.get(path, "")),
            field=path,
            found=_shown(after.get(path)),
            first=_shown(before.get(path)),
        )
        for path in sorted(changed)
        if _is_frozen(fields, path.split("."))
    ]


def _is_frozen(fields: Mapping[str, Any], path: list[str]) -> bool:
    parts = [part_at(fields, path[:length]) for length in range(1, len(path) + 1)]
    return any(part is not None and part.get("frozen") for part in parts)


def _shown(value: Any) -> str:
    return "a secret" if isinstance(value, Secret) else "nothing" if value is None else str(value)


def _span(origin: str) -> Span:
    file, _, rest = origin.rpartition(":")
    file, _, line = file.rpartition(":")
    if not (line.isdecimal() and rest.isdecimal()):
        return Span.whole(origin or "the configuration")
    return Span(file, int(line), int(rest), int(line), int(rest))
