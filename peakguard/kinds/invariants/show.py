"""The expressions of invariants, for `peakguard show`."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.expression import compile_text
from peakguard.kinds.invariants.model import Invariants
from peakguard.kinds.invariants.monitor_text import monitor_text
from peakguard.kinds.invariants.scope import scope_of
from peakguard.kinds.invariants.watched import AT_END, halts, texts, watched
from peakguard.language.document import Document
from peakguard.language.shown import Shown


def program(document: Document[Invariants]) -> str:
    """The function that runs at every step."""
    spec = document.spec
    return monitor_text(scope_of(spec).columns, watched(spec), halts=halts(spec), keep=spec.keep).text


def show(document: Document[Invariants]) -> Iterator[Shown]:
    """Every expression that is sound, as it is written; `when` and `expect` have their key behind the id."""
    spec = document.spec
    for path, text in texts(spec):
        typed, _ = compile_text(text, scope_of(spec), bounded=False)
        if typed is None:
            continue
        part, name, key = map(str, path)
        within = spec.invariants[name].within if part != AT_END else ()
        yield Shown(
            id=f"{part}.{name}" + (f".{key}" if key in ("when", "expect") else ""),
            text=text,
            span=document.span(*path),
            typed=typed,
            is_dataset=False,
            relation=spec.name.replace(".", "_").replace("-", "_"),
            within=within,
            order=("step",),
        )
