"""`requires: '>=0.4'`: which versions of peakguard understand a file."""

import re
from importlib.metadata import version

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span

_CLAUSE = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]+(?:\.[0-9]+){0,2})\s*", re.ASCII)


def satisfies(requires: str, span: Span) -> list[Diagnostic]:
    """Findings when a requirement is malformed or leaves this peakguard out."""
    here = version("peakguard")
    is_met = holds(requires, here)
    if is_met is None:
        form = "comparisons joined by commas, such as >=0.4,<2"
        return [found(codes.BAD_NAME, span, found=requires, what="version requirement", form=form)]
    return [] if is_met else [found(codes.OTHER_VERSION_REQUIRED, span, requires=requires, version=here)]


def holds(requires: str, here: str) -> bool | None:
    """Whether a version meets a requirement; None for one that is malformed."""
    clauses = [_CLAUSE.fullmatch(clause) for clause in requires.split(",")]
    if not all(clauses):
        return None
    return all(clause and _holds(_numbers(here), clause[1], _numbers(clause[2])) for clause in clauses)


def _numbers(text: str) -> tuple[int, ...]:
    parts = [int(re.match(r"[0-9]*", part)[0] or 0) for part in text.split(".")[:3]]  # type: ignore[index] # `*` always matches
    return tuple(parts + [0] * (3 - len(parts)))


def _holds(here: tuple[int, ...], relation: str, bound: tuple[int, ...]) -> bool:
    match relation:
        case ">=":
            return here >= bound
        case "<=":
            return here <= bound
        case ">":
            return here > bound
        case "<":
            return here < bound
        case "==":
            return here == bound
        case _:
            return here != bound
