"""The faults that meet the calls of one target, as a layer right around the function: guards stand outside of it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from peakguard.kinds.chaos.ledger import Ledger
from peakguard.kinds.chaos.schedule import Schedule
from peakguard.runtime.async_library import running_trio
from peakguard.runtime.events import emit
from peakguard.runtime.guarding.flavour import flavour_of
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.writing import Wrapper, wrap

_RAISED = ("if {problem} is not None:", "    raise {problem}")


class Planted(NamedTuple):
    """One fault at work; `says` is what it does, in words.

    `seconds` is how long it keeps the call, `act` does something or makes what the call raises, `change` makes another
    result of its own; `kills` says that the process dies, where it is a worker.
    """

    name: str
    scenario: str
    place: str
    schedule: Schedule
    after: float
    says: str
    seconds: float = 0.0
    act: Callable[[], BaseException | None] | None = None
    change: Callable[[Any], Any] | None = None
    kills: bool = False

    def meets(self, ledger: Ledger, call: int | None = None) -> int | None:
        """The number of this call where the fault meets it; `call` is the number that others have counted already."""
        if self.after and ledger.elapsed() < self.after:
            return None
        if call is None or self.after:
            call = ledger.count(f"{self.scenario} {self.name}")
        return call if self.schedule.meets(call) else None

    def note(self, ledger: Ledger, call: int, says: str | None = None) -> None:
        """Write down that it has happened."""
        says = says or self.says
        ledger.note(event="injected", fault=self.name, place=self.place, call=call, says=says)
        emit("fault_injected", scenario=self.scenario, fault=self.name, place=self.place, call=call, says=says)


class Calls:
    """All faults of one target; calls are counted once for all of them."""

    def __init__(self, target: str, planted: Sequence[Planted], ledger: Ledger) -> None:
        self._target = target
        self._planted = planted
        self._ledger = ledger

    def wrap(self, function: Callable[..., Any]) -> Wrapper:
        """The function with the faults around it."""
        flavour = flavour_of(function)
        is_async = flavour in ("coroutine", "async generator")
        names = {"ask": self._ask_awaited if is_async else self._ask, "change": self._changed}
        asked = f"{{call}}, {{problem}} = {'await ' if is_async else ''}{{ask}}()"
        changes = any(each.change is not None for each in self._planted)
        after = ("{result} = {change}({call}, {result})",) if changes and flavour in ("plain", "coroutine") else ()
        each = ("{item} = {change}({call}, {item})",) if changes and not after else ()
        layer = Layer("fault", "planted faults", names, before=(asked, *_RAISED), after=after, each=each)
        return wrap(function, [layer], "chaos")

    def _ask(self) -> tuple[int, BaseException | None]:
        call, problem = self._ledger.count(self._target), None
        for fault, number in self._met(call):
            fault.note(self._ledger, number)
            if fault.seconds:
                time.sleep(fault.seconds)
            problem = self._done(fault)
            if problem is not None:
                break  # the call is over, and no other fault can meet it any more
        return call, problem

    async def _ask_awaited(self) -> tuple[int, BaseException | None]:
        call, problem = self._ledger.count(self._target), None
        for fault, number in self._met(call):
            fault.note(self._ledger, number)
            if fault.seconds:
                await _asleep(fault.seconds)
            problem = self._done(fault)
            if problem is not None:
                break
        return call, problem

    def _met(self, call: int) -> Iterator[tuple[Planted, int]]:
        for fault in self._planted:
            if fault.change is not None:
                continue
            if fault.kills:
                number = fault.meets(self._ledger) if os.getpid() != self._ledger.main else None
            else:
                number = fault.meets(self._ledger, call)
            if number is not None:
                yield fault, number

    @staticmethod
    def _done(fault: Planted) -> BaseException | None:
        if fault.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        return fault.act() if fault.act is not None else None

    def _changed(self, call: int, result: Any) -> Any:
        for fault in self._planted:
            number = fault.meets(self._ledger, call) if fault.change is not None else None
            if number is None or fault.change is None:
                continue
            try:
                result = fault.change(result)
            except Exception as error:  # noqa: BLE001 # a fault that cannot be planted is told, and breaks nothing
                self._ledger.note(event="failed", fault=fault.name, problem=f"{type(error).__name__}: {error}")
                continue
            fault.note(self._ledger, number)
        return result


async def _asleep(seconds: float) -> None:
    trio = running_trio()
    if trio is not None:
        await trio.sleep(seconds)
        return
    import asyncio

    await asyncio.sleep(seconds)
