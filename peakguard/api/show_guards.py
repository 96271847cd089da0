"""What the guards of bindings and resilience policies do around a call."""

from __future__ import annotations

from typing import Any

from peakguard.api.policies import load
from peakguard.kinds.bindings.guard import plans_of
from peakguard.kinds.bindings.outline import in_order, outline
from peakguard.kinds.resilience import outline as resilience
from peakguard.pipeline.bundle import load_bundle
from peakguard.pipeline.project import find_project
from peakguard.runtime.mode import weakest

_FIELDS = ("name", "target", "origin", "critical")


def is_guard(name: str, root: str | None) -> bool:
    """Whether a name is that of a binding, of its target, of a policy of bindings, or of a resilience policy."""
    names: set[str | None] = set()
    for document in load_bundle(find_project(root)).of_kind("bindings"):
        spec: Any = document.spec
        names |= {spec.name, f"bindings/{spec.name}", *(each.target for each in spec.bindings)}
        names |= {each.name for each in spec.bindings}
    for document in load_bundle(find_project(root)).of_kind("resilience"):
        inner: Any = document.spec
        names |= set(inner.policies)
    return name in names


def guards(name: str, root: str | None, *, resolve: bool = False) -> list[dict[str, Any]]:
    """The bindings of a name, of a target, or of a whole policy, or a resilience policy, as JSON values.

    Each has the `layers` that `outline` gives. With `resolve` the program is imported in a process of its own, and
    `form` is what `examine` says of it, `faults` why there is none. Raises PolicyError where the policies have errors,
    PeakguardError (PG708) where the program cannot be examined.
    """
    policies = load(root)
    rows = _examined(root) if resolve else {}
    modes = {plan.key: plan.mode for plan in plans_of(policies, None)}
    inner = {
        each: (weakest(table["mode"], policy["mode"]), policy)
        for table in policies.tables("resilience").values()
        for each, policy in table["policies"].items()
    }
    found = []
    for policy, table in sorted(policies.tables("bindings").items()):
        for index, binding in enumerate(table["bindings"]):
            if name in (policy, f"bindings/{policy}", binding["name"], binding["target"]):
                row = {field: binding[field] for field in _FIELDS}
                key = f"{policy}.{index}"
                more = resilience.outline(inner.get(binding["resilience"], ("", {}))[1])
                row |= {"mode": modes[key], "layers": outline(binding, more)}
                found.append(row | ({each: rows[key][each] for each in ("form", "faults")} if key in rows else {}))
    if not found and name in inner:
        mode, table = inner[name]
        row = {"name": name, "target": None, "origin": table["origin"], "critical": False, "mode": mode}
        found.append(row | {"layers": in_order(resilience.outline(table))})
    return found


def _examined(root: str | None) -> dict[str, dict[str, Any]]:
    from peakguard.api.resolve import examined

    return {row["key"]: row for row in examined(find_project(root))}
