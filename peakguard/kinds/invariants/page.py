"""What invariants say in documents: where codes come from, and what to type when a step is refused."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.kinds.invariants.model import AtEnd, Invariant, Invariants
from peakguard.kinds.invariants.watched import asks
from peakguard.language.document import Document
from peakguard.language.markdown import code
from peakguard.language.page import Command, Origin
from peakguard.runtime.mode import weakest
from peakguard.syntax.node import Path

_EFFECTS = {
    "record": "it is counted, and the run goes on",
    "warning": "it is reported, and the run goes on",
    "error": "the step is refused, and the call raises",
    "halt": "the run ends: this step and every further one raise, and the last steps are kept in `.peakguard/halts`",
}


def origins(document: Document[Invariants]) -> Iterator[Origin]:
    """Every invariant that names a code, and the policy as a whole."""
    spec = document.spec
    for part, rules in (("invariants", spec.invariants), ("at_end", spec.at_end)):
        for name, rule in rules.items():
            mode = weakest(rule.mode, spec.mode)
            if rule.error is not None and mode != "off":
                effect = _effect(part, rule, mode)
                yield _origin(document, (part, name), rule.error, _demand(rule), effect)
    if spec.error is not None and spec.mode != "off":
        demand = "anything of the policy that names no code of its own"
        effect = _EFFECTS["warning"] if spec.mode == "observe" else "as its severity says"
        yield _origin(document, ("error",), spec.error, demand, effect)


def _demand(rule: Invariant | AtEnd) -> str:
    text = code(asks(rule) if isinstance(rule, Invariant) else f"at the end: {rule.expr}")
    if isinstance(rule, Invariant) and rule.when is not None:
        text += f" when {code(rule.when)}"
    if isinstance(rule, Invariant) and rule.grace is not None:
        text += f", {rule.grace.failures} failures of {rule.grace.of} steps"
    return text


def _effect(part: str, rule: Invariant | AtEnd, mode: str) -> str:
    if mode == "observe" and rule.severity in ("error", "halt"):
        return _EFFECTS["warning"]
    return "the end of the run raises" if part == "at_end" and rule.severity == "error" else _EFFECTS[rule.severity]


def _origin(document: Document[Invariants], path: Path, name: str, demand: str, effect: str) -> Origin:
    spec = document.spec
    is_whole = path == ("error",)
    span = document.span(*path) if is_whole else document.key_span(*path)
    part = "the whole policy" if is_whole else code(".".join(map(str, path)))
    commands = (Command(f"peakguard verify {spec.name} FILE", "at which step, over saved results or a halted run"),)
    return Origin(name, "invariants", spec.name, part, span, spec.owner, demand, effect, commands)
