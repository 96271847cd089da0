"""Faults held against the program itself: the functions that they meet are imported, and nothing is put on them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.places import find
from peakguard.runtime.policy_set import PolicySet


def examine(policies: PolicySet) -> list[dict[str, Any]]:
    """A row for each fault whose target cannot be met, as JSON values, with the problem in words."""
    found, problems = [], dict[str, str | None]()
    for policy, table in sorted(policies.tables("chaos").items()):
        for scenario in table["scenarios"].values():
            for name in scenario["order"]:
                target = scenario["faults"][name]["target"]
                if target is None:
                    continue
                if target not in problems:
                    problems[target] = _problem(target)
                key = f"chaos {policy} {scenario['name']} {name}"
                found.append({"key": key, "target": target, "inside": [], "problem": problems[target]})
    return [row for row in found if row["problem"] is not None]


def _problem(target: str) -> str | None:
    try:
        find(target, import_module(target.partition(":")[0]))
    except PeakguardError as error:
        return str(error.context["problem"])
    except (Exception, SystemExit) as error:  # noqa: BLE001 # a program's own module may raise whatever it likes
        return f"{type(error).__name__}: {error}".partition("\n")[0]
    return None
