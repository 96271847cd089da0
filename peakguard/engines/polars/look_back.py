"""What the checks of a plan look back on: the rows and the values that go from one batch to the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from peakguard.engines.polars.cumulate import Cumulated
from peakguard.engines.polars.groups import Carried
from peakguard.engines.polars.tier_one import Ordered

Check = Mapping[str, Any]


def ordered_checks(checks: Iterator[Check]) -> list[Ordered]:
    """Those that look back within the same groups together."""
    by_groups: dict[tuple[str, ...], list[Check]] = {}
    for check in checks:
        by_groups.setdefault(tuple(check["stream"]["groups"]), []).append(check)
    return [
        Ordered(groups, found, [name for check in found for name in columns_of(check)])
        for groups, found in by_groups.items()
    ]


def hoisted_columns(checks: Sequence[Check]) -> list[tuple[Cumulated, Carried]]:
    """The cumulated columns that checks build on, each with the rows that it looks back on."""
    found: dict[str, tuple[Cumulated, Carried]] = {}
    for check in checks:
        specs = check["stream"].get("hoisted", ()) if check["stream"] is not None else ()
        before = list(check["reads"])
        for spec in specs:
            found.setdefault(spec["name"], (Cumulated(spec), Carried(spec["groups"], spec["back"], before)))
            before = [*before, spec["name"]]
    return list(found.values())


def carried_rows(check: Check) -> Carried:
    """The rows that a check looks back on."""
    return Carried(check["stream"]["groups"], check["stream"]["back"], columns_of(check))


def columns_of(check: Check) -> list[str]:
    """The columns that a check reads, cumulated ones among them."""
    return [*check["reads"], *(spec["name"] for spec in check["stream"]["hoisted"])]
