"""Rules that call a function of the operator: what it is given, and what may come back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from peakguard.engines.polars.evidence import missing
from peakguard.engines.polars.expressions import Counted
from peakguard.engines.polars.library import polars
from peakguard.engines.polars.tier_two import Tallied
from peakguard.runtime.named import named
from peakguard.runtime.violation import Example

if TYPE_CHECKING:
    import polars as pl


class Called:
    """One rule. Whatever is wrong with its function becomes a `problem`, and from then on it is not called again."""

    def __init__(self, check: Mapping[str, Any], key: Sequence[str], examples: int) -> None:
        self.check = check
        self.problem: str | None = None
        self._function: Callable[[Any], Any] | None = None
        self._tallied = Tallied(check, key, examples)
        self._columns = list(dict.fromkeys([*check["reads"], *key]))
        self._kept: list[pl.DataFrame] = []
        self._excused: list[int] = []
        self._height = 0

    def take(self, frame: pl.DataFrame, excused: Sequence[int]) -> None:
        """The next rows: judged at once with `per: batch`, else kept until all are there."""
        if self.check["per"] == "batch":
            self._judge(frame, excused, self._height)
        else:
            self._kept.append(frame.select(name for name in self._columns if name in frame.columns))
            self._excused += [row + self._height for row in excused]
        self._height += frame.height

    def outcome(self) -> Counted:
        """The counts over all rows, zero where there is a problem."""
        if self._kept:
            self._judge(polars().concat(self._kept), self._excused, 0)
            self._kept = []
        return self._tallied.outcome()

    @property
    def examples(self) -> tuple[Example, ...]:
        """The first rows against the rule, with what it reads."""
        return tuple(self._tallied.examples)

    def _judge(self, frame: pl.DataFrame, excused: Sequence[int], base: int) -> None:
        if self.problem is not None or not frame.height:
            return
        verdicts = self._verdicts(frame.select(self.check["reads"]))
        if verdicts is not None:
            self._tallied.faulty(frame, verdicts, excused, base)

    def _verdicts(self, frame: pl.DataFrame) -> pl.Series | None:
        try:
            if self._function is None:
                self._function = named(self.check["call"])
            made = self._function(frame)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 # panics of Polars and SystemExit are no Exceptions
            text = str(error).splitlines()
            self.problem = f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
            return None
        verdicts = _as_bools(made)
        if verdicts is None:
            self.problem = f"it gave back {_shown(made)}, not a Series or an array of bool"
        elif len(verdicts) != frame.height:
            self.problem = f"it gave back {len(verdicts)} values for {frame.height} rows"
            return None
        return verdicts


def calls_of(plan: Mapping[str, Any], absent: Mapping[str, str], examples: int) -> list[Called]:
    """The rules of a plan that call a function, are on, and have all their columns."""
    asked = [check for check in plan["calls"] if check["mode"] != "off" and missing(check, absent) is None]
    return [Called(check, plan["key"], examples) for check in asked]


def _as_bools(made: Any) -> pl.Series | None:
    """A Series of bool; None for what is none. Of a missing value nothing is known."""
    library = polars()
    if not isinstance(made, library.Series):
        if not _is_array(made):
            return None
        try:
            made = library.Series("verdict", made)
        except (TypeError, ValueError, library.exceptions.PolarsError):
            return None
    if made.dtype == library.Null:
        made = made.cast(library.Boolean)
    return made if made.dtype == library.Boolean else None


def _is_array(made: Any) -> bool:
    """A list, or an array of NumPy, Arrow or pandas: who made one has imported its library."""
    kinds = [("numpy", "ndarray"), ("pyarrow", "Array"), ("pyarrow", "ChunkedArray"), ("pandas", "Series")]
    arrays = [getattr(sys.modules[module], name) for module, name in kinds if module in sys.modules]
    return isinstance(made, (list, *arrays))


def _shown(made: Any) -> str:
    library = polars()
    return f"a Series of {made.dtype}" if isinstance(made, library.Series) else f"a value of type {type(made).__name__}"
