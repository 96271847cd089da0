"""With more than one thread, sums of floats over groups differ in their last bits from run to run."""

from collections.abc import Iterator

from peakguard.diagnostics import codes
from peakguard.diagnostics.diagnostic import Diagnostic, found
from peakguard.diagnostics.span import Span
from peakguard.language.facts import Facts


def crosscheck(facts: Facts) -> Iterator[Diagnostic]:
    """A finding for every contract whose verdicts may differ between two runs of one policy."""
    for policy in facts.all("reproducibility"):
        threads = policy.data["threads"]
        for contract in facts.all("contract") if threads > 1 else ():
            rules = contract.data.get("sums", ())
            if rules:
                data = {"threads": threads, "contract": contract.name, "rules": ", ".join(rules)}
                yield found(codes.SUMS_DEPEND_ON_THREADS, Span(*policy.data["place"]), **data)
