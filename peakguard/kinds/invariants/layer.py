"""Invariants around a call: the state of the program, read at every call, as a step of a monitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from peakguard.kinds.invariants.watching import Watching, watching
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.parameters import Parameters
from peakguard.runtime.guarding.paths import follower, parse_path
from peakguard.runtime.guarding.roots import Roots
from peakguard.runtime.policy_set import PolicySet

_RAISED = ("if {problem} is not None:", "    raise {problem}")


class Site(Protocol):
    """What a layer has to know of where it stands."""

    @property
    def binding(self) -> str:
        """What the guard is called."""

    @property
    def is_enforced(self) -> bool:
        """Whether a broken invariant is raised, else it is only reported."""

    @property
    def parameters(self) -> Parameters:
        """How the function is called."""

    @property
    def policies(self) -> PolicySet:
        """The policies that the invariants are one of."""

    def failed(self, layer: str, fault: BaseException) -> PeakguardError | None:
        """What to raise for a fault of peakguard itself."""


def layer(site: Site, watch: Mapping[str, Any]) -> Layer:
    """The layer that shows a call to the monitor of its object, or of the function where `self` is not read."""
    roots = Roots(site.parameters)
    is_of_object = any(path.startswith("self") for path in watch["state"].values())
    owner = roots.parameter(site.parameters.first) if is_of_object else None
    readers = {name: (roots.path(path), _follow(path, site.binding)) for name, path in watch["state"].items()}
    check = _check(site, watching(site.policies), watch, readers, owner)
    lines = (f"{{problem}} = {{watch}}({roots.text})", *_RAISED)
    label = f"a step of {watch['policy']}"
    if watch["at"] == "entry":
        return Layer("invariants", label, {"watch": check}, before=lines, reads=roots.parameters)
    return Layer("invariants", label, {"watch": check}, after=lines, reads=roots.parameters)


def _follow(path: str, binding: str) -> Callable[[Any], Any] | None:
    parsed = parse_path(path)
    assert parsed is not None, path
    is_root = len(parsed.steps) == (1 if parsed.root == "args" else 0)
    return None if is_root else follower(parsed, binding)


def _check(
    site: Site,
    watched: Watching,
    watch: Mapping[str, Any],
    readers: Mapping[str, tuple[int, Callable[[Any], Any] | None]],
    owner: int | None,
) -> Callable[..., PeakguardError | None]:
    policy = watch["policy"]
    mode: Literal["enforce", "observe"] = "enforce" if site.is_enforced else "observe"
    of, key = watched.of, (site.binding, policy)
    reading = tuple((name, root, follow) for name, (root, follow) in readers.items())
    late = watch["at"] == "exit"

    def check(*roots: Any) -> PeakguardError | None:
        try:
            values = {name: roots[root] if follow is None else follow(roots[root]) for name, root, follow in reading}
            of(key, None if owner is None else roots[owner], mode).step(**values)
        except PeakguardError as error:
            if not site.is_enforced:
                return site.failed("invariants", error)
            if late:
                error.add_note("the call had been made: what it changed is changed")
            return error.with_traceback(None)
        except Exception as fault:  # noqa: BLE001 # a fault of ours is not the caller's
            return site.failed("invariants", fault)
        return None

    return check
