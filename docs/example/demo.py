"""`make demo`: the policies of this repository checked, real data validated, then broken in five ways."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs" / "example" / "data" / "sp500.csv"
PEAKGUARD = Path(sysconfig.get_path("scripts")) / "peakguard"

Row = dict[str, str]


def main() -> int:
    """Run the tour; exit 1 when a step does not end as it should."""
    outcomes = [
        step("The policies are checked", 0, "check"),
        step("5,031 real daily bars of the S&P 500 are validated", 0, "validate", "daily_bars", str(DATA)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, breaks) in enumerate(BREAKS.items(), start=1):
            path = Path(folder) / f"broken_{number}.csv"
            write(path, breaks)
            outcomes.append(step(f"Broken copy {number}: {title}", 1, "validate", "daily_bars", str(path)))
        outcomes.append(broken_policy(Path(folder)))
        outcomes.append(render(Path(folder)))
    return 0 if all(outcomes) else 1


def step(title: str, wanted: int, *arguments: str, cwd: Path = ROOT) -> bool:
    """Run one command and show what it prints."""
    print(f"\n=== {title}\n$ peakguard {' '.join(arguments)}", flush=True)
    code = subprocess.run([PEAKGUARD, *arguments], cwd=cwd, check=False).returncode  # noqa: S603 # our own command
    print(f"(exit code {code})", flush=True)
    return code == wanted


def write(path: Path, breaks: Callable[[list[Row]], None]) -> None:
    """A copy of the real data with one fault in it."""
    with DATA.open(newline="") as file:
        rows = list(csv.DictReader(file))
    breaks(rows)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def swap_high_and_low(rows: list[Row]) -> None:
    """A loader mapped two columns wrongly for some days."""
    for row in rows[100:103]:
        row["High"], row["Low"] = row["Low"], row["High"]


def repeat_a_day(rows: list[Row]) -> None:
    """The provider sent one day twice."""
    rows.insert(2000, dict(rows[1999]))


def lose_a_price(rows: list[Row]) -> None:
    """A bad print and a price that is not a number."""
    rows[10]["Close"] = "NaN"
    rows[11]["Open"] = "n/a"


def freeze_the_feed(rows: list[Row]) -> None:
    """The feed repeats its last tick for a year."""
    for row in rows[3000:3260]:
        for name in ("Open", "High", "Low", "Close", "Adj Close"):
            row[name] = rows[2999]["Close"]


def rename_a_column(rows: list[Row]) -> None:
    """The provider changed its format."""
    for row in rows:
        row["Adjusted"] = row.pop("Adj Close")


BREAKS: dict[str, Callable[[list[Row]], None]] = {
    "high and low are swapped on three days": swap_high_and_low,
    "a day stands twice": repeat_a_day,
    "two prices are no numbers": lose_a_price,
    "the feed is frozen for a year": freeze_the_feed,
    "the provider renamed a column": rename_a_column,
}


def broken_policy(folder: Path) -> bool:
    """What a slip in a policy looks like."""
    project = folder / "project"
    for name in ("policies", "contracts"):
        shutil.copytree(ROOT / name, project / name)
    path = project / "contracts" / "daily_bars.yaml"
    text = path.read_text()
    path.write_text(text.replace("nullable", "nulable").replace("max(open, close, low)", "max(open, close, lwo)"))
    return step("A policy with a slip in it", 1, "check", cwd=project)


def render(folder: Path) -> bool:
    """The catalog that follows from the same files."""
    project = folder / "rendered"
    for name in ("policies", "contracts"):
        shutil.copytree(ROOT / name, project / name)
    (project / "policies" / "errors.lock").unlink(missing_ok=True)
    done = step("The error catalog is rendered", 0, "docs", cwd=project)
    text = (project / "docs" / "ERROR_CODES.md").read_text()
    print("\n".join(text.splitlines()[:18]))
    return done and step("One page of it", 0, "explain", "PT-1103")


if __name__ == "__main__":
    sys.exit(main())
