"""What others may know of a gate: where its catalogue stands, and which paths it has."""

from typing import Any

from peakguard.kinds.gate.model import Gate
from peakguard.language.document import Document


def known_of(document: Document[Gate]) -> dict[str, Any]:
    """The paths of the catalogue, with the place where it is written; empty where there is none."""
    paths = document.spec.critical_paths
    if paths is None:
        return {}
    place = list(document.key_span("critical_paths", "catalogue"))
    return {"paths": sorted({row.path for row in paths.catalogue}), "place": place}
