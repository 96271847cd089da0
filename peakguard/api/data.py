"""`validate` and `collect_violations` with the project's own policies."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from peakguard.api.policies import default_policies

if TYPE_CHECKING:
    from peakguard.runtime.violation import Violation


def validate(
    frame: Any, contract: str, *, references: Mapping[str, Any] | None = None, now: datetime | None = None
) -> Any:
    """The frame under the names and types of a contract; Polars, pandas or Arrow, in and out.

    Raises ContractViolation exactly when `collect_violations` would return something, and
    PeakguardError (PG2005) where there is no such contract. `references` gives the data of the contracts
    that this one refers to, by their names; `now` stands for the time of the call.
    """
    return default_policies().contract(contract).validate(frame, references=references, now=now)


def collect_violations(
    frame: Any, contract: str, *, references: Mapping[str, Any] | None = None, now: datetime | None = None
) -> tuple[Violation, ...]:
    """What `validate` would raise, one entry a rule; empty when it would not."""
    return default_policies().contract(contract).collect_violations(frame, references=references, now=now)
