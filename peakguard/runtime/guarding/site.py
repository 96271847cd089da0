"""What the layers of a guard have to know of where they stand."""

from __future__ import annotations

from typing import Protocol

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.parameters import Parameters
from peakguard.runtime.policy_set import PolicySet


class Place(Protocol):
    """A function that layers are made for, under a binding or in a simulation."""

    @property
    def target(self) -> str:
        """The function, for messages."""

    @property
    def flavour(self) -> str:
        """`plain`, `coroutine`, `generator` or `async generator`."""

    @property
    def is_enforced(self) -> bool:
        """Whether what is broken is raised, else it is only reported."""

    @property
    def policies(self) -> PolicySet:
        """The policies that guard it."""


class Site(Place, Protocol):
    """One function under one binding."""

    @property
    def binding(self) -> str:
        """What the guard is called."""

    @property
    def parameters(self) -> Parameters:
        """How the function is called."""

    def failed(self, layer: str, fault: BaseException) -> PeakguardError | None:
        """What to raise for a fault of peakguard itself."""
