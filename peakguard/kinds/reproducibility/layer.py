"""A checkpoint around a function: what it gives is named in the record of the run, where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from peakguard.kinds.reproducibility.checkpoints import checkpoint, keepers
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.site import Site


def layer(site: Site, name: str) -> Layer:
    """The layer that passes the result on to recorders, or every item of a generator."""
    names = {"keepers": keepers(), "note": _note(site, name)}
    if site.flavour in ("plain", "coroutine"):
        return Layer("checkpoint", name, names, after=("if {keepers}:", "    {note}({result})"))
    return Layer("checkpoint", name, names, each=("if {keepers}:", "    {note}({item})"))


def _note(site: Site, name: str) -> Callable[[Any], None]:
    def note(value: Any) -> None:
        try:
            checkpoint(name, value)
        except Exception as fault:  # noqa: BLE001 # what records a run must not break it
            site.failed("checkpoint", fault)

    return note
