"""Results on the way, by which two runs are compared: each a digest of its content, kept where a run is recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.kinds.reproducibility.plain_values import Uncomparable, canonical, text_of
from peakguard.runtime.errors import PeakguardError


class Checkpoint(NamedTuple):
    """What is known of a value: `columns` are digests, empty for what is no frame; `packed()` gives its bytes."""

    name: str
    form: str
    digest: str
    columns: dict[str, str]
    size: int
    packed: Callable[[], bytes]


Keeper = Callable[[Checkpoint], None]
_keepers: list[Keeper] = []


def keep_with(keeper: Keeper) -> Callable[[], None]:
    """Give every checkpoint of the process to a recorder from now on; what is given back ends it."""
    _keepers.append(keeper)
    return lambda: _keepers.remove(keeper)


def keepers() -> list[Keeper]:
    """Who keeps checkpoints in this process, now and later: the list itself, empty while no run is recorded."""
    return _keepers


def checkpoint(name: str, value: Any) -> str:
    """The digest of a value, which recorders are given too. Raises PeakguardError (PG2103)."""
    made = checkpoint_of(name, value)
    for keeper in _keepers:
        keeper(made)
    return made.digest


def checkpoint_of(name: str, value: Any) -> Checkpoint:
    """A value as a checkpoint. Raises PeakguardError (PG2103) for one that cannot be compared."""
    from peakguard.engines.polars import canonical as frames

    if frames.is_frame(value):
        frame = frames.frame_of(value)
        columns = frames.digests_of_frame(frame)
        digest = hashlib.sha256(repr((frame.height, list(columns.items()))).encode()).hexdigest()
        return Checkpoint(name, "frame", digest, columns, int(frame.estimated_size()), lambda: frames.packed(frame))
    try:
        data = text_of(canonical(value)).encode("ascii")
    except (Uncomparable, RecursionError) as error:
        problem = str(error) if isinstance(error, Uncomparable) else "it holds itself, or is nested too deep"
        raise PeakguardError(codes.CHECKPOINT_REFUSED, name=name, problem=problem) from error
    return Checkpoint(name, "value", hashlib.sha256(data).hexdigest(), {}, len(data), lambda: data)
