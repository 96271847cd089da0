"""A sample from a contract to the bytes of a file. Nothing leaves here that the contract itself did not judge."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.contract.compile import compile_document
from peakguard.kinds.contract.model import Contract
from peakguard.kinds.contract.runtime import bind
from peakguard.kinds.contract.sample.candidates import candidates
from peakguard.kinds.contract.sample.draw import draw, possible_count
from peakguard.kinds.contract.sample.subject import Subject, subject_of
from peakguard.language.document import Document
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import write_atomic
from peakguard.runtime.violation import Verdict


class Sample(NamedTuple):
    """The bytes of a file, how many rows it has, and what the contract says of it."""

    data: bytes
    verdict: Verdict


class Maker:
    """Makes samples of one contract in one format: csv, parquet or ndjson. `now` is what `freshness` is measured by."""

    def __init__(self, document: Document[Contract], form: str, now: datetime) -> None:
        self._plan: Mapping[str, Any] = compile_document(document)
        self._contract = bind(self._plan)
        self._subject: Subject = subject_of(document.spec)
        self._form = form
        self._now = now

    def sample(self, count: int, seed: int) -> Sample:
        """Rows that satisfy the contract, as many as it allows nearest to `count`.

        Raises PeakguardError: PG2007 where none are found, PG2009 where the format cannot hold them.
        """
        from peakguard.engines.polars.samples import frame_of

        spec = self._subject.spec
        drawn = draw(self._subject, possible_count(spec, count), self._seed(seed), self._now)
        frame = frame_of(drawn.table.rows, self._plan)
        broken = list(broken_rules(self._contract.inspect(frame, now=self._now)))
        if broken:
            context = {"contract": spec.name, "rule": broken[0], "tries": len(drawn.table.rows)}
            raise PeakguardError(codes.SAMPLE_NOT_FOUND, **context)
        made = self._written(frame)
        broken = list(broken_rules(made.verdict))
        if broken:
            raise self._cannot_hold(f"{broken[0]} does not hold for what is read back")
        return made

    def breaking(self, rule: str, count: int, seed: int) -> Sample:
        """Rows that break one rule, named by its id in a report, and satisfy all others.

        Raises PeakguardError: PG2007 and PG2009 as above, PG2008 where the rule breaks only together with others,
        PG2010 where there is no such rule.
        """
        spec = self._subject.spec
        drawn = draw(self._subject, possible_count(spec, count), self._seed(seed), self._now)
        self._check_known(rule, drawn.table.rows)
        test = self._subject.test(rule)
        rate = test.rate if test is not None else 0.0
        blamed: list[str] = []
        unread: list[str] = []
        for frame in candidates(drawn, rule, self._plan, self._seed(seed), self._now, blamed):
            others = not_alone(self._contract.inspect(frame, now=self._now), rule, rate)
            if others:
                blamed += others
                continue
            made = self._written(frame)
            others = not_alone(made.verdict, rule, rate)
            if not others:
                return made
            unread += others
        if unread:
            raise self._cannot_hold(f"what is read back does not break {rule} alone")
        raise self._not_breakable(rule, most_frequent(each for each in blamed if each != rule))

    def _written(self, frame: Any) -> Sample:
        from peakguard.engines.polars.samples import encode

        try:
            data = encode(frame, self._form, self._plan)
        except ValueError as error:
            raise self._cannot_hold(str(error)) from error
        with tempfile.TemporaryDirectory(prefix="peakguard-") as folder:
            path = os.path.join(folder, f"sample.{self._form}")
            write_atomic(path, data, durability="none")
            return Sample(data, self._contract.inspect_file(path, now=self._now))

    def _check_known(self, rule: str, rows: list[dict[str, Any]]) -> None:
        from peakguard.engines.polars.samples import frame_of

        outcomes = {each.id: each for each in self._contract.inspect(frame_of(rows, self._plan), now=self._now).rules}
        spec = self._subject.spec
        schema = [f"columns.{name}.type" for name in spec.columns]
        schema += [f"columns.{name}.required" for name, column in spec.columns.items() if column.required]
        schema += ["extra_columns"] if spec.extra_columns == "forbid" else []
        known = [*outcomes, *schema]
        if rule not in known:
            data = {"contract": spec.name, "rule": rule, "known": ", ".join(known)}
            raise PeakguardError(codes.RULE_NOT_IN_CONTRACT, suggestion=did_you_mean(rule, known), **data)
        if rule in outcomes and outcomes[rule].state == "skipped":
            raise self._not_breakable(rule, "", reason=outcomes[rule].reason)

    def _not_breakable(self, rule: str, other: str, reason: str | None = None) -> PeakguardError:
        reason = reason or (f"{other} broke too" if other else "no change was found that breaks it")
        return PeakguardError(codes.RULE_NOT_BREAKABLE, contract=self._subject.spec.name, rule=rule, reason=reason)

    def _cannot_hold(self, reason: str) -> PeakguardError:
        context = {"format": self._form, "contract": self._subject.spec.name, "reason": reason}
        return PeakguardError(codes.FORMAT_CANNOT_HOLD, **context)

    def _seed(self, seed: int) -> str:
        return f"{seed}/{self._subject.spec.name}"


def maker(document: Document[Contract], form: str, now: datetime) -> Maker:
    """What makes samples of a contract that `check` found no error in."""
    return Maker(document, form, now)


def broken_rules(verdict: Verdict) -> dict[str, int]:
    """The rules that anything speaks against, tolerated or not, with how much does."""
    found = {}
    for outcome in verdict.rules:
        if outcome.violation is not None:
            found[outcome.id] = len(outcome.violation.rows) or outcome.failed + outcome.unknown
    return found


def not_alone(verdict: Verdict, rule: str, rate: float) -> list[str]:
    """The rules whose outcome is not as it should be; the one to break is among them where it holds."""
    broken = broken_rules(verdict)
    others = [name for name in broken if name != rule]
    return others if broken.get(rule, 0) > rate * (verdict.rows or 1) else [*others, rule]


def most_frequent(names: Iterator[str]) -> str:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda name: counts[name], default="")
