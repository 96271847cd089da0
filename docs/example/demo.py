"""`make demo`: an ordinary program under twenty-five faults, bare and guarded; then what else its policies give.

Every step is checked as it is shown; the exit code is 1 when one does not end as it should.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import book_faults
import kept_bars
from outcomes import ROOT, YESTERDAY, Outcome, peakguard, run, verdict
from scenarios import SCENARIOS, Scenario

ARROW = "->"
DATA = ROOT / "docs" / "example" / "data" / "sp500.csv"


def main() -> int:
    """The tour."""
    steps = [show("The policies are checked", 0, "check")]
    right = run(None, guarded=False)
    steps += [unchanged(right), table(right), one_error()]
    with tempfile.TemporaryDirectory() as folder:
        steps += [books(), settings(Path(folder)), broken_file(Path(folder)), kept(Path(folder))]
        steps += [slip(Path(folder)), catalog(Path(folder))]
    return 0 if all(steps) else 1


def unchanged(right: Outcome) -> bool:
    """Without a fault the guarded program does what the bare one does."""
    guarded = run(None, guarded=True)
    numbers = right.numbers or {}
    heading("The program, which knows nothing of peakguard: 5,031 real bars of the S&P 500, a backtest, a report")
    print(f"bare      equity {numbers['equity']:,} USD after {numbers['fills']} fills")
    print(f"guarded   {'the same report, byte for byte' if guarded.report == right.report else guarded.errors}")
    return guarded == right


def table(right: Outcome) -> bool:
    """Every fault, and what comes of it without and with the policies."""
    heading(f"{len(SCENARIOS)} faults; the right equity is {(right.numbers or {})['equity']:,} USD")
    good = True
    with ThreadPoolExecutor(2) as pool:
        for scenario, bare, guarded in pool.map(both, SCENARIOS):
            left = YESTERDAY if scenario.code else right.report
            fine = bare.report != right.report and guarded.error.startswith(scenario.code)
            good = good and fine and guarded.report == left
            print(f"{scenario.title}\n    bare     {ARROW} {short(verdict(bare, right))}")
            print(f"    guarded  {ARROW} {short(guarded.error or verdict(guarded, right))}", flush=True)
    return good


def both(scenario: Scenario) -> tuple[Scenario, Outcome, Outcome]:
    """One fault, bare and guarded."""
    return scenario, run(scenario, guarded=False), run(scenario, guarded=True)


def short(text: str) -> str:
    """A line that fits the screen."""
    return text if len(text) <= 100 else text[:97] + "..."


def one_error() -> bool:
    """What the operator reads at night."""
    heading("One of these errors in full")
    scenario = next(each for each in SCENARIOS if each.code == "PT-2001" and "fee" in each.title)
    text = run(scenario, guarded=True).errors
    block = text[text.index("\nPT-2001 ") + 1 :]
    print(block)
    return "policies/program.yaml" in block


def settings(folder: Path) -> bool:
    """The settings are judged before any program reads them."""
    good = show("The settings of the program are validated", 0, "validate", "settings")
    text = (ROOT / "docs" / "example" / "config.toml").read_text()
    path = folder / "config.toml"
    path.write_text(text.replace("fast = 50 ", "fast = 500 ").replace("fee_rate = ", "fee_rte = "))
    return show("A copy with two slips in it", 1, "validate", "settings", str(path)) and good


def broken_file(folder: Path) -> bool:
    """A file is validated without any program."""
    good = show("5,031 real daily bars are validated", 0, "validate", "daily_bars", str(DATA))
    lines = DATA.read_text().splitlines()
    lines[2000] = lines[1999]
    day, opened, high, low, *rest = lines[100].split(",")
    lines[100] = ",".join([day, opened, low, high, *rest])
    path = folder / "broken.csv"
    path.write_text("\n".join([*lines, ""]))
    return show("A copy with two faults in it", 1, "validate", "daily_bars", str(path)) and good


def slip(folder: Path) -> bool:
    """What a slip in a policy looks like."""
    project = copied(folder / "project")
    path = project / "contracts" / "index_bars.yaml"
    path.write_text(path.read_text().replace("max(open, close, low)", "max(open, clse, low)"))
    return show("A contract with a slip in it", 1, "check", cwd=project)


def catalog(folder: Path) -> bool:
    """The catalog that follows from the same files."""
    project = copied(folder / "rendered")
    (project / "policies" / "errors.lock").unlink(missing_ok=True)
    done = show("The error catalog is rendered", 0, "docs", cwd=project)
    print("\n".join((project / "docs" / "ERROR_CODES.md").read_text().splitlines()[:18]))
    return show("One entry of it", 0, "explain", "PT-4002") and done


def books() -> bool:
    """Accounting faults in the engine itself, which no exception would ever tell of."""
    heading("Accounting faults in the engine, found by invariants at their step\n$ python docs/example/book_faults.py")
    return book_faults.main() == 0


def kept(folder: Path) -> bool:
    """Bars that lie in a cache while its disk and its source fail."""
    heading("Bars that are kept, and a bit that flips\n$ python docs/example/kept_bars.py PROJECT")
    project = copied(folder / "kept")
    good = kept_bars.main(project) == 0
    return show("What lies in the cache", 0, "cache", "ls", cwd=project) and good


def copied(project: Path) -> Path:
    """The policies of this repository in another folder."""
    for name in ("policies", "contracts"):
        shutil.copytree(ROOT / name, project / name)
    return project


def show(title: str, wanted: int, *arguments: str, cwd: Path = ROOT) -> bool:
    """Run one command and show what it prints."""
    heading(f"{title}\n$ peakguard {' '.join(arguments)}")
    code = peakguard(*arguments, cwd=cwd)
    print(f"(exit code {code})", flush=True)
    return code == wanted


def heading(text: str) -> None:
    """The title of a step."""
    print(f"\n=== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
