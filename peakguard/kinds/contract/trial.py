"""A few rows judged in every way that data are: as a file that fits into memory, and in batches as they come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from peakguard.kinds.contract.outcome import verdict_of
from peakguard.kinds.contract.settle import refusing
from peakguard.runtime.violation import Verdict


class Trial(NamedTuple):
    """Both verdicts, the rows under the names and types of the contract, and what `validate` would do with them.

    `raises` is the code of the error, None where the data are taken; `dropped` are rows that are left out.
    `exempted` are rules from which some row may be exempt.
    """

    whole: Verdict
    in_batches: Verdict
    frame: Any
    raises: str | None
    is_refused: bool
    dropped: frozenset[int]
    exempted: frozenset[str]


def try_file(plan: Mapping[str, Any], path: str, now: datetime, references: Mapping[str, Any]) -> Trial:
    """Judge a file. `references` are the plans and files of other contracts, as an engine takes them.

    All rows are looked at, also where the contract samples them. Raises PeakguardError for a file that cannot be read.
    """
    from peakguard.engines.polars.engine import Engine

    whole_plan = {**plan, "sample": None, "checks": [{**check, "sampled": False} for check in plan["checks"]]}
    engine = Engine(whole_plan)
    how: Any = {"examples": 3, "today": now.date().isoformat(), "others": references}
    evidence = engine.file(path, **how)
    verdict = verdict_of(whole_plan, evidence, now)
    batched = verdict_of(whole_plan, engine.file(path, in_batches=True, **how), now)
    assert evidence.aligned is not None
    refused = refusing(verdict, plan["on_violation"])
    code = next((each.error for each in refused if each.error), None) or plan["error"] if refused else None
    left_out = () if refused or not verdict.is_enforced else verdict.violations
    dropped = frozenset(row for violation in left_out for row in violation.rows)
    exempted = frozenset(f"rules.{rule}" for rule, _, until in plan["exempt"] if until >= how["today"])
    return Trial(verdict, batched, evidence.aligned.frame, code, bool(refused), dropped, exempted)
