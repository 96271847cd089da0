"""An outage played to a resilience policy: what `peakguard simulate` tells."""

from __future__ import annotations

from typing import Any, NamedTuple

from peakguard.api.policies import load
from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import ERROR, Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.kinds.resilience.runtime import declares
from peakguard.kinds.resilience.simulation.fault import fault_of
from peakguard.kinds.resilience.simulation.outage import Outage
from peakguard.kinds.resilience.simulation.run import Setting, simulate
from peakguard.language.decode import decode_as
from peakguard.pipeline.analyse import to_source
from peakguard.pipeline.read import read_file
from peakguard.runtime.errors import PeakguardError, PolicyError
from peakguard.runtime.policy_set import PolicySet
from peakguard.syntax.node import Mapping, at
from peakguard.syntax.parse import parse


class Script(NamedTuple):
    """An outage, beside the text it was read from."""

    outage: Outage
    node: Mapping
    sources: dict[str, str]

    def span(self, *path: str | int) -> Span:
        """Where the value at a path is written."""
        return at(self.node, path).span


def read_script(path: str) -> tuple[Script | None, list[Diagnostic], dict[str, str]]:
    """The script of a file, or None with everything that is wrong with it, and the text that this points into."""
    source, findings = to_source(read_file(path))
    if source is None:
        return None, findings, {}
    node, findings = parse(source)
    if node is None or any(finding.severity == ERROR for finding in findings):
        return None, findings, {path: source.text}
    sources = {path: source.text}
    outage, findings = decode_as(Outage, node)
    return (Script(outage, node, sources) if outage is not None else None), findings, sources


def simulated(name: str, script: Script, root: str | None, *, rps: float, seed: int, poisson: bool) -> dict[str, Any]:
    """What becomes of all calls under the policy of a project.

    Raises PolicyError for a project with errors and for a script whose errors the project does not know, and
    PeakguardError (PG2005) for a policy that is not there.
    """
    policies = load(root)
    if not declares(policies, name):
        raise _unknown(policies, name)
    strange = [
        found(codes.ERROR_PATTERN_UNKNOWN, script.span("phases", place, "error"), found=phase.error, suggestion="")
        for place, phase in enumerate(script.outage.phases)
        if fault_of(phase.error, policies) is None
    ]
    if strange:
        raise PolicyError(codes.POLICIES_REFUSED, strange, count=len(strange), first=str(strange[0].span))
    return simulate(Setting(policies, name, script.outage, rps, seed, poisson))


def _unknown(policies: PolicySet, name: str) -> PeakguardError:
    from peakguard.diagnostics.wording import did_you_mean

    known = sorted(each for table in policies.tables("resilience").values() for each in table["policies"])
    suggestion = did_you_mean(name, known)
    data = {"kind": "resilience policy", "name": name, "known": ", ".join(known) or "none", "suggestion": suggestion}
    return PeakguardError(codes.UNKNOWN_POLICY, **data)
