"""`python chaos_table.py`: every scenario of `policies/chaos.yaml`, bare and guarded; writes the table of CHAOS.md.

The exit code is 1 where a guarded run does not end as its policy expects.
"""

from __future__ import annotations

import sys
from pathlib import Path

import peakguard
from peakguard.api.chaos import FaultReport, ScenarioReport, run_scenario

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
HEAD = """\
# The example under planted faults

Written by `make chaos`, which runs every scenario of [`policies/chaos.yaml`](../../policies/chaos.yaml): each fault
alone, then all of a scenario together, once without the guards (`peakguard chaos SCENARIO --bare`) and once with them.

| scenario | fault | bare | guarded | |
|---|---|---|---|---|
"""


def main() -> int:
    """Both tables in one."""
    names = [name for table in peakguard.load(ROOT).tables("chaos").values() for name in table["scenarios"]]
    pairs = [pair for name in sorted(names) for pair in both(name)]
    rows = [row(name, bare, guarded) for name, bare, guarded in pairs]
    good = sum(guarded.ok for _, _, guarded in pairs)
    foot = f"\n{good} of {len(pairs)} guarded runs ended as the policy expects; bare, {count(pairs)} would.\n"
    (HERE / "CHAOS.md").write_text(HEAD + "\n".join(rows) + "\n" + foot)
    print(foot.strip())
    return 0 if good == len(pairs) else 1


def both(scenario: str) -> list[tuple[str, FaultReport, FaultReport]]:
    """A scenario bare and guarded, fault by fault."""
    reports: list[ScenarioReport] = []
    for bare in (True, False):
        print(f"{scenario} {'bare' if bare else 'guarded'}", flush=True)
        reports.append(run_scenario(scenario, root=str(ROOT), bare=bare))
    return [(scenario, bare, guarded) for bare, guarded in zip(reports[0].faults, reports[1].faults, strict=True)]


def count(pairs: list[tuple[str, FaultReport, FaultReport]]) -> int:
    """How many bare runs end as the policy expects of guarded ones."""
    return sum(bare.ok for _, bare, _ in pairs)


def row(scenario: str, bare: FaultReport, guarded: FaultReport) -> str:
    """One line of the table."""
    words = [each.verdict.replace("_", " ") for each in (bare, guarded)]
    why = guarded.because if guarded.verdict == "clear_error" else ""
    return f"| {scenario} | {guarded.fault} | {words[0]} | {words[1]}{'' if guarded.ok else ' (!)'} | {why} |"


if __name__ == "__main__":
    sys.exit(main())
