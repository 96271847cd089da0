"""What others may know of a reproducibility policy."""

from typing import Any

from peakguard.kinds.reproducibility.model import Reproducibility
from peakguard.language.document import Document


def known_of(document: Document[Reproducibility]) -> dict[str, Any]:
    """How many threads native pools have, with where that is written."""
    place = document.span("pin", "threads")
    return {"threads": document.spec.pin.threads, "place": list(place)}
