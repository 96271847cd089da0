"""What others may know of invariants."""

from typing import Any

from peakguard.kinds.invariants.model import Invariants
from peakguard.language.document import Document


def known_of(document: Document[Invariants]) -> dict[str, Any]:
    """The values that a step shows, with their types in words, those it cannot do without, and the ids of all rules."""
    spec = document.spec
    return {
        "state": {name: shape.shape for name, shape in spec.state.items()},
        "needed": [name for name, shape in spec.state.items() if not shape.nullable],
        "rules": [
            "state",
            *(f"invariants.{name}" for name in spec.invariants),
            *(f"at_end.{name}" for name in spec.at_end),
        ],
    }
