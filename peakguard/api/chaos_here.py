"""`policies.chaos("flaky_exchange", fault="limited")`: planted faults in this process, for the tests of a program."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from peakguard.api.chaos import faults_of, find_scenario
from peakguard.api.chaos_data import breaking
from peakguard.kinds.chaos.ledger import notes
from peakguard.kinds.chaos.permission import PROFILE, permitted
from peakguard.kinds.chaos.plot import Plot

if TYPE_CHECKING:
    from peakguard.kinds.bindings.runtime import Attachment
    from peakguard.runtime.policy_set import PolicySet


class Chaos:
    """The faults of a scenario, or one of them, while the block runs; guards that are on stand around them."""

    def __init__(
        self,
        policies: PolicySet,
        scenario: str,
        fault: str | None = None,
        seed: int | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        self._policies = policies
        self._table, self._scenario = find_scenario(policies, scenario)
        self._names = faults_of(self._scenario, fault)
        self._seed = seed if seed is not None else self._scenario["seed"] or 0
        self._attachments = attachments
        self._stack = ExitStack()
        self._injected: list[Mapping[str, Any]] = []
        self._folder = ""

    @property
    def injected(self) -> list[Mapping[str, Any]]:
        """Each time that a fault came: `fault`, `place`, `call`, `says`, and the run."""
        if self._folder:
            return [note for note in notes(self._folder) if note["event"] == "injected"]
        return self._injected

    def __enter__(self) -> Self:
        # Nobody says by chance that this is a test: here the profile is never made up.
        permitted(self._table, self._scenario["name"], os.environ.get(PROFILE))
        with ExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory(prefix="peakguard-chaos-"))
            plot = Plot(self._policies, self._scenario, self._names, self._seed, folder, breaking(self._policies))
            for attachment in self._attachments:
                attachment.detach()
                stack.callback(attachment.attach)
            plot.put_on()
            stack.callback(plot.take_off)
            for attachment in self._attachments:
                attachment.attach()
                stack.callback(attachment.detach)
            self._folder = folder
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._injected = self.injected
        self._folder = ""
        self._stack.close()
