"""`peakguard chaos`: a program under planted faults, and what became of it beside a run without any."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from peakguard.api.chaos_runs import Runs
from peakguard.api.policies import load
from peakguard.api.processes import path_with_us
from peakguard.diagnostics import codes
from peakguard.diagnostics.wording import did_you_mean
from peakguard.kinds.chaos.judging import Ran, differences, verdict
from peakguard.kinds.chaos.permission import PROFILE, permitted
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.mode import environment_mode
from peakguard.runtime.policy_set import PolicySet

TOGETHER = "all"
"""What the run under all faults is called."""


class FaultReport(NamedTuple):
    """What became of the program under one fault, or under all.

    `verdict` is `absorbed`, `clear_error`, `unclear_error`, `wrong_result`, `hang` or `not_reached`; `because` says
    what it is founded on. `injected` says for each time the fault came what, where, at which call, after how many
    seconds and in which run. `left` says what the outputs are: `right`, `before` (as the run found them) or `other`.
    """

    fault: str
    expected: tuple[str, ...]
    verdict: str
    because: str
    injected: tuple[Mapping[str, Any], ...]
    left: str
    exit_code: int | None
    seconds: float
    run_id: str | None
    repeat: str

    @property
    def ok(self) -> bool:
        """Whether it is as expected. A fault that never came is not."""
        return self.verdict in self.expected


class ScenarioReport(NamedTuple):
    """What became of a program under a scenario. `observed` says that its policy only observes."""

    scenario: str
    origin: str
    command: str
    seed: int
    profile: str
    bare: bool
    observed: bool
    reference_seconds: float
    outputs: tuple[str, ...]
    faults: tuple[FaultReport, ...]

    @property
    def ok(self) -> bool:
        """Whether every fault ended as its policy expects."""
        return all(each.ok for each in self.faults)

    def to_json(self) -> dict[str, Any]:
        """Everything, as values of JSON."""
        faults = [{**each._asdict(), "expected": list(each.expected), "ok": each.ok} for each in self.faults]
        return {"version": 1, **self._asdict(), "outputs": list(self.outputs), "faults": faults, "ok": self.ok}


def run_scenario(
    scenario: str,
    command: Sequence[str] = (),
    *,
    root: str | None = None,
    seed: int | None = None,
    timeout: float | None = None,
    fault: str | None = None,
    bare: bool = False,
    told: Callable[[str], object] | None = None,
) -> ScenarioReport:
    """Run a program under the faults of a scenario: without any, under each alone, under all; or under one `fault`.

    `command` is run where the caller is; without it the scenario's own, from the root. `timeout` is in seconds, for
    each run. `bare` takes the guards off, as PEAKGUARD_MODE=off does. `told` hears what is tried. Files of `outputs`
    and `restores` are as before when it returns. Raises PolicyError for a project with errors, PeakguardError: PG2130
    in a profile that the policy does not name, PG2132 where the program fails or differs without any fault, PG2133 for
    an unknown scenario or fault, and where there is no command.
    """
    policies = load(root)
    table, found = find_scenario(policies, scenario)
    # A program that was told no profile is told that it is in a test.
    profile = permitted(table, scenario, os.environ.get(PROFILE) or table["profiles"][0])
    names = faults_of(found, fault)
    home = policies.root or os.getcwd()
    words, place = (list(command), os.getcwd()) if command else (shlex.split(found["command"] or ""), home)
    if not words:
        raise _unknown(f"scenario `{scenario}` names no `command`, and none was given", "", [])
    seed = seed if seed is not None else found["seed"] or 0
    bare = bare or environment_mode() == "off"
    orders = {"policy": table["name"], "scenario": scenario, "seed": seed, "bare": bare}
    environment = _environment(profile, ours=not command)
    with TemporaryDirectory(prefix="peakguard-chaos-") as folder:
        patience = timeout if timeout is not None else found["timeout"]
        runs = Runs(home, place, words, found, orders, environment, patience, folder)
        trial = _Trial(runs, found, shlex.join(words), seed, told, scenario, bare=bare, given=bool(command))
        try:
            reference, reports = trial.made(names)
        finally:
            runs.restore()
    return ScenarioReport(
        scenario, found["origin"], shlex.join(words), seed, profile, bare, table["mode"] == "observe",
        reference.seconds, tuple(reference.outputs), reports,
    )  # fmt: skip # fields in their order


def _environment(profile: str, *, ours: bool) -> dict[str, str]:
    """What a run finds; where a policy says `python`, it is the one that peakguard is installed for."""
    environment = {**os.environ, PROFILE: profile}
    return {**environment, "PATH": path_with_us()} if ours else environment


class _Trial:
    """The runs of a scenario in their order, each judged."""

    def __init__(
        self, runs: Runs, table: Mapping[str, Any], command: str, seed: int, told: Callable[[str], object] | None,
        scenario: str, *, bare: bool, given: bool,
    ) -> None:  # fmt: skip # one line each would be longer
        self._runs, self._table, self._command, self._told = runs, table, command, told
        self._repeat = f"peakguard chaos {scenario} --seed {seed}" + (" --bare" if bare else "")
        self._words = f" -- {command}" if given else ""

    def made(self, names: Sequence[str]) -> tuple[Ran, tuple[FaultReport, ...]]:
        """The reference, and a report for each fault; more than one are tried together too."""
        reference = self._reference("without faults")
        reports = [self._report(reference, name, (name,), (self._table["faults"][name]["expect"],)) for name in names]
        if len(names) > 1:
            reports.append(self._report(reference, TOGETHER, names, tuple(self._table["together"])))
        if any(each.verdict == "wrong_result" for each in reports):
            # A program that never gives the same would look like that.
            different = differences(reference, self._reference("without faults again"))
            if different:
                raise self._failed(f"gives other {', '.join(different)} each time")
        return reference, tuple(reports)

    def _reference(self, what: str) -> Ran:
        self._tell(what)
        ran = self._runs.under(())
        if ran.exit_code is None:
            raise self._failed(f"had not ended after {ran.seconds:.3g} s")
        if ran.exit_code != 0:
            lines = ran.stderr.strip().splitlines()
            last = next((line for line in lines if line.startswith(("error[", "peakguard:"))), (lines or [""])[-1])
            raise self._failed(f"ends with exit code {ran.exit_code}" + (f": {last}" if last else ""))
        if self._table["outputs"] and not ran.outputs:
            raise self._failed(f"leaves no file that {', '.join(self._table['outputs'])} names")
        return ran

    def _report(self, reference: Ran, name: str, faults: Sequence[str], expected: tuple[str, ...]) -> FaultReport:
        self._tell(name)
        ran = self._runs.under(faults)
        word, because = verdict(reference, ran)
        only = f" --fault {name}" if name != TOGETHER else ""
        return FaultReport(
            name, expected, word, because, tuple(ran.injected), self._runs.left(reference, ran), ran.exit_code,
            ran.seconds, ran.run_id, f"{self._repeat}{only}{self._words}",
        )  # fmt: skip # fields in their order

    def _tell(self, what: str) -> None:
        if self._told is not None:
            self._told(what)

    def _failed(self, problem: str) -> PeakguardError:
        return PeakguardError(codes.CHAOS_REFERENCE_FAILED, command=self._command, problem=problem)


def find_scenario(policies: PolicySet, name: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The policy of a scenario, and the scenario. Raises PeakguardError (PG2133) where there is none."""
    tables = policies.tables("chaos").values()
    for table in tables:
        if name in table["scenarios"]:
            return table, table["scenarios"][name]
    raise _unknown(f"there is no scenario `{name}`", name, [each for table in tables for each in table["scenarios"]])


def faults_of(table: Mapping[str, Any], only: str | None) -> list[str]:
    """All faults of a scenario, or the one that is named. Raises PeakguardError (PG2133) where there is none."""
    if only is None:
        return list(table["order"])
    if only not in table["faults"]:
        raise _unknown(f"scenario `{table['name']}` has no fault `{only}`", only, list(table["faults"]))
    return [only]


def _unknown(problem: str, name: str, known: list[str]) -> PeakguardError:
    data = {"known": ", ".join(sorted(known)) or "none", "suggestion": did_you_mean(name, known) if name else ""}
    return PeakguardError(codes.SCENARIO_UNKNOWN, problem=problem, **data)
