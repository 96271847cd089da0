"""The compiled policies of a project: plain data, and the objects of the kinds that bring it to life."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError

if TYPE_CHECKING:
    from peakguard.kinds.contract.runtime import Contract


class PolicySet:
    """Immutable; safe to share between threads and to pickle into other processes.

    `digest` names this exact set of policies; every verdict is given under it.
    """

    __slots__ = ("_bound", "_tables", "digest")

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], digest: str) -> None:
        self._tables = tables
        self._bound: dict[tuple[str, str], Any] = {}
        self.digest = digest

    def contract(self, name: str) -> Contract:
        """The contract of a name. Raises PeakguardError (PG2005) where there is none."""
        contract: Contract = self._bind("contract", name)
        return contract

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of all policies of a kind, sorted."""
        return tuple(sorted(self._tables.get(kind, {})))

    def _bind(self, kind: str, name: str) -> Any:
        bound = self._bound.get((kind, name))
        if bound is None:
            table = self._tables.get(kind, {}).get(name)
            if table is None:
                raise self._unknown(kind, name)
            runtime = import_module(f"peakguard.kinds.{kind}.runtime")
            bound = self._bound.setdefault((kind, name), runtime.bind(table, self._tables[kind]))
        return bound

    def _unknown(self, kind: str, name: str) -> PeakguardError:
        from peakguard.diagnostics.wording import did_you_mean

        known = self.names(kind)
        suggestion = did_you_mean(name, known)
        data = {"kind": kind, "name": name, "known": ", ".join(known) or "none", "suggestion": suggestion}
        return PeakguardError(codes.UNKNOWN_POLICY, **data)

    def __reduce__(self) -> tuple[Any, ...]:
        return PolicySet, (self._tables, self.digest)

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(tables)} {kind}" for kind, tables in sorted(self._tables.items()))
        return f"<PolicySet {self.digest[:12]}: {counts}>"
