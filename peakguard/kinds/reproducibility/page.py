"""`docs/REPRODUCIBILITY.md`: how runs of this program are repeated, as its policy says; and what to type elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from peakguard.kinds.reproducibility.compile import compile_document
from peakguard.kinds.reproducibility.model import Reproducibility
from peakguard.kinds.reproducibility.pinned import variables
from peakguard.language.document import Document
from peakguard.language.markdown import cell, code, inline, table
from peakguard.language.page import Command, Section

_LEVELS = {
    "recorded": "nothing is promised, but the manifest says how a run was made",
    "seeded": "random numbers, hash seed, threads, time zone and locale are the same in every repetition",
    "strict": "so are the time that the program reads, random bytes of the system, and the order of names in folders",
}
_COMMANDS = """\
| command | |
|---|---|
| `peakguard run --seed N -- python PROGRAM …` | run it so that it can be repeated, and record it |
| `peakguard runs ls` | list what was recorded |
| `peakguard replay RUN` | run it again from what was kept: 0 identical, 1 diverged, 2 not replayable |
| `peakguard runs diff A B` | what two runs were given otherwise, and the first thing that they gave otherwise |
| `peakguard determinism -- python PROGRAM …` | change one thing at a time, and name what the result depends on |"""
_LIMITS = """\
- What comes over a network is not recorded: keep it in a file that the program reads.
- Files that libraries read and write on their own (Polars, Arrow) are recorded where `inputs` and `outputs` name them;
  what Python opens is seen anyway.
- The same bits are promised for the same Python, the same packages and the same kind of processor; a repetition
  elsewhere says what is missing.
- Random bytes that are `injected` can be guessed by who knows the seed: never run what makes keys under them."""


def reproducibility(documents: Sequence[Document[Reproducibility]]) -> Iterator[Section]:
    """The whole page; a project has one policy."""
    for document in documents[:1]:
        spec, compiled = document.spec, compile_document(document)
        level = "".join(f"\n- {code(name)}: {says}" for name, says in _LEVELS.items() if _is_within(name, spec.level))
        named = f"Policy {code(spec.name)} {spec.version}." + (
            f" {inline(spec.description)}" if spec.description else ""
        )
        yield Section("", f"{named}\n\nA run must reach the level {code(spec.level)}, or it does not begin:\n{level}")
        pins = [(code(name), code(value)) for name, value in _pins(compiled).items()]
        yield Section("What is the same in every run", table(("what", "value"), pins))
        recorded = [(cell(name), cell(value)) for name, value in _recorded(spec)]
        yield Section("What is recorded", table(("what", "which"), recorded))
        yield Section("Commands", _COMMANDS)
        yield Section("Limits", _LIMITS)


def first_look(documents: Sequence[Document[Reproducibility]]) -> Iterator[Command]:
    """What was recorded, and making it once more."""
    if documents:
        yield Command("peakguard runs ls", "the recorded runs, the latest last")
        yield Command("peakguard replay RUN", "makes a run once more: the fault comes again")


def for_a_code(documents: Sequence[Document[Reproducibility]]) -> Iterator[Command]:
    """What helps with any fault: having it again."""
    if documents:
        yield Command("peakguard replay RUN", "makes the run once more: the fault comes again")


def observability(documents: Sequence[Document[Reproducibility]]) -> Iterator[Section]:
    """What the record of a run tells."""
    if documents:
        says = (
            "Runs with a seed are recorded whole: `peakguard runs show RUN` tells what one was given and what it gave."
        )
        yield Section("Recorded runs", f"{says} See [REPRODUCIBILITY.md](REPRODUCIBILITY.md).")


def stability_testing(documents: Sequence[Document[Reproducibility]]) -> Iterator[Section]:
    """How the promise to give the same is tried."""
    if documents:
        lines = "peakguard replay last\npeakguard determinism -- python PROGRAM"
        says = (
            f"Runs must reach the level {code(documents[0].spec.level)}. The first command repeats the latest recorded "
            "run and compares all that it gave; the second changes one thing at a time, and names what a result "
            "depends on."
        )
        yield Section("The same again", f"{says}\n\n```console\n{lines}\n```")


def _is_within(level: str, wanted: str) -> bool:
    order = list(_LEVELS)
    return order.index(level) <= order.index(wanted)


def _pins(compiled: dict[str, object]) -> dict[str, str]:
    pin = cast("dict[str, object]", compiled["pin"])
    injected = {name: str(pin[name]) for name in ("clock", "entropy", "listing")}
    seeded = ", ".join(cast("list[str]", compiled["globals"])) or "none"
    return {**variables(pin), **injected, "seeded generators": seeded}


def _recorded(spec: Reproducibility) -> list[tuple[str, str]]:
    kept = [("beside the results", ", ".join(spec.record) or "nothing")]
    kept += [("variables", ", ".join(map(code, spec.environment)) or "none")]
    kept += [("inputs", ", ".join([*map(code, spec.inputs), "what Python opens"]))]
    kept += [("outputs", ", ".join([*map(code, spec.outputs), "what Python writes"]))]
    return [*kept, ("contents", f"up to {spec.keep} each; of larger ones the digest")]
