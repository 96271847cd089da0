"""Keys that a policy does not declare: misspelt, or under the wrong table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import WARNING, found
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.config.judged import Judged, dotted, title
from peakguard.syntax.node import Mapping as Table

Homes: TypeAlias = Mapping[str, tuple[tuple[str, ...], ...]]
"""For each key the sections that declare it."""


def homes_of(plan: Mapping[str, Any]) -> Homes:
    """The homes of all keys; an entry of a map is called NAME."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for path, name in _declared(plan["fields"], ()):
        found.setdefault(name, []).append(path)
    return {name: tuple(dict.fromkeys(paths)) for name, paths in found.items()}


def unknown_keys(
    fields: Mapping[str, Any], table: Table, path: tuple[str, ...], unknown: str, homes: Homes, judged: Judged
) -> None:
    """Report every key of a table that is not declared."""
    if unknown == "allow":
        return
    for key, (at, _) in table.entries.items():
        if key in fields:
            continue
        known = [name for name, part in fields.items() if part["is"] != "renamed" and name not in table.entries]
        elsewhere = [home for home in homes.get(key, ()) if home != path]
        if elsewhere:
            judged.claimed |= {dotted((*home, key)) for home in elsewhere}
            home = " or ".join(map(title, elsewhere))
            finding = found(codes.CONFIG_KEY_MISPLACED, at.span, key=key, section=title(path), home=home)
        else:
            suggestion = did_you_mean(key, known)
            judged.claimed |= {dotted((*path, name)) for name in known if did_you_mean(name, [name]) == suggestion}
            names = ", ".join(name for name, part in fields.items() if part["is"] != "renamed") or "none"
            data = {"section": title(path), "known": names, "suggestion": suggestion}
            finding = found(codes.CONFIG_KEY_UNKNOWN, at.span, key=key, **data)
        judged.report(finding if unknown == "error" else finding._replace(severity=WARNING))


def _declared(fields: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, part in fields.items():
        if part["is"] == "renamed":
            continue
        yield path, name
        inner = [part.get("fields", {})] if part["is"] == "table" else []
        if part["is"] == "union":
            inner = [part["common"], *part["variants"].values()]
        for each in inner:
            yield from _declared(each, (*path, name))
        if part["is"] == "map":
            yield from _declared(part["values"].get("fields", {}), (*path, name, "NAME"))
