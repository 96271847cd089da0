"""What contracts say in documents: where codes come from, and what to type when data are refused."""

from __future__ import annotations

from collections.abc import Iterator

from peakguard.kinds.contract.about import demand_texts
from peakguard.kinds.contract.model import Contract
from peakguard.language.document import Document
from peakguard.language.markdown import code
from peakguard.language.page import Command, Origin
from peakguard.runtime.mode import weakest
from peakguard.syntax.node import Path

_EFFECTS = {
    "raise": "the data are refused, and the call raises",
    "quarantine": "the rows are set aside in `.peakguard/quarantine`, the others pass",
    "drop": "the rows are left out, the others pass",
    "observe": "it is reported, and the data pass",
}
_REPORTED = "it is reported, and the data pass"


def origins(document: Document[Contract]) -> Iterator[Origin]:
    """Every rule and column that names a code, and the contract as a whole."""
    spec = document.spec
    asked = demand_texts(spec)
    for name, rule in spec.rules.items():
        if rule.error is not None and weakest(rule.mode, spec.mode) != "off":
            is_refused = rule.severity in ("error", "halt") and weakest(rule.mode, spec.mode) == "enforce"
            effect = _effect(spec, is_whole=rule.dataset is not None) if is_refused else _REPORTED
            borne = f"; up to a share of {rule.max_fail_rate:g} it is borne" if rule.max_fail_rate else ""
            yield _origin(document, ("rules", name), rule.error, code(asked[f"rules.{name}"]), effect + borne)
    for name, column in spec.columns.items():
        if column.error is not None and spec.mode != "off":
            own = [text for each, text in asked.items() if each.startswith(f"columns.{name}.")]
            yield _origin(document, ("columns", name), column.error, ", ".join(map(code, own)), _effect(spec))
    if spec.error is not None and spec.mode != "off":
        demand = "anything of the contract that names no code of its own"
        yield _origin(document, ("error",), spec.error, demand, _effect(spec))


def _effect(spec: Contract, *, is_whole: bool = False) -> str:
    """What becomes of rows, or of data that break the contract as a whole, which no row answers for."""
    if spec.mode == "observe":
        return _REPORTED
    return _EFFECTS["raise" if is_whole and spec.on_violation != "observe" else spec.on_violation]


def _origin(document: Document[Contract], path: Path, name: str, demand: str, effect: str) -> Origin:
    spec = document.spec
    is_whole = path == ("error",)
    span = document.span(*path) if is_whole else document.key_span(*path)
    part = "the whole contract" if is_whole else code(".".join(map(str, path)))
    commands = (
        Command(f"peakguard validate {spec.name} FILE", "which rows, with their values"),
        Command(f"peakguard show {spec.name}", "what the rules ask"),
    )
    return Origin(name, "contract", spec.name, part, span, spec.owner, demand, effect, commands)
