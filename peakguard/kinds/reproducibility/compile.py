"""What a reproducibility policy becomes: plain data, with the pins that its level implies."""

from __future__ import annotations

from typing import Any

from peakguard.kinds.reproducibility.model import Reproducibility
from peakguard.language.document import Document
from peakguard.language.values import size_in_bytes


def compile_document(document: Document[Reproducibility]) -> dict[str, Any]:
    """The table of a policy that `check` found no error in."""
    spec = document.spec
    is_strict = spec.level == "strict"
    pin = spec.pin.model_dump(mode="json")
    implied = {
        "clock": "injected" if is_strict else "system",
        "entropy": "injected" if is_strict else "system",
        "listing": "sorted" if is_strict else "system",
    }
    return {
        "name": spec.name,
        "mode": spec.mode,
        "level": spec.level,
        "globals": list(spec.seed.globals),
        "pin": {**pin, **{name: pin[name] or value for name, value in implied.items()}},
        "record": list(spec.record),
        "environment": list(spec.environment),
        "inputs": list(spec.inputs),
        "outputs": list(spec.outputs),
        "keep": size_in_bytes(spec.keep),
    }
