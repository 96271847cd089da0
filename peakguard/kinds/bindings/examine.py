"""Bindings held against the program itself: targets are imported, and a wrapper is made for each and put on none."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from peakguard.diagnostics import codes
from peakguard.kinds.bindings.guard import Plan, plans_of
from peakguard.kinds.bindings.inside import called_inside, code_of
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.flavour import flavour_of
from peakguard.runtime.guarding.places import Place, find
from peakguard.runtime.policy_set import PolicySet


def examine(policies: PolicySet) -> list[dict[str, Any]]:
    """What is true of each binding with a target, as JSON values.

    `faults` holds codes with their context. `form` says what the target is: `signature`, `flavour`, `layers` outermost
    first, and the `text` of the wrapper; None where there is no target. `inside` are the targets that it calls itself.
    """
    places: dict[str, Place] = {}
    seen: dict[int, str] = {}
    modules: dict[str, ModuleType | list[Any]] = {}
    found = []
    for plan in plans_of(policies, "enforce"):
        if plan.target is None:
            continue
        if plan.module not in modules:
            modules[plan.module] = _module(plan.module)
        module = modules[plan.module]
        row: dict[str, Any] = {"key": plan.key, "binding": plan.name, "target": plan.target}
        if isinstance(module, ModuleType):
            found.append({**row, **_target(plan, module, seen, places)})
        else:
            found.append({**row, "faults": [_with_target(module, plan.target)], "form": None})
    bound = {code: target for target, place in places.items() if (code := code_of(place.function)) is not None}
    for row in found:
        place = places.get(row["target"])
        row["inside"] = called_inside(place.function, place.owner, bound) if place is not None else []
    return found


def _module(name: str) -> ModuleType | list[Any]:
    """The module, or the fault that it cannot be imported for."""
    try:
        return import_module(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 # a program's own module may raise whatever it likes
        absent = error.name if isinstance(error, ModuleNotFoundError) else None
        if absent is not None and f"{name}.".startswith(f"{absent}."):
            return [codes.TARGET_MISSING, {"problem": f"there is no module {absent}", "suggestion": ""}]
        text = str(error).partition("\n")[0]
        problem = f"{type(error).__name__}: {text}" if text else type(error).__name__
        return [codes.MODULE_BROKEN, {"module": name, "problem": problem, "place": _place(error)}]


def _place(error: BaseException) -> str:
    """Where an import failed."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        place = place if file.startswith("<") else f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _with_target(fault: list[Any], target: str) -> list[Any]:
    return [fault[0], {**fault[1], "target": target}]


def _target(plan: Plan, module: ModuleType, seen: dict[int, str], places: dict[str, Place]) -> dict[str, Any]:
    try:
        place = find(plan.target or "", module)
        wrapper = plan.build(place.function)
        places[place.target] = place
    except PeakguardError as error:
        return {"faults": [[error.code, dict(error.context)]], "form": None}
    form = {
        "signature": _signature(place.function),
        "flavour": flavour_of(place.function),
        "layers": list(plan.labels()),
        "text": wrapper.text,
    }
    return {"faults": list(_doubts(plan, place.function, seen)), "form": form}


def _doubts(plan: Plan, function: Any, seen: dict[int, str]) -> Iterator[list[Any]]:
    target = plan.target or ""
    other = seen.setdefault(id(function), target)
    if other != target:
        yield [codes.BOUND_TWICE, {"target": target, "other": other}]
    inner = inspect.unwrap(function)
    if flavour_of(inner) != flavour_of(function):
        yield [codes.FLAVOUR_HIDDEN, {"target": target, "shown": flavour_of(function), "inner": flavour_of(inner)}]
    yield from plan.doubts(function)


def _signature(function: Any) -> str:
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):
        return "(not known)"
