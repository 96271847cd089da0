"""Declarative contracts and policies for Python data and trading systems."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from peakguard.api.bindings import attach, cached, guard
    from peakguard.api.data import collect_violations, validate
    from peakguard.api.policies import check, load
    from peakguard.api.run import checkpoint, run
    from peakguard.api.testing import set_testing
    from peakguard.diagnostics.diagnostic import Diagnostic
    from peakguard.runtime.errors import ContractViolation, PeakguardError, PolicyError
    from peakguard.runtime.policy_set import PolicySet
    from peakguard.runtime.violation import Violation

_HOMES = {
    "ContractViolation": "runtime.errors",
    "Diagnostic": "diagnostics.diagnostic",
    "PeakguardError": "runtime.errors",
    "PolicyError": "runtime.errors",
    "PolicySet": "runtime.policy_set",
    "Violation": "runtime.violation",
    "attach": "api.bindings",
    "cached": "api.bindings",
    "check": "api.policies",
    "checkpoint": "api.run",
    "collect_violations": "api.data",
    "guard": "api.bindings",
    "load": "api.policies",
    "run": "api.run",
    "set_testing": "api.testing",
    "validate": "api.data",
}

__all__ = [
    "ContractViolation",
    "Diagnostic",
    "PeakguardError",
    "PolicyError",
    "PolicySet",
    "Violation",
    "attach",
    "cached",
    "check",
    "checkpoint",
    "collect_violations",
    "guard",
    "load",
    "run",
    "set_testing",
    "validate",
]


pytest_plugins = ("peakguard.api.pytest_plugin",)
"""What `pytest -p peakguard` loads."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"peakguard.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
