"""Faults in the settings of the example: one slip each in its TOML file."""

from __future__ import annotations

from pathlib import Path

from peakguard.runtime.policy_set import PolicySet
from tests.diagnosis.example import EXAMPLE, program
from tests.diagnosis.fault import Fault, Programs


def slip(
    name: str, title: str, code: str, change: tuple[str, str], place: str, values: tuple[str, ...], hint: str
) -> Fault:
    """A slip that replaces a text of the file; the program takes its settings through their policy."""

    def setup(folder: Path, policies: PolicySet, is_mended: bool) -> Programs:
        text = (EXAMPLE / "config.toml").read_text()
        assert change[0] in text, name
        made = program(folder, text if is_mended else text.replace(*change))

        def under_policy() -> None:
            from app import config

            before = config.load
            config.load = lambda path: policies.config("settings").load([path])
            try:
                made()
            finally:
                config.load = before

        return Programs(made, under_policy)

    return Fault(f"settings-{name}", title, "settings", code, (rf"config\.toml:{place}",), values, hint, setup)


SETTINGS = [
    slip("swapped", "The averages changed places", "PG898", ("fast = 50 ", "fast = 500 "), "3:8", ("500", "200"),
         "Change one of these values so that `fast < slow` holds"),
    slip("fee", "The fee is in percent", "PG893", ("fee_rate = 0.001", "fee_rate = 0.1"), "7:12", (r"0\.1\b",),
         "at most 0.01"),
    slip("stop", "The stop is in percent", "PG893", ("stop = 0.05", "stop = 5.0"), "5:8", (r"5\.0|\b5\b",), "below 1"),
    slip("misspelt", "A key is misspelt", "PG890", ("fee_rate =", "fee_rte ="), "7:1", ("fee_rte",),
         "Did you mean `fee_rate`"),
    slip("missing", "A key is missing", "PG891", ("cash = 100_000.0     # USD\n", ""), r"\d+:\d+", ("cash",), "cash"),
    slip("text", "A number is written as text", "PG892", ("cash = 100_000.0", 'cash = "100000"'), "6:8", ("100000",),
         "float64|number"),
    slip("truth", "A truth stands where a number belongs", "PG892", ("page_size = 1000", "page_size = true"), "2:13",
         ("true",), "int64|number"),
    slip("zero", "A page has no bars", "PG893", ("page_size = 1000", "page_size = 0"), "2:13", (r"\b0\b",), "at least 1"),
    slip("symbol", "A symbol in small letters", "PG893", ('"SPX"', '"spx"'), "1:10", ("spx",), r"\[A-Z\]"),
    slip("twice", "A key stands twice", "PG203", ("slow = 200 ", "slow = 200\nslow = 100 "), "5:1", ("slow",), "twice|first"),
    slip("open", "A text does not end", "PG202", ('"SPX"', '"SPX'), "1:1?", ("SPX",), "quot|end"),
    slip("table", "A key stands under a table", "PG890", ("stop = 0.05", "[risk]\nstop = 0.05"), r"[56]:1", ("risk|stop",),
         "stop|risk"),
    slip("fraction", "A number of bars is a fraction", "PG892", ("slow = 200 ", "slow = 200.5 "), "4:8", (r"200\.5",),
         "int64|whole"),
    slip("nan", "A fee is no number", "PG893", ("fee_rate = 0.001", "fee_rate = nan"), "7:12", ("nan|NaN",), "finite|number"),
    slip("debt", "The cash is below zero", "PG893", ("cash = 100_000.0", "cash = -100_000.0"), "6:8", ("-100000",),
         "above 0"),
]  # fmt: skip # one fault after the other
