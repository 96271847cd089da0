"""Mutants that nobody chose: cosmic-ray makes all that it knows of a core module, and a drawn sample is run.

`python -m tests.mutation.score [MODULE…] [--sample N] [--seed S] [--json FILE]`. cosmic-ray finds the places and
changes the text; the tests of the module run in a copy of the repository, as those of the curated corpus do. A mutant
that makes the tests hang counts as killed; one that cannot be imported counts for nothing. What survives is printed as
a diff, to be read: it is a missing test, or a change that means the same.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from peakguard.runtime.fsops import write_atomic
from tests.mutation.mutant import Mutant
from tests.mutation.workspace import REPOSITORY, DidNotRun, Workspace

LONGEST = 60
_OF_RESILIENCE = "tests/unit/resilience"
MODULES: dict[str, tuple[str, ...]] = {
    "peakguard/kinds/resilience/breaker.py": (f"{_OF_RESILIENCE}/test_breaker.py", "tests/property/test_breaker.py"),
    "peakguard/kinds/resilience/retry.py": ("tests/unit/resilience/test_retry.py",),
    "peakguard/kinds/resilience/waits.py": ("tests/unit/resilience/test_waits.py",),
    "peakguard/kinds/resilience/budget.py": (f"{_OF_RESILIENCE}/test_budget.py", f"{_OF_RESILIENCE}/test_retry.py"),
    "peakguard/kinds/cache/age.py": ("tests/unit/cache/test_age.py", "tests/unit/cache/test_cache.py"),
    "peakguard/kinds/cache/key.py": ("tests/unit/cache/test_key.py",),
    "peakguard/runtime/fsops.py": ("tests/unit/runtime/test_fsops.py", "tests/unit/runtime/test_appending.py"),
    "peakguard/runtime/store/store.py": ("tests/unit/runtime/test_store.py",),
    "peakguard/kinds/config/pins.py": ("tests/unit/config/test_registry.py",),
    "peakguard/expression/emit/scalar_ordered.py": ("tests/property/test_agreement_table.py",),
}
"""The core modules and the tests that are theirs."""
_LEFT_OUT = ("core/ReplaceBinaryOperator_BitOr", "core/Variable")
"""`int | None` in an annotation that nothing evaluates is no operation; variables to insert would have to be named."""


class Place(NamedTuple):
    """One change that cosmic-ray knows: the n-th place of an operator in a module."""

    module: str
    operator: str
    occurrence: int


def places(module: str) -> Iterator[Place]:
    """All changes of a module."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast_from_path

    tree = get_ast_from_path(REPOSITORY / module)
    for name in sorted(plugins.operator_names()):
        if not name.startswith(_LEFT_OUT):
            operator = plugins.get_operator(name)()
            count = sum(1 for node in ast_nodes(tree) for _ in operator.mutation_positions(node))
            yield from (Place(module, name, number) for number in range(count))


def changed(place: Place, text: str) -> str | None:
    """The text of the module with the change; None where it is none."""
    from cosmic_ray import plugins
    from cosmic_ray.mutating import mutate_code

    made: str | None = mutate_code(text, plugins.get_operator(place.operator)(), place.occurrence)
    return None if made == text else made


def judge(workspace: Workspace, place: Place, text: str, made: str) -> str:
    """`killed`, `hung`, `broken` (nothing could be collected), or `survived`."""
    mutant = Mutant(f"{place.operator}:{place.occurrence}", "", place.module, text, made, MODULES[place.module])
    with workspace.planted(mutant):
        try:
            return "killed" if workspace.run(mutant.tests, "-x", longest=LONGEST).failed else "survived"
        except DidNotRun as error:
            return "hung" if error.is_hung else "broken"


def score(modules: Sequence[str], sample: int, seed: int) -> Iterator[dict[str, Any]]:
    """What became of the drawn mutants of each module."""
    with tempfile.TemporaryDirectory(prefix="score.") as folder:
        workspace = Workspace(Path(folder))
        try:
            for module in modules:
                text = (REPOSITORY / module).read_text()
                every = list(places(module))
                drawn = random.Random(seed).sample(every, min(sample, len(every)))
                for place in drawn:
                    made = changed(place, text)
                    if made is not None:
                        state = judge(workspace, place, text, made)
                        yield {**place._asdict(), "of": len(every), "state": state, "diff": _diff(text, made)}
        finally:
            workspace.close()


def _diff(text: str, made: str) -> str:
    lines = list(difflib.unified_diff(text.splitlines(), made.splitlines(), lineterm="", n=0))[2:]
    return "\n".join(lines)


def _share(found: Sequence[dict[str, Any]]) -> str:
    fair = [each for each in found if each["state"] != "broken"]
    killed = sum(each["state"] != "survived" for each in fair)
    return f"{killed} of {len(fair)} killed ({killed / max(1, len(fair)):.1%}), {len(found) - len(fair)} broken"


def main(arguments: Sequence[str]) -> int:
    """Print a line a mutant, then the score of each module."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.score", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}")
    parser.add_argument("--sample", type=int, default=30, metavar="N", help="mutants of each module (default: 30)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", metavar="FILE")
    options = parser.parse_args(arguments)
    if unknown := [each for each in options.modules if each not in MODULES]:
        parser.error(f"no core module: {', '.join(unknown)}")
    found = []
    for each in score(options.modules or list(MODULES), options.sample, options.seed):
        found.append(each)
        print(f"{each['state']:9} {each['module']} {each['operator']} {each['occurrence']}", flush=True)
        if each["state"] == "survived":
            print("    " + each["diff"].replace("\n", "\n    "), flush=True)
    for module in dict.fromkeys(each["module"] for each in found):
        ours = [each for each in found if each["module"] == module]
        print(f"{_share(ours)} of a sample of {len(ours)} from {ours[0]['of']} known mutants of {module}")
    print(f"score: {_share(found)}, seed {options.seed}")
    if options.json:
        write_atomic(options.json, json.dumps({"version": 1, "mutants": found}, indent=1).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
