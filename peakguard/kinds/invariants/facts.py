"""What others may know of invariants."""

from typing import Any

from peakguard.kinds.invariants.model import Invariants
from peakguard.language.document import Document


def known_of(document: Document[Invariants]) -> dict[str, Any]:
    """The values that a step shows, with their types in words."""
    return {"state": {name: shape.shape for name, shape in document.spec.state.items()}}
