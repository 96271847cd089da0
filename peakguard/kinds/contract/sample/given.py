"""A frame that is given, changed so that it breaks one rule of its contract and no other, for planted faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from peakguard.diagnostics import codes
from peakguard.kinds.contract.compile import compile_document
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.runtime import bind
from peakguard.kinds.contract.sample.candidates import candidates
from peakguard.kinds.contract.sample.draw import Drawn
from peakguard.kinds.contract.sample.made import most_frequent, not_alone
from peakguard.kinds.contract.sample.subject import Subject, subject_of
from peakguard.kinds.contract.sample.table import Table
from peakguard.kinds.contract.sample.values import Cells
from peakguard.kinds.contract.sample.walk import Walker
from peakguard.kinds.contract.sample.whole import new_source
from peakguard.language.document import Document
from peakguard.runtime.errors import PeakguardError


class Changer:
    """Changes frames of one contract. `now` is what `freshness` is measured by."""

    def __init__(self, document: Document[Contract], now: datetime) -> None:
        self._plan: Mapping[str, Any] = compile_document(document)
        self._contract = bind(self._plan)
        self._subject: Subject = subject_of(document.spec)
        self._now = now

    def broken(self, frame: Any, rule: str, seed: str) -> Any:
        """The frame, in the library it came in, with as few values changed as it takes to break one rule.

        Raises ContractViolation for a frame that breaks the contract already, PeakguardError: PG2006 for what is no
        frame, PG2008 where no change was found that breaks the rule alone.
        """
        from peakguard.engines.polars.frames import to_polars

        data, back = to_polars(frame, [name for column in self._plan["columns"] for name in column["names"]])
        self._contract.validate(data, now=self._now)
        test = self._subject.test(rule)
        blamed: list[str] = []
        for candidate in self._candidates(data, rule, seed, blamed):
            changed = back(self._as_given(data, candidate))
            others = not_alone(self._contract.inspect(changed, now=self._now), rule, test.rate if test else 0.0)
            if not others:
                return changed
            blamed += others
        other = most_frequent(each for each in blamed if each != rule)
        reason = f"{other} broke too" if other else "no change was found that breaks it"
        raise PeakguardError(codes.RULE_NOT_BREAKABLE, contract=self._contract.name, rule=rule, reason=reason)

    def _candidates(self, data: Any, rule: str, seed: str, blamed: list[str]) -> Iterator[Any]:
        spec = self._subject.spec
        if rule == "rows" and spec.rows is not None and spec.rows.min:
            yield data.head(spec.rows.min - 1)
            return
        yield from candidates(self._drawn(data, seed), rule, self._plan, seed, self._now, blamed)

    def _drawn(self, data: Any, seed: str) -> Drawn:
        """The rows of the data as if they had been drawn."""
        from peakguard.engines.polars.rows import canonical_rows

        aligned, _ = self._contract.aligned(data, is_text=False)
        table = Table(self._subject, canonical_rows(aligned))
        spec = self._subject.spec
        cells = {
            name: Cells(declared, self._subject.columns[name], f"{seed}/{name}", is_varied=True)
            for name, declared in spec.columns.items()
        }
        fixed = {name for each in (spec.order, spec.cadence) if each is not None for name in each.within}
        fixed |= {spec.order.by} if spec.order is not None else set()
        fixed |= {spec.cadence.column} if spec.cadence is not None else set()
        return Drawn(table, Walker(table, cells, new_source(f"{seed} walk"), frozenset(fixed)))

    def _as_given(self, data: Any, candidate: Any) -> Any:
        """The candidate under the names and types of the data; columns that the contract does not know stay."""
        from peakguard.engines.polars.samples import like

        names = {name: column["names"][0] for column in self._plan["columns"] for name in column["names"]}
        return like(data, candidate, names, self._plan)
