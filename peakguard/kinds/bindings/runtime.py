"""Bindings at work: guards are put on, wait for modules to be imported, and are taken off."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import import_module
from types import ModuleType, TracebackType
from typing import Any, NamedTuple, Self

from peakguard.diagnostics import codes
from peakguard.kinds.bindings.guard import Guarding, Plan, plans_of
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.hook import Listener, listen, stop_listening
from peakguard.runtime.guarding.modules import names_of, twins
from peakguard.runtime.guarding.paths import parse_path
from peakguard.runtime.guarding.places import missing
from peakguard.runtime.guarding.standing import Guard, Standing, put_on, take_off
from peakguard.runtime.mode import environment_mode, weakest
from peakguard.runtime.policy_set import PolicySet


class Attached(NamedTuple):
    """What became of one binding: `attached`, `off`, `waiting` for its module, or `missing` from one that is there.

    `rebound` are the names in other modules that were copies of the target.
    """

    binding: str
    target: str
    state: str
    mode: str
    layers: tuple[str, ...]
    rebound: tuple[str, ...]
    is_critical: bool


class Attachment:
    """The bindings of a project, put on: now where their modules are loaded, else as soon as these are imported.

    As a context manager it takes them off at the end. Safe to use from several threads.
    """

    def __init__(self, policies: PolicySet, *, mode: str | None = None) -> None:
        self._policies = policies
        self._plans = [plan for plan in plans_of(policies, mode) if plan.target is not None]
        self._standing: dict[str, list[Standing]] = {plan.key: [] for plan in self._plans}
        self._files: set[str] = set()
        self._mains: set[str] = set()
        self._listener = Listener(self._is_wanted, self._on_import)

    def attach(self) -> Attachment:
        """Put all guards on. Raises PeakguardError for a target that is not in its module or takes no guard."""
        listen(self._listener)
        try:
            for name in {plan.module for plan in self._active()}:
                module = sys.modules.get(name)
                if module is None:
                    continue
                if _is_loading(module):
                    import_module(name)  # waits for another thread that imports it; of our own it gives what there is
                if _is_loading(module):
                    self._guard_what_is_there(module, [plan for plan in self._active() if plan.module == name])
                else:
                    self._guard(module, name)
        except BaseException:
            self.detach()
            raise
        return self

    def detach(self) -> None:
        """Take all guards off; what they stood on is as it was, wherever they were copied to."""
        stop_listening(self._listener)
        take_off([standing for each in reversed(self._standing.values()) for standing in each])
        self._standing = {key: [] for key in self._standing}

    def finish(self) -> None:
        """Judge what invariants ask at the end of the state that was watched; raises InvariantViolation where it fails.

        Taking the guards off at the end of a `with` does so too, unless something was raised already.
        """
        if any(plan.watches for plan in self._plans):
            import_module("peakguard.kinds.invariants.watching").finish(self._policies)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.detach()
        if error is None:
            self.finish()

    def report(self) -> tuple[Attached, ...]:
        """What became of every binding that has a target, in the order they are written."""
        return tuple(self._row(plan) for plan in self._plans)

    def guard_main(self, module: ModuleType) -> bool:
        """Put on the guards of a module that runs as the program itself; tells whether all of them are on.

        The file `app/main.py` is what a binding calls `app.main`, or `main`, or `__main__`.
        """
        plans = self._of_main(_file_of(module))
        self._guard_what_is_there(module, plans)
        return all(self._standing[plan.key] for plan in plans)

    def check_main(self, path: str, names: Collection[str] | None) -> None:
        """Raises PeakguardError (PG2081) where a binding names what the program of a file will not have."""
        for plan in self._of_main(path):
            if names is not None and plan.path[0] not in names:
                self.detach()
                raise missing(plan.target or "", plan.path[0], ModuleType(plan.module), names)

    def _of_main(self, path: str | None) -> list[Plan]:
        plans = [plan for plan in self._active() if plan.module == "__main__" or _is_of(plan.module, path)]
        self._mains.update(plan.key for plan in plans)
        return plans

    def _guard_what_is_there(self, module: ModuleType, plans: list[Plan]) -> None:
        for plan in plans:
            if not self._standing[plan.key] and _has(module, plan.path):
                self._standing[plan.key] += put_on([Guard(plan.target or "", module, plan.build)])

    def _active(self) -> Iterator[Plan]:
        return (plan for plan in self._plans if plan.mode != "off")

    def _row(self, plan: Plan) -> Attached:
        standing = self._standing[plan.key]
        is_there = plan.key in self._mains or plan.module in sys.modules
        state = "attached" if standing else "missing" if is_there else "waiting"
        state = "off" if plan.mode == "off" else state
        rebound = tuple(name for each in standing for name in each.rebound)
        return Attached(plan.name, plan.target or "", state, plan.mode, plan.labels(), rebound, plan.is_critical)

    def _is_wanted(self, name: str, origin: str | None) -> bool:
        if any(plan.module == name for plan in self._active()):
            return True
        return origin is not None and bool(self._files) and os.path.realpath(origin) in self._files

    def _on_import(self, module: ModuleType) -> None:
        real = _file_of(module)
        names = {plan.module for plan in self._active() if plan.module == module.__name__}
        # The same file may have been imported under the name of a binding before.
        names |= {plan.module for plan in self._active() if real and _file_of(sys.modules.get(plan.module)) == real}
        for name in names:
            self._guard(module, name)

    def _guard(self, module: ModuleType, name: str) -> None:
        real = _file_of(module)
        if real is not None:
            self._files.add(real)
        plans = [plan for plan in self._active() if plan.module == name]
        for twin in twins(module):
            bare = [plan for plan in plans if not self._stands(plan, twin)]
            if twin is not module:
                bare = [plan for plan in bare if _has(twin, plan.path)]  # it may be running still
            standing = put_on(Guard(plan.target or "", twin, plan.build) for plan in bare)
            for plan, each in zip(bare, standing, strict=True):
                self._standing[plan.key].append(each)

    def _stands(self, plan: Plan, module: ModuleType) -> bool:
        """Whether the guard is on in this module as it is now; after a reload it is not."""
        standing = self._standing[plan.key]
        return any(each.module is module and each.place.current() is each.dressed for each in standing)


def _file_of(module: ModuleType | None) -> str | None:
    if not isinstance(module, ModuleType):
        return None
    path = names_of(module).get("__file__")
    return os.path.realpath(path) if isinstance(path, str) else None


def _is_of(name: str, path: str | None) -> bool:
    parts = os.path.splitext(path or "")[0].split(os.sep)
    return name.split(".") == parts[-len(name.split(".")) :]


def _is_loading(module: ModuleType) -> bool:
    spec = names_of(module).get("__spec__")
    return bool(getattr(spec, "_initializing", False))


def _has(module: ModuleType, path: list[str]) -> bool:
    owner: Any = names_of(module).get(path[0])
    for name in path[1:]:
        owner = getattr(owner, name, None)
    return owner is not None


def attach(policies: PolicySet, mode: str | None = None) -> Attachment:
    """Put on the bindings of a project. Raises PeakguardError as `Attachment.attach` does."""
    return Attachment(policies, mode=mode).attach()


_BARE: Mapping[str, Any] = {
    "target": None, "origin": "", "critical": False, "values": [], "reads": {}, "require": [], "ensure": [],
    "invariants": None, "writes": [], "config": None, "classify": None, "trace": None,
    "cache": None, "resilience": None, "checkpoint": None,
}  # fmt: skip # a binding that asks nothing, around a resilience policy that is named in the program


def guarding(policies: PolicySet, name: str) -> Guarding:
    """The binding of a name, to decorate with. Raises PeakguardError (PG2005) where there is none."""
    return Guarding(find_plan(policies, name))


def caching(policies: PolicySet, name: str, key: Sequence[str]) -> Guarding:
    """A cache policy as a decorator; `key` are the paths of the values that make the key, all arguments if empty."""
    for text in key:
        path = parse_path(text)
        if path is None or path.root == "result":
            data = {"known": "args.NAME, self.NAME", "suggestion": ""}
            raise PeakguardError(codes.PARAMETER_UNKNOWN, binding=name, target=name, name=str(text), **data)
    table = {**_BARE, "name": name, "cache": {"policy": name, "key": list(key)}}
    return Guarding(Plan(policies, table, weakest("enforce", environment_mode()), name))


def find_plan(policies: PolicySet, name: str) -> Plan:
    """The binding of a name. Raises PeakguardError (PG2005) where there is none."""
    plans = plans_of(policies, None)
    for plan in plans:
        if name in (plan.name, plan.target):
            return plan
    if import_module("peakguard.kinds.resilience.runtime").declares(policies, name):
        return Plan(policies, {**_BARE, "name": name, "resilience": name}, weakest("enforce", environment_mode()), name)
    from peakguard.diagnostics.wording import did_you_mean

    inner = [each for table in policies.tables("resilience").values() for each in table["policies"]]
    known = sorted({plan.name for plan in plans} | set(inner))
    data = {"kind": "guard", "name": name, "known": ", ".join(known) or "none", "suggestion": did_you_mean(name, known)}
    raise PeakguardError(codes.UNKNOWN_POLICY, **data)
