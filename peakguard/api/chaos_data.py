"""What changes the frames of a program for a planted fault: the search of `peakguard sample --break`, on real rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet


def breaking(policies: PolicySet) -> Callable[[str, str, int], Callable[[Any], Any]]:
    """For a contract, a rule and a seed: what makes a frame break that rule. The policies are read when first asked."""

    def made(contract: str, rule: str, seed: int) -> Callable[[Any], Any]:
        from peakguard.kinds.contract.sample.given import Changer
        from peakguard.pipeline.bundle import load_bundle
        from peakguard.pipeline.project import find_project

        documents: dict[str, Any] = {
            document.spec.name: document for document in load_bundle(find_project(policies.root)).of_kind("contract")
        }
        changer = Changer(documents[contract], datetime.now(UTC))
        return lambda frame: changer.broken(frame, rule, f"{seed}/{contract}/{rule}")

    return made
