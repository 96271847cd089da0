"""What goes wrong around the program, and the code of the error in which each fault ends when it is guarded.

A fault that passes has none: guarded, the program lives through it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from app.faults import CORRUPT, FAILING, PASSING


@dataclass(frozen=True)
class Scenario:
    """One fault: of the exchange by name, in the settings, or of the disk (bytes that fit on it)."""

    title: str
    code: str
    exchange: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    disk: int | None = None


def of_exchange(name: str, code: str) -> Scenario:
    """A fault of the exchange, in its own words."""
    words = (CORRUPT.get(name) or FAILING.get(name) or PASSING[name]).__doc__ or name
    return Scenario(words.rstrip("."), code, exchange=name)


SCENARIOS = (
    of_exchange("swapped", "PT-1103"),
    of_exchange("repeated", "PT-1100"),
    of_exchange("skipped", "PT-1100"),
    of_exchange("cut_short", "PT-1100"),
    of_exchange("shuffled", "PT-1100"),
    of_exchange("frozen", "PT-1106"),
    of_exchange("not_a_number", "PT-1100"),
    of_exchange("missing", "PT-1100"),
    of_exchange("in_cents", "PT-1100"),
    of_exchange("in_seconds", "PT-1100"),
    of_exchange("as_text", "PT-1100"),
    of_exchange("gap_up", "PT-4002"),
    of_exchange("down", "PT-3001"),
    of_exchange("limited", "PT-3002"),
    of_exchange("torn", "PT-3001"),
    of_exchange("garbled", "PT-3003"),
    of_exchange("silent", "PG2093"),
    *(of_exchange(name, "") for name in PASSING),
    Scenario("The averages changed places in the settings", "PT-2001", settings={"fast": "200", "slow": "50"}),
    Scenario("The fee is in percent", "PT-2001", settings={"fee_rate": "0.1"}),
    Scenario("The stop is in percent", "PT-2001", settings={"stop": "5.0"}),
    Scenario("The disk is full while the report is written", "PT-5001", disk=10_000),
)
