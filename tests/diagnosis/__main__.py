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
from collections.abc import Iterator, Sequence
from pathlib import Path

import peakguard
from peakguard.runtime.fsops import write_atomic
from tests.diagnosis.dying import Printed
from tests.diagnosis.fault import Fault
from tests.diagnosis.faults import FAULTS
from tests.diagnosis.known import MISSING
from tests.diagnosis.marks import NAMES, Diagnosis, Marks, diagnose

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str]) -> int:
    """Print a line a fault, and the counts."""
    parser = argparse.ArgumentParser(prog="python -m tests.diagnosis", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--markdown", action="store_true", help="print the table of docs/diagnosis.md")
    parser.add_argument("--show", action="store_true", help="print what was said, bare and guarded")
    options = parser.parse_args(arguments)
    found = []
    for diagnosis in diagnoses([each for each in FAULTS if not options.ids or each.id in options.ids]):
        found.append(diagnosis)
        if options.markdown:
            continue
        print(
            f"{ticks(diagnosis.bare)}  {ticks(diagnosis.guarded)}  {diagnosis.fault.id:28} {diagnosis.fault.title}",
            flush=True,
        )
        if options.show:
            print(f"--- bare ---\n{diagnosis.said[0]}\n--- guarded ---\n{diagnosis.said[1]}")
    if options.markdown:
        print(table(found))
    print(counts(found))
    if options.json:
        report = {"version": 1, "faults": [each.to_dict() for each in found]}
        write_atomic(options.json, json.dumps(report, indent=1).encode())
    missing = {name for each in found for name in _missing(each)}
    for each in sorted(missing):
        print(f"not named any more: {each}")
    return 1 if missing else 0


def _missing(found: Diagnosis) -> Iterator[str]:
    known, _ = MISSING.get(found.fault.id, (frozenset(), ""))
    for name, is_there in found.guarded._asdict().items():
        if not is_there and name not in known:
            yield f"{found.fault.id}: {name}"


def table(found: Sequence[Diagnosis]) -> str:
    """A row a fault, and the marks of both programs."""
    rows = [
        f"| {each.fault.title} | {each.fault.group} | {marked(each.bare)} | {marked(each.guarded)} |" for each in found
    ]
    return "\n".join(["| fault | of | bare names | guarded names |", "|---|---|---|---|", *rows])


def marked(marks: Marks) -> str:
    """The marks in words."""
    if marks.are_all:
        return "all five"
    return ", ".join(name for name, is_there in zip(NAMES, marks, strict=True) if is_there) or "nothing"


def diagnoses(faults: Sequence[Fault]) -> Iterator[Diagnosis]:
    """Diagnose faults one after the other, under the policies of this repository; waits take no time."""
    with tempfile.TemporaryDirectory(prefix="diagnosis.") as folder:
        policies = peakguard.load(ROOT)
        known: dict[str, Printed] = {}
        for fault in faults:
            yield diagnose(fault, Path(folder) / fault.id, policies, known)


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
