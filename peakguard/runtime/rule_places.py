"""Where the rules of a policy are written, by their ids."""

from __future__ import annotations

from collections.abc import Mapping


def place_of(places: Mapping[str, str], rule: str) -> str | None:
    """The file and line of a rule, such as `columns.open.gt`, or of the part that it belongs to, `columns.open`."""
    while rule:
        if rule in places:
            return places[rule]
        rule = rule.rpartition(".")[0]
    return None
