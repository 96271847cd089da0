"""Runs the checks of a plan over an aligned frame: three counts each, and the exact rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.engines.polars.library import polars

if TYPE_CHECKING:
    import polars as pl


class Counted(NamedTuple):
    """The outcome of a check; `against` are the rows that count against it."""

    passed: int
    failed: int
    unknown: int
    against: tuple[int, ...]


def evaluate(frame: pl.DataFrame, checks: Sequence[Mapping[str, Any]]) -> list[Counted]:
    """The outcome of each check, in order. Every column that a check reads must be in the frame."""
    promises = [check for check in checks if check["is_promise"]]
    counted = _rows(frame, promises, frozenset())
    broken = frozenset(name for check in promises if counted[check["id"]].against for name in check["reads"])
    counted |= _rows(frame, [each for each in checks if each["form"] == "row" and not each["is_promise"]], broken)
    return [
        counted[check["id"]] if check["id"] in counted else _dataset(frame, check, _text(check, broken))
        for check in checks
    ]


def _rows(frame: pl.DataFrame, checks: Sequence[Mapping[str, Any]], broken: frozenset[str]) -> dict[str, Counted]:
    verdicts = frame.select(_verdict(check, _text(check, broken)).alias(check["id"]) for check in checks)
    return {check["id"]: _count(verdicts[check["id"]], check) for check in checks}


def _text(check: Mapping[str, Any], broken: frozenset[str]) -> str:
    """The text to run: without guards where the columns keep their promise to hold neither null nor NaN."""
    text: str = check["passes"] if broken.isdisjoint(check["reads"]) else check["guarded"]
    return text


def without_rows(counted: Counted, rows: Collection[int]) -> Counted:
    """The same outcome where some rows do not speak against the check; those that failed count as passed."""
    against = tuple(row for row in counted.against if row not in rows)
    spared = len(counted.against) - len(against)
    failed = min(spared, counted.failed)
    return Counted(counted.passed + spared, counted.failed - failed, counted.unknown - spared + failed, against)


def expression(text: str) -> Any:
    """The expression that generated text stands for. The text is ours; a policy's own text is never run."""
    return eval(_compiled(text), {"pl": polars(), "__builtins__": {}})  # noqa: S307 # generated from typed IR


@lru_cache(maxsize=4096)
def _compiled(text: str) -> CodeType:
    return compile(text, "<peakguard plan>", "eval")


def _verdict(check: Mapping[str, Any], text: str) -> pl.Expr:
    passes: pl.Expr = expression(text)
    if check["applies"] is None:
        return passes
    # Kleene: a row passes that the rule does not apply to; where that is unknown, so is the row unless it passes.
    applies: pl.Expr = expression(check["applies"])
    return ~applies | passes


def _count(verdicts: pl.Series, check: Mapping[str, Any]) -> Counted:
    unknown = verdicts.null_count()
    passed = int(verdicts.sum())
    failed = len(verdicts) - passed - unknown
    if not failed and not (unknown and check["on_null"] == "fail"):
        return Counted(passed, failed, unknown, ())
    against = ~verdicts.fill_null(check["on_null"] == "pass")
    return Counted(passed, failed, unknown, tuple(against.arg_true().to_list()))


def _dataset(frame: pl.DataFrame, check: Mapping[str, Any], text: str) -> Counted:
    """A check of the whole frame, or of each group; a group that fails is named by its first row."""
    verdict = expression(text).alias("verdict")
    numbered = frame.with_row_index("__row")
    if check["within"]:
        first = polars().col("__row").first()
        outcome = numbered.group_by(check["within"], maintain_order=True).agg(verdict, first)
    else:
        outcome = numbered.select(verdict, polars().lit(0).alias("__row"))
    counted = _count(outcome["verdict"], check)
    return counted._replace(against=tuple(outcome["__row"][index] for index in counted.against))
