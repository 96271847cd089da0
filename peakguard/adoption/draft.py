"""A first policy for the boundaries that nothing guards."""

from __future__ import annotations

from collections.abc import Iterable

from peakguard.adoption.scanning import Boundary

_HEAD = """\
peakguard: 1
kind: bindings
name: adopted
version: 0.1.0
mode: observe                    # reports, and changes nothing; `enforce` when it has been quiet for a while
bindings:
"""
_READER = (
    "    # returns: {contract: NAME}  # what it gives the program; `peakguard validate NAME FILE` tries a contract\n"
)
_NETWORK = "    # classify: true            # when a catalog says with `matches:` what its exceptions are\n"


def draft(boundaries: Iterable[Boundary]) -> str:
    """The text of a policy with a binding for each function; empty where no binding could help."""
    sorts: dict[str, dict[str, Boundary]] = {}
    for boundary in boundaries:
        if boundary.target and boundary.sort != "silence":
            sorts.setdefault(boundary.target, {}).setdefault(boundary.sort, boundary)
    return _HEAD + "".join(_binding(target, found) for target, found in sorted(sorts.items())) if sorts else ""


def _binding(target: str, found: dict[str, Boundary]) -> str:
    text = f"  - target: {target}\n"
    if "network" in found or "reader" in found or not found["writer"].parameter:
        text += "    trace: true\n"
    text += _READER if "reader" in found else ""
    text += _NETWORK if "network" in found else ""
    if "writer" in found and found["writer"].parameter:
        text += f"    writes: {{path: args.{found['writer'].parameter}}}\n"
    return text
