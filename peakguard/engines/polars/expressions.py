"""The checks of a plan as Polars expressions, and verdicts as counts and rows."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.library import polars
from peakguard.runtime.rows import Rows, Segment

if TYPE_CHECKING:
    import polars as pl

    from peakguard.engines.polars.sessions import Bars


_FEW = 32
"""One row in so many takes as much memory by its number as all rows take by their bits."""


class Counted(NamedTuple):
    """The outcome of a check; `against` are the rows that count against it."""

    passed: int
    failed: int
    unknown: int
    against: Rows


@lru_cache(maxsize=4096)
def expression(text: str) -> Any:
    """The expression that generated text stands for. The text is ours; a policy's own text is never run."""
    code = compile(text, "<peakguard plan>", "eval")
    names = {"pl": polars(), "bars_of": _bars_of, "__builtins__": {}}
    return eval(code, names)  # noqa: S307 # generated from typed IR


def _bars_of(calendar: str, every: int, *, is_daily: bool) -> Bars:
    from peakguard.engines.polars.sessions import bars_of

    return bars_of(calendar, every, is_daily=is_daily)


def form_of(check: Mapping[str, Any], broken: Collection[str]) -> str:
    """Which text to run: without guards where the columns keep their promise to hold neither null nor NaN."""
    return "guarded" if any(name in broken for name in check["reads"]) else "passes"


def verdict_of(texts: Mapping[str, Any], form: str) -> pl.Expr:
    """The verdict on each row: true, false or null."""
    passes: pl.Expr = expression(texts[form])
    if not texts.get("reads", True) or (texts.get("stream") or {}).get("kept"):
        # A rule that reads no column, or only aggregates, is one value to Polars; here it is one for each row.
        passes &= polars().int_range(polars().len()) >= 0
    if texts.get("applies") is None:
        return passes
    # Kleene: a row passes that the rule does not apply to; where that is unknown, so is the row unless it passes.
    applies: pl.Expr = expression(texts["applies"])
    return ~applies | passes


def is_against(check: Mapping[str, Any], failed: int, unknown: int) -> bool:
    """Whether any of the rows counted so speaks against the check."""
    return failed > 0 or (unknown > 0 and check["on_null"] == "fail")


def count(verdicts: pl.Series, check: Mapping[str, Any], excused: Sequence[int] = (), base: int = 0) -> Counted:
    """Three counts, and the rows against the check, numbered from `base`. An excused row counts as passed."""
    if len(excused):
        spared = polars().repeat(value=False, n=len(verdicts), dtype=polars().Boolean, eager=True)
        verdicts |= spared.scatter(list(excused), True) & _against(verdicts, check)
    unknown = verdicts.null_count()
    passed = int(verdicts.sum())
    failed = len(verdicts) - passed - unknown
    if not is_against(check, failed, unknown):
        return Counted(passed, failed, unknown, Rows())
    number = failed + (unknown if check["on_null"] == "fail" else 0)
    if number * _FEW > len(verdicts):
        return Counted(passed, failed, unknown, Rows([segment_of(_against(verdicts, check), base)]))
    # In one query: each waits until the threads that read the next batch have time for it.
    against = ~polars().col("verdict").fill_null(check["on_null"] == "pass")
    rows = verdicts.alias("verdict").to_frame().select(against.arg_true()).to_series()
    return Counted(passed, failed, unknown, Rows([Segment(base, number, array("I", rows.to_list()), None)]))


def _against(verdicts: pl.Series, check: Mapping[str, Any]) -> pl.Series:
    return ~verdicts.fill_null(check["on_null"] == "pass")


def segment_of(mask: pl.Series, base: int) -> Segment:
    """Where a mask without nulls is true, in whichever form is smaller."""
    number = int(mask.sum())
    if number * _FEW <= len(mask):
        return Segment(base, number, array("I", mask.arg_true().to_list()), None)
    return Segment(*_bitmap(mask, base, number))


def _bitmap(mask: pl.Series, base: int, number: int) -> tuple[int, int, None, bytes]:
    """The bits as Arrow holds them, without those of the neighbours that a slice shares its bytes with."""
    bits = mask.rechunk().to_arrow()
    end = bits.offset + len(bits)
    held = bytearray(memoryview(bits.buffers()[1])[bits.offset // 8 : (end + 7) // 8])
    held[0] &= 0xFF << bits.offset % 8 & 0xFF
    held[-1] &= 0xFF >> -end % 8
    return base - bits.offset % 8, number, None, bytes(held)
