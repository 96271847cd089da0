"""The faults of a scenario at work in one process: put on, and taken off again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from peakguard.kinds.chaos.calls import Planted
from peakguard.kinds.chaos.clock import JumpingClock
from peakguard.kinds.chaos.disk import Bounded, FailingDisk, is_like, named
from peakguard.kinds.chaos.ledger import Ledger
from peakguard.kinds.chaos.placing import Placing
from peakguard.kinds.chaos.planting import Breaking, Planting

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet


class Plot:
    """The faults of some names of one scenario, whose notes go to a folder. `breaking` makes what changes frames.

    A fault that cannot be made, such as one of an exception that is nowhere, raises; it is only written down where
    `is_strict` is false.
    """

    def __init__(
        self,
        policies: PolicySet,
        scenario: Mapping[str, Any],
        names: Sequence[str],
        seed: int,
        folder: str,
        breaking: Breaking,
        *,
        is_strict: bool = True,
    ) -> None:
        self.ledger = Ledger(folder)
        self._clock: JumpingClock | None = None
        self._disk: FailingDisk | None = None
        self._popen: Any = None
        self._jumps: list[Planted] = []
        self._disks: list[tuple[Planted, Mapping[str, Any]]] = []
        self._kills: list[Planted] = []
        planting = Planting(policies, scenario["name"], seed, breaking, self._jump)
        by_target: dict[str, list[Planted]] = {}
        for name in names:
            table = scenario["faults"][name]
            try:
                fault = planting.planted(name, table)
            except Exception as error:
                if is_strict:
                    raise
                problem = f"it cannot be planted: {type(error).__name__}: {error}"
                self.ledger.note(event="failed", fault=name, problem=problem)
                continue
            self._sort(fault, table, by_target)
        self._placing = Placing(by_target, self.ledger)

    def put_on(self) -> None:
        """Put everything on. Nothing is on where this raises."""
        try:
            self._placing.put_on()
            if self._clock is not None:
                self._clock.put_on()
            if self._disks:
                self._disk = FailingDisk(self._bound_of)
                self._disk.put_on()
            if self._kills:
                self._kill_programs()
        except BaseException:
            self.take_off()
            raise

    def on_main(self, module: ModuleType) -> bool:
        """Put on what meets functions of the program itself; tells whether all of it is on."""
        return self._placing.on_main(module)

    def take_off(self) -> None:
        """Leave the process as it was."""
        self._placing.take_off()
        if self._clock is not None:
            self._clock.take_off()
        if self._disk is not None:
            self._disk.take_off()
        if self._popen is not None:
            popen: Any = subprocess.Popen
            popen.__init__ = self._popen
            self._popen = None
        self.ledger.close()

    def _sort(self, fault: Planted, table: Mapping[str, Any], by_target: dict[str, list[Planted]]) -> None:
        """Put a fault to those of its kind."""
        if table["form"] == "clock":
            self._clock = self._clock or JumpingClock(self._read)
        if table["target"] is not None:
            by_target.setdefault(table["target"], []).append(fault)
        elif table["form"] == "clock":
            self._jumps.append(fault)
        elif table["form"] == "disk":
            self._disks.append((fault, table["what"]))
        else:
            self._kills.append(fault)

    def _jump(self, nanoseconds: int) -> None:
        if self._clock is not None:
            self._clock.offset_ns += nanoseconds

    def _read(self) -> None:
        """The wall clock is read."""
        for fault in self._jumps:
            number = fault.meets(self.ledger)
            if number is not None and fault.act is not None:
                fault.note(self.ledger, number)
                fault.act()

    def _bound_of(self, path: str) -> Bounded | None:
        """How a file that is opened for writing fails; what we write down ourselves never does."""
        if os.path.realpath(path).startswith(self.ledger.folder + os.sep):
            return None
        for fault, what in self._disks:
            number = fault.meets(self.ledger) if is_like(path, tuple(what["paths"]), os.getcwd()) else None
            if number is not None:
                says = f"{fault.says}, {os.path.basename(named(path))}"
                return Bounded(what["how"], what["room"], partial(fault.note, self.ledger, number, says))
        return None

    def _kill_programs(self) -> None:
        popen: Any = subprocess.Popen
        self._popen = started = popen.__init__

        def start(process: Any, *args: Any, **options: Any) -> None:
            started(process, *args, **options)
            for fault in self._kills:
                number = fault.meets(self.ledger)
                if number is not None:
                    fault.note(self.ledger, number)
                    process.kill()

        popen.__init__ = start
