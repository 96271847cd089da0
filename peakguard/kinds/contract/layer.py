"""A contract around a call: frames among the arguments, the result, or the items of a generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.site import Site

_RAISED = ("if {problem} is not None:", "    raise {problem}")


def layer(site: Site, contract: str, part: str, name: str, *, nullable: bool) -> Layer:
    """The layer that holds one frame to its contract; `part` is `arguments`, `returns` or `yields`.

    The frame that goes on is the validated one, in the library it came in.
    """
    judge = _judge(site, contract, part if part != "arguments" else f"arguments.{name}", nullable=nullable)
    label, names = f"{name}: contract {contract}", {"judge": judge}
    if part == "arguments":
        lines = (f"{{set[{name}]}}, {{problem}} = {{judge}}({{arg[{name}]}})", *_RAISED)
        return Layer("arguments", label, names, before=lines, reads=(name,))
    if part == "returns":
        return Layer("result", label, names, after=("{result}, {problem} = {judge}({result})", *_RAISED))
    return Layer("result", label, names, each=("{item}, {problem} = {judge}({item})", *_RAISED))


def _judge(site: Site, name: str, place: str, *, nullable: bool) -> Callable[[Any], tuple[Any, PeakguardError | None]]:
    contract = site.policies.contract(name)

    def watch(frame: Any) -> None:
        if hasattr(frame, "read_next_batch"):
            raise TypeError("a stream that is only watched would be read before the program reads it")
        contract.collect_violations(frame)

    def judge(frame: Any) -> tuple[Any, PeakguardError | None]:
        if frame is None and nullable:
            return frame, None
        try:
            if site.is_enforced:
                return contract.validate(frame), None
            watch(frame)
        except PeakguardError as error:
            error.add_note(f"in {place} of {site.binding}")
            return frame, error.with_traceback(None) if site.is_enforced else site.failed(place, error)
        except Exception as fault:  # noqa: BLE001 # a fault of ours is not the caller's
            return frame, site.failed(place, fault)
        return frame, None

    return judge
