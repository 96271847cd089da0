"""Invariants around a call: the state of the program, read at every call, as a step of a monitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from peakguard.kinds.invariants.watching import Watching, watching
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.at_once import Shown, Values, at_once
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.paths import EVERY, follower, parse_path
from peakguard.runtime.guarding.roots import Roots
from peakguard.runtime.guarding.site import Site
from peakguard.runtime.reading import value_reader

_RAISED = ("if {problem} is not None:", "    raise {problem}")


def layer(site: Site, watch: Mapping[str, Any]) -> Layer:
    """The layer that shows a call to the monitor of its object, or of the function where `self` is not read."""
    roots = Roots(site.parameters)
    shown = watch["state"]
    is_of_object = any(each["path"].startswith("self") for each in shown.values())
    owner = roots.parameter(site.parameters.first) if is_of_object else None
    forms = {field["name"]: field for field in site.policies.tables("invariants")[watch["policy"]]["state"]}
    paths = {name: roots.path(each["path"]) for name, each in shown.items()}
    read = at_once(
        [_shown(name, root, shown[name], forms[name], site.binding) for name, root in paths.items()],
        _carefully({name: (root, _follow(shown[name], forms[name], site.binding)) for name, root in paths.items()}),
    )
    check = _check(site, watching(site.policies), watch, read, owner)
    lines = (f"{{problem}} = {{watch}}({roots.text})", *_RAISED)
    label = f"a step of {watch['policy']}"
    if watch["at"] == "entry":
        return Layer("invariants", label, {"watch": check}, before=lines, reads=roots.parameters)
    return Layer("invariants", label, {"watch": check}, after=lines, reads=roots.parameters)


def _shown(name: str, root: int, shown: Mapping[str, Any], field: Mapping[str, Any], binding: str) -> Shown:
    parsed = parse_path(shown["path"])
    assert parsed is not None, shown
    steps = parsed.steps[1:] if parsed.root == "args" else parsed.steps
    if shown["fold"] is not None:
        from peakguard.runtime.guarding.folds import folding

        of = folding(parsed, shown["fold"], _element(shown, field), binding, appended=shown["appended"])
        return Shown(name, root, steps[: steps.index(EVERY)], of)
    # A list of values is followed element by element.
    return Shown(name, root, (), follower(parsed, binding)) if EVERY in steps else Shown(name, root, steps)


def _carefully(readers: Mapping[str, tuple[int, Callable[[Any], Any] | None]]) -> Values:
    """All values one after another, which tells how far a path leads that does not lead to its end."""
    reading = tuple((name, root, follow) for name, (root, follow) in readers.items())

    def carefully(*roots: Any) -> Mapping[str, Any]:
        return {name: roots[root] if follow is None else follow(roots[root]) for name, root, follow in reading}

    return carefully


def _follow(shown: Mapping[str, Any], field: Mapping[str, Any], binding: str) -> Callable[[Any], Any] | None:
    """From the value that a path starts at to what is shown of it; None where that is the value itself."""
    parsed = parse_path(shown["path"])
    assert parsed is not None, shown
    if shown["fold"] is not None:
        from peakguard.runtime.guarding.folds import folded

        return folded(parsed, shown["fold"], _element(shown, field), binding, appended=shown["appended"])
    is_root = len(parsed.steps) == (1 if parsed.root == "args" else 0)
    return None if is_root else follower(parsed, binding)


def _as_it_is(value: Any) -> Any:
    return value


def _element(shown: Mapping[str, Any], field: Mapping[str, Any]) -> Callable[[Any], Any]:
    """How an element of a list is read: as a value of the state, and to be counted as it is."""
    if shown["fold"] == "count":
        return _as_it_is
    return value_reader({**field, "type": field["form"], "nullable": False})


def _check(
    site: Site,
    watched: Watching,
    watch: Mapping[str, Any],
    read: Values,
    owner: int | None,
) -> Callable[..., PeakguardError | None]:
    policy = watch["policy"]
    mode: Literal["enforce", "observe"] = "enforce" if site.is_enforced else "observe"
    step, key = watched.step, (site.binding, policy)
    late = watch["at"] == "exit"

    def check(*roots: Any) -> PeakguardError | None:
        try:
            step(key, None if owner is None else roots[owner], mode, read(*roots))
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
