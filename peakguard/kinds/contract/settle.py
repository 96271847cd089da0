"""What is done with rows that a verdict refuses: set aside, dropped, or nothing passes."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.runtime.context import current
from peakguard.runtime.rows import Rows
from peakguard.runtime.violation import Output, Verdict, Violation

if TYPE_CHECKING:
    from peakguard.engines.polars.batches import Source
    from peakguard.engines.polars.partition import Partition

_LEAVES_OUT = ("quarantine", "drop")


class Settled(NamedTuple):
    """A verdict on data, and the files that their rows went to."""

    verdict: Verdict
    outputs: tuple[Output, ...]


def refusing(verdict: Verdict, on_violation: str) -> tuple[Violation, ...]:
    """The violations that nothing can be done about: all of them, or those that name no single rows to leave out."""
    if not verdict.is_enforced:
        return ()
    if on_violation not in _LEAVES_OUT:
        return verdict.violations
    return tuple(violation for violation in verdict.violations if not violation.is_of_rows)


def partition_of(plan: Mapping[str, Any], source: Source, verdict: Verdict) -> Partition:
    """The data, divided by the rules of a verdict that refuse single rows; undivided where it only observes."""
    from peakguard.engines.polars.batches import Batches
    from peakguard.engines.polars.partition import Partition, Stamp

    context = current()
    stamp = Stamp(plan["name"], plan["version"], context.run_id if context is not None else None)
    refused = {
        violation.rule: violation.rows if isinstance(violation.rows, Rows) else Rows.of(violation.rows)
        for violation in (verdict.violations if verdict.is_enforced else ())
        if violation.is_of_rows
    }
    keeps_extra = plan["extra_columns"] == "allow"
    return Partition(Batches(source, plan), verdict.rows, refused, stamp, keeps_extra=keeps_extra)


def quarantine_path(root: str, contract: str) -> str:
    """A new file below the state of a project; names sort by time, and no two are alike."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return os.path.join(root, ".peakguard", "quarantine", contract, f"{moment}-{os.urandom(4).hex()}.parquet")


def write_outputs(
    partition: Partition, verdict: Verdict, on_violation: str, valid: str | None, quarantine: str | None
) -> tuple[Output, ...]:
    """Write the rows that pass and those that are set aside, the latter first: in between nothing is lost.

    Where nothing passes, nothing is written, and the outputs say why.
    """
    from peakguard.engines.polars.sinks import is_text, write_batches

    blocked = _blocked(verdict, on_violation, sets_aside=quarantine is not None)
    if blocked is not None:
        asked = ((quarantine, "quarantine"), (valid, "valid"))
        return tuple(Output(role, path, reason=blocked) for path, role in asked if path is not None)
    outputs = []
    if quarantine is not None:
        outputs.append(write_batches(partition.bad(as_text=is_text(quarantine)), quarantine, "quarantine"))
    if valid is not None:
        outputs.append(write_batches(partition.good(), valid, "valid"))
    return tuple(outputs)


def _blocked(verdict: Verdict, on_violation: str, *, sets_aside: bool) -> str | None:
    """Why no row passes, None where rows do."""
    broken: Sequence[Violation] = refusing(verdict, "quarantine" if sets_aside else on_violation)
    if not broken:
        return None
    whole = [violation.rule for violation in broken if not violation.is_of_rows]
    if whole:
        return f"the data as a whole break {', '.join(whole)}"
    return "rows break the contract, which says `on_violation: raise`, and nothing says where to set them aside"
