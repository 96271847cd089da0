"""What each form of a fault needs, and what it has no use for."""

from __future__ import annotations

from peakguard.kinds.chaos.model import Fault

FORMS = ("error", "raises", "latency", "hang", "breaks", "disk", "clock", "kill")
"""The keys of which a fault has exactly one."""
_BY_CALLS = ("error", "raises", "latency", "hang", "breaks")
_BELONGS = {"context": ("error",), "contract": ("breaks",), "paths": ("disk",), "room": ("disk",)}


def form_of(fault: Fault) -> str:
    """What a fault does; of one that `problem_of` finds nothing in."""
    return next(form for form in FORMS if getattr(fault, form) is not None)


def problem_of(fault: Fault) -> str | None:
    """What a fault lacks, or has too much of; None where it is whole."""
    forms = [form for form in FORMS if getattr(fault, form) is not None]
    if len(forms) != 1:
        shown = ", ".join(f"`{form}`" for form in forms) or "none"
        return f"it needs exactly one of {', '.join(f'`{form}`' for form in FORMS)}, and has {shown}"
    form = forms[0]
    for key, owners in _BELONGS.items():
        if getattr(fault, key) and form not in owners:
            return f"`{key}` belongs to `{owners[0]}`"
    needs_target = form in _BY_CALLS or fault.kill == "worker"
    if needs_target and fault.target is None:
        return f"`{form}` needs a `target`"
    if fault.target is not None and (form == "disk" or fault.kill == "subprocess"):
        return f"`{form}` meets {'files' if form == 'disk' else 'programs that are started'}, and has no `target`"
    if form == "disk" and not fault.paths:
        return "`disk` needs `paths`"
    chosen = [key for key in ("call", "every", "probability") if getattr(fault.at, key) is not None]
    return f"`at` has {' and '.join(f'`{key}`' for key in chosen)}; one is enough" if len(chosen) > 1 else None
