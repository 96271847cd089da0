"""`docs/REPRODUCIBILITY.md`: how runs of this program are repeated, as its policy says."""

from __future__ import annotations

from typing import cast

from peakguard.kinds.reproducibility.compile import compile_document
from peakguard.kinds.reproducibility.model import Reproducibility
from peakguard.kinds.reproducibility.pinned import variables
from peakguard.language.document import Document
from peakguard.pipeline.bundle import Bundle
from peakguard.render.markdown import cell, code, inline

_NOTICE = "<!-- Generated from the reproducibility policy by `peakguard docs`; do not edit. -->"
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


def reproducibility_page(bundle: Bundle) -> str | None:
    """The whole document, which ends with one line break; None where no policy asks for it."""
    found = next(iter(bundle.of_kind("reproducibility")), None)
    if found is None:
        return None
    document = cast("Document[Reproducibility]", found)
    spec, table = document.spec, compile_document(document)
    level = "".join(f"\n- {code(name)}: {says}" for name, says in _LEVELS.items() if _is_within(name, spec.level))
    parts = [
        "# Reproducibility",
        _NOTICE,
        f"Policy {code(spec.name)} {spec.version}." + (f" {inline(spec.description)}" if spec.description else ""),
        f"A run must reach the level {code(spec.level)}, or it does not begin:\n{level}",
        "## What is the same in every run",
        _rows([(code(name), code(value)) for name, value in _pins(table).items()], "what", "value"),
        "## What is recorded",
        _rows(_recorded(spec), "what", "which"),
        "## Commands",
        _COMMANDS,
        "## Limits",
        _LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _is_within(level: str, wanted: str) -> bool:
    order = list(_LEVELS)
    return order.index(level) <= order.index(wanted)


def _pins(table: dict[str, object]) -> dict[str, str]:
    pin = cast("dict[str, object]", table["pin"])
    injected = {name: str(pin[name]) for name in ("clock", "entropy", "listing")}
    seeded = ", ".join(cast("list[str]", table["globals"])) or "none"
    return {**variables(pin), **injected, "seeded generators": seeded}


def _recorded(spec: Reproducibility) -> list[tuple[str, str]]:
    kept = [("beside the results", ", ".join(spec.record) or "nothing")]
    kept += [("variables", ", ".join(map(code, spec.environment)) or "none")]
    kept += [("inputs", ", ".join([*map(code, spec.inputs), "what Python opens"]))]
    kept += [("outputs", ", ".join([*map(code, spec.outputs), "what Python writes"]))]
    return [*kept, ("contents", f"up to {spec.keep} each; of larger ones the digest")]


def _rows(rows: list[tuple[str, str]], *head: str) -> str:
    lines = [f"| {' | '.join(head)} |", "|---|---|"]
    return "\n".join([*lines, *(f"| {cell(name)} | {cell(value)} |" for name, value in rows)])
