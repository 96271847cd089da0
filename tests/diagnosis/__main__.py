"""Runs every planted fault bare and guarded, and prints what its first error alone says.

`python -m tests.diagnosis [ID…] [--json FILE] [--markdown] [--show]`: the five marks are the code, file and line, the
offending value, the id of the run, and a hint that mends it. Exits 1 where a guarded error lacks one that is not
known to lack it (`known.py`).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import peakguard
from peakguard.runtime.fsops import write_atomic
from tests.diagnosis.faults import FAULTS
from tests.diagnosis.marks import NAMES, Diagnosis, Marks, diagnose

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str]) -> int:
    """Print a line a fault, and the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.diagnosis", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--show", action="store_true", help="print what was said, bare and guarded")
    options = parser.parse_args(arguments)
    found = []
    for diagnosis in diagnoses([each for each in FAULTS if not options.ids or each.id in options.ids]):
        found.append(diagnosis)
        print(
            f"{ticks(diagnosis.bare)}  {ticks(diagnosis.guarded)}  {diagnosis.fault.id:28} {diagnosis.fault.title}",
            flush=True,
        )
        if options.show:
            print(f"--- bare ---\n{diagnosis.said[0]}\n--- guarded ---\n{diagnosis.said[1]}")
    print(counts(found))
    if options.json:
        report = {"version": 1, "faults": [each.to_dict() for each in found]}
        write_atomic(options.json, json.dumps(report, indent=1).encode())
    return 0


def diagnoses(faults: Sequence[object]):  # noqa: ANN201
    """Diagnose faults one after the other, under the policies of this repository; waits take no time."""
    with tempfile.TemporaryDirectory(prefix="diagnosis.") as folder:
        policies = peakguard.load(ROOT)
        for fault in faults:
            yield diagnose(fault, Path(folder) / fault.id, policies)


def ticks(marks: Marks) -> str:
    """The first letters of the marks that are there: code, place, value, run, hint."""
    return "".join(name[0] if mark else "-" for name, mark in zip(NAMES, marks, strict=True))


def counts(found: Sequence[Diagnosis]) -> str:
    """How many errors have each mark, and all of them."""
    lines = []
    for kind in ("bare", "guarded"):
        marks: list[Marks] = [getattr(each, kind) for each in found]
        each = ", ".join(f"{name} {sum(mark[at] for mark in marks)}" for at, name in enumerate(NAMES))
        lines.append(f"{kind:8} {sum(mark.are_all for mark in marks)} of {len(found)} name all five: {each}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
