"""The contract of a cache: what every value keeps, and how a pointer remembers that it does."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from peakguard.kinds.cache.entry import Judged

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet


class Judging:
    """Validates what comes in, and knows which values were validated under just this contract."""

    def __init__(self, policies: PolicySet, contract: str | None) -> None:
        self._policies = policies
        self._contract = contract
        self.now = _judged(policies, contract) if contract is not None else None
        """What a pointer says of a value that keeps the contract as it is now."""

    def validated(self, frame: Any) -> Any:
        """The frame as the contract gives it. Raises ContractViolation."""
        return frame if self._contract is None else self._policies.contract(self._contract).validate(frame)

    def is_known(self, judged: Judged | None) -> bool:
        """Whether a value was judged by just this contract, or there is none."""
        return self.now is None or (judged is not None and judged == self.now)


def _judged(policies: PolicySet, contract: str) -> Judged:
    plan = policies.tables("contract")[contract]
    text = json.dumps(plan, sort_keys=True, separators=(",", ":"), default=str)
    return Judged(contract, str(plan["version"]), hashlib.sha256(text.encode()).hexdigest())
