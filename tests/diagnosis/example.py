"""The worked example as a program of this process, and the faults of its exchange."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from peakguard.runtime.policy_set import PolicySet
from tests.diagnosis.fault import Fault, Program, Programs

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "example"
if str(EXAMPLE) not in sys.path:
    sys.path.insert(0, str(EXAMPLE))


@cache
def exchange() -> Any:
    """The exchange of the example, which serves in a thread of its own."""
    from app.exchange import Exchange

    made = Exchange()
    made.start()
    return made


def program(folder: Path, settings: str | None = None, fault: str = "") -> Program:
    """`python -m app` with the settings of a text, while the exchange has a fault."""
    config, report = folder / "config.toml", folder / "report.json"
    config.write_text(settings if settings is not None else (EXAMPLE / "config.toml").read_text())

    def main() -> None:
        import app.__main__ as program_file

        server = exchange()
        server.break_by(fault)
        program_file.main(str(config), server.url, str(report))

    return main


_FETCHED = r'app/__main__\.py", line 17'
"""Where the program asks for its bars."""
_ASKED = r'app/market_data\.py", line 1[89]'
"""Where a page is asked for and read."""


def of_exchange(name: str, title: str, code: str, place: str, values: tuple[str, ...], hint: str) -> Fault:
    """A fault of the exchange; the hint is followed by having good data again, or another exchange."""

    def setup(folder: Path, _: PolicySet, is_mended: bool) -> Programs:
        made = program(folder, fault="" if is_mended else name)
        return Programs(made, made)

    return Fault(f"exchange-{name}", title, "exchange", code, (place,), values, hint, setup, "example")


def _mended_by(change: Callable[[list[list[Any]]], list[list[Any]]], name: str) -> Callable[..., Programs]:
    """What a loader does to the bars that it is given: the mapping of columns, the unit of times."""

    def setup(folder: Path, _: PolicySet, is_mended: bool) -> Programs:
        made = program(folder, fault=name)
        if not is_mended:
            return Programs(made, made)

        def with_another_loader() -> None:
            from app import market_data

            before = market_data.to_frame
            market_data.to_frame = lambda symbol, bars: before(symbol, change(bars))
            try:
                made()
            finally:
                market_data.to_frame = before

        return Programs(made, with_another_loader)

    return setup


def _full_disk(folder: Path, _: PolicySet, is_mended: bool) -> Programs:
    made = program(folder)

    def main() -> None:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
        try:
            made()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return Programs(main, made if is_mended else main)


_AGAIN = "Load the data again|Reload the bar"
_GOOD = "Rerun with the last good file"
EXCHANGE = [
    Fault(
        "exchange-swapped",
        "High and low changed places",
        "exchange",
        "PT-1103",
        (_FETCHED,),
        ("1219.09", "1248.81"),
        "Check the column mapping of the loader",
        _mended_by(lambda bars: [[t, o, low, high, *rest] for t, o, high, low, *rest in bars], "swapped"),
    ),
    of_exchange("repeated", "One page is sent twice", "PT-1100", _FETCHED, ("2002-12-26",), _AGAIN),
    of_exchange("skipped", "Half a year is missing in the middle", "PT-1100", _FETCHED, ("2009-01-20",), _AGAIN),
    of_exchange("cut_short", "The last years never arrive", "PT-1100", _FETCHED, ("3000 rows",), _GOOD),
    of_exchange("shuffled", "Two pages arrive in the wrong order", "PT-1100", _FETCHED, ("2002-12-26",), _AGAIN),
    of_exchange(
        "frozen", "The feed repeats its last tick", "PT-1106", _FETCHED, (r"0\.09\d*|0\.1\d*",), "another provider"
    ),
    of_exchange("not_a_number", "One price is no number", "PT-1100", _FETCHED, ("2014-11-25", "close=None"), _AGAIN),
    of_exchange("missing", "One price is null", "PT-1100", _FETCHED, ("2014-11-25", "close=None"), _AGAIN),
    of_exchange("in_cents", "From one day on prices are in cents", "PT-1100", _FETCHED, ("141618",), _GOOD),
    Fault(
        "exchange-in_seconds",
        "Times are in seconds instead of milliseconds",
        "exchange",
        "PT-1100",
        (_FETCHED,),
        ("1970-01-11",),
        "seconds were read as milliseconds",
        _mended_by(lambda bars: [[bar[0] * 1000, *bar[1:]] for bar in bars], "in_seconds"),
    ),
    Fault(
        "exchange-as_text",
        "Prices are text",
        "exchange",
        "PT-1100",
        (_FETCHED,),
        ("open", "String|str"),
        "expected float64",
        _mended_by(lambda bars: [[bar[0], *map(float, bar[1:])] for bar in bars], "as_text"),
    ),
    of_exchange(
        "gap_up",
        "Every tenth day opens at twice the price",
        "PT-4002",
        r'engine\.py", line \d+, in run',
        ("-98198",),
        "Check the open of the bar",
    ),
    of_exchange(
        "down", "The exchange is down for maintenance", "PT-3001", _ASKED, ("503",), "Switch to the second provider"
    ),
    of_exchange(
        "limited", "Too many requests", "PT-3002", _ASKED, ("429", r"30 s|retry.after.*30"), "Lower the rate limit"
    ),
    of_exchange("torn", "The connection breaks in the middle of an answer", "PT-3001", _ASKED, (r"4035\d",), "Wait"),
    of_exchange(
        "garbled",
        "A page for people stands where JSON should be",
        "PT-3003",
        _ASKED,
        ("<html>",),
        "Check the key of the account",
    ),
    of_exchange(
        "silent",
        "Nothing comes until the client gives up",
        "PG2093",
        _ASKED,
        (r"2 s",),
        "ask another one, by a `fallback`",
    ),
    Fault(
        "disk-full",
        "The disk is full while the report is written",
        "disk",
        "PT-5001",
        (r'report\.py", line 36',),
        (r"report\.json",),
        "Make room on the disk",
        _full_disk,
    ),
]
