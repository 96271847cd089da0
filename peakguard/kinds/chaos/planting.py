"""A fault as a policy has it -> the fault at work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from peakguard.kinds.chaos.calls import Planted
from peakguard.kinds.chaos.raising import raiser
from peakguard.kinds.chaos.schedule import Schedule

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet

Breaking = Callable[[str, str, int], Callable[[Any], Any]]
"""Gives, for a contract, a rule and a seed, what makes a frame break that rule."""

_DISKS = {
    "full": "has no space left for a file",
    "torn": "fails in the middle of a file",
    "partial": "takes a part of each write of a file",
    "lost": "loses the rest of a file",
}


class Planting:
    """Makes the faults of one scenario. `jump` moves the wall clock by nanoseconds."""

    def __init__(
        self, policies: PolicySet, scenario: str, seed: int, breaking: Breaking, jump: Callable[[int], None]
    ) -> None:
        self._policies, self._scenario, self._seed = policies, scenario, seed
        self._breaking, self._jump = breaking, jump

    def planted(self, name: str, table: Mapping[str, Any]) -> Planted:
        """The fault of a name. Raises LookupError where nobody says which contract it breaks."""
        schedule = Schedule(table["at"], table["times"], f"{self._seed}/{self._scenario}/{name}")
        fault = Planted(name, self._scenario, table["target"] or table["form"], schedule, table["after"], "")
        made: Planted = getattr(self, f"_{table['form']}")(fault, table["what"], table["target"])
        return made

    def _error(self, fault: Planted, what: Mapping[str, Any], _: str | None) -> Planted:
        says, make = raiser(self._policies, "error", what)
        return fault._replace(says=says, act=make)

    def _raises(self, fault: Planted, what: Mapping[str, Any], _: str | None) -> Planted:
        says, make = raiser(self._policies, "raises", what)
        return fault._replace(says=says, act=make)

    def _latency(self, fault: Planted, what: float, _: str | None) -> Planted:
        return fault._replace(says=f"takes {what:g} s longer", seconds=what)

    def _hang(self, fault: Planted, what: float, _: str | None) -> Planted:
        sentence = f"no answer in {what:g} s, as `peakguard chaos` has planted it"
        return fault._replace(says="does not answer", seconds=what, act=lambda: TimeoutError(sentence))

    def _breaks(self, fault: Planted, what: Mapping[str, Any], target: str | None) -> Planted:
        contract = what["contract"] or self._contract_of(target)
        change = self._breaking(contract, what["rule"], self._seed)
        return fault._replace(says=f"gives data that break {contract} {what['rule']}", change=change)

    def _disk(self, fault: Planted, what: Mapping[str, Any], _: str | None) -> Planted:
        return fault._replace(says=_DISKS[what["how"]])

    def _clock(self, fault: Planted, what: Mapping[str, Any], target: str | None) -> Planted:
        says = f"jumps by {what['says']}" if target is None else f"lets the wall clock jump by {what['says']}"
        return fault._replace(says=says, act=lambda: self._jump(what["nanoseconds"]))

    def _kill(self, fault: Planted, what: str, _: str | None) -> Planted:
        says = "kills the worker that calls it" if what == "worker" else "kills a program that was started"
        return fault._replace(says=says, kills=what == "worker")

    def _contract_of(self, target: str | None) -> str:
        """The contract that a binding holds the results of a target to."""
        for table in self._policies.tables("bindings").values():
            for binding in table["bindings"]:
                for value in binding["values"]:
                    if binding["target"] == target and value["part"] in ("returns", "yields") and "contract" in value:
                        return str(value["contract"])
        raise LookupError(f"no binding holds the results of {target} to a contract")
