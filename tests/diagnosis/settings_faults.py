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

    return Fault(
        f"settings-{name}", title, "settings", code, (rf"config\.toml:{place}",), values, hint, setup, "settings"
    )


SETTINGS = [
    slip(
        "swapped",
        "The averages changed places",
        "PG898",
        ("fast = 50 ", "fast = 500 "),
        "3:8",
        ("500", "200"),
        "Change one of these values so that `fast < slow` holds",
    ),
    slip(
        "fee",
        "The fee is in percent",
        "PG895",
        ("fee_rate = 0.001", "fee_rate = 0.1"),
        "7:12",
        (r"0\.1\b",),
        r"As a fraction that is 0\.001",
    ),
    slip(
        "stop",
        "The stop is in percent",
        "PG895",
        ("stop = 0.05", "stop = 5.0"),
        "5:8",
        (r"5\.0|\b5\b",),
        r"As a fraction that is 0\.05",
    ),
    slip(
        "misspelt",
        "A key is misspelt",
        "PG890",
        ("fee_rate =", "fee_rte ="),
        "7:1",
        ("fee_rte",),
        "Did you mean `fee_rate`",
    ),
    slip(
        "missing",
        "A key is missing",
        "PG893",
        ("cash = 100_000.0     # USD\n", ""),
        r"\d+:\d+",
        ("cash",),
        "Add `cash`",
    ),
    slip(
        "text",
        "A number is written as text",
        "PG894",
        ("cash = 100_000.0", 'cash = "100000"'),
        "6:8",
        ("100000",),
        "Take the quotes off",
    ),
    slip(
        "truth",
        "A truth stands where a number belongs",
        "PG894",
        ("page_size = 1000", "page_size = true"),
        "2:13",
        ("true",),
        "Write a whole number",
    ),
    slip(
        "zero",
        "A page has no bars",
        "PG895",
        ("page_size = 1000", "page_size = 0"),
        "2:13",
        (r"\b0\b",),
        "Write a value that is at least 1",
    ),
    slip(
        "symbol",
        "A symbol in small letters",
        "PG895",
        ('"SPX"', '"spx"'),
        "1:10",
        ("spx",),
        r"Write a value that is a text that matches \[A-Z\]",
    ),
    slip(
        "twice",
        "A key stands twice",
        "PG110",
        ("slow = 200 ", "slow = 200\nslow = 100 "),
        "5:1",
        ("slow",),
        "Keep one of the two",
    ),
    slip("open", "A text does not end", "PG108", ('"SPX"', '"SPX'), "1:1?", ("SPX",), "Compare the quotes"),
    slip(
        "table",
        "A key stands under a table",
        "PG890",
        ("stop = 0.05", "[risk]\nstop = 0.05"),
        r"5:1",
        ("risk|stop",),
        "Take \\[risk\\] away",
    ),
    slip(
        "fraction",
        "A number of bars is a fraction",
        "PG894",
        ("slow = 200 ", "slow = 200.5 "),
        "4:8",
        (r"200\.5",),
        "Write a whole number",
    ),
    slip(
        "nan",
        "A fee is no number",
        "PG123",
        ("fee_rate = 0.001", "fee_rate = nan"),
        "7:12",
        ("nan|NaN",),
        "Use a finite number",
    ),
    slip(
        "debt",
        "The cash is below zero",
        "PG895",
        ("cash = 100_000.0", "cash = -100_000.0"),
        "6:8",
        ("-100000",),
        "Write a value that is more than 0",
    ),
]
