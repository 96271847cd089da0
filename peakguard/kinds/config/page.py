"""What config policies say in documents: where codes come from, and what to type when a configuration is refused."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.kinds.config.model import Config
from peakguard.language.document import Document
from peakguard.language.markdown import code
from peakguard.language.page import Command, Origin
from peakguard.runtime.mode import weakest


def origins(document: Document[Config]) -> Iterator[Origin]:
    """Every rule that names a code."""
    spec = document.spec
    commands = (
        Command(f"peakguard config show --config {spec.name} --origin", "every value, and where it stands"),
        Command(f"peakguard validate {spec.name}", "every fault, with file and line"),
    )
    for name, rule in spec.rules.items():
        mode = weakest(rule.mode, spec.mode)
        if rule.error is None or mode == "off":
            continue
        is_refused = mode == "enforce" and rule.severity in ("error", "halt")
        effect = (
            "the configuration is refused; a program that runs keeps the last good one"
            if is_refused
            else "it is reported, and the configuration is served"
        )
        within = f" in each of {', '.join(map(code, rule.within))}" if rule.within else ""
        span = document.key_span("rules", name)
        demand = code(rule.expr) + within
        yield Origin(rule.error, "config", spec.name, code(f"rules.{name}"), span, spec.owner, demand, effect, commands)
