"""Plants every mutant in a copy of the package and runs the tests that must notice; says how many did.

`python -m tests.mutation [ID…] [--class FAULT] [--part PART] [--changed] [--workers N] [--list]` judges mutants by the
tests that are named for each, and keeps in `killed.jsonl` which test caught which. `--changed` takes those whose file,
tests or text are not the ones of the record. `--draw N --seed S` plants N drawn ones and runs the whole gate on each.
Exits 1 unless every mutant is caught.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence

from tests.mutation import record
from tests.mutation.drawing import draw
from tests.mutation.judging import Judged, judge_all
from tests.mutation.mutant import Mutant
from tests.mutation.mutants import MUTANTS

WORKERS = 2


def chosen(options: argparse.Namespace) -> list[Mutant]:
    """The mutants that the command line asks for."""
    known = {each.id for each in MUTANTS}
    if unknown := [each for each in options.ids if each not in known]:
        raise SystemExit(f"no such mutant: {', '.join(unknown)}")
    entries = record.read() if options.changed else {}
    return [
        each
        for each in MUTANTS
        if (not options.ids or each.id in options.ids)
        and (not options.fault or options.fault in each.fault)
        and (not options.part or each.part == options.part)
        and (not options.changed or not record.is_fresh(each, entries))
    ]


def main(arguments: Sequence[str]) -> int:
    """Print a line a mutant as it is judged, and the count."""
    options = _parser().parse_args(arguments)
    mutants = chosen(options)
    if options.list:
        return _show(mutants)
    if options.draw:
        return draw(mutants, options.draw, options.seed)
    started = time.monotonic()
    done: dict[str, Judged] = {}

    def tell(judged: Judged) -> None:
        mutant = judged.mutant
        done[mutant.id] = judged
        if judged.is_caught:
            record.note(record.entry(mutant, judged.killed_by, judged.seconds, judged.seen))
        else:
            record.drop(mutant.id)
        print(f"[{len(done)}/{len(mutants)}] {'caught' if judged.is_caught else 'MISSED'}  {mutant.id}: {mutant.what}")
        print(f"    {judged.problem or judged.killed_by or 'all its tests pass'}  ({judged.seconds:.0f} s)", flush=True)

    judge_all(mutants, options.workers, tell)
    caught = sum(each.is_caught for each in done.values())
    print(f"{caught} of {len(mutants)} mutants caught in {time.monotonic() - started:.0f} s")
    return 0 if caught == len(mutants) else 1


def _show(mutants: Sequence[Mutant]) -> int:
    for each in mutants:
        print(f"{each.id:45} {each.path:30} {each.fault}")
    stable = [each for each in mutants if each.is_of_stability]
    print(f"\n{len(mutants)} mutants, {len(stable)} of them stability faults")
    for count in (Counter(each.part for each in stable), Counter(str(each.fault) for each in stable)):
        print("; ".join(f"{name} {number}" for name, number in sorted(count.items())))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID")
    parser.add_argument("--class", dest="fault", default="", help="only faults of a class, such as durability")
    parser.add_argument("--part", default="", help="only faults of a part of the plan, such as cache")
    parser.add_argument("--changed", action="store_true", help="only what the record does not know in its present text")
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--list", action="store_true", help="list them, run nothing")
    parser.add_argument("--draw", type=int, default=0, metavar="N", help="plant N drawn ones and run the whole gate")
    parser.add_argument("--seed", type=int, default=0, help="what the draw follows from")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
