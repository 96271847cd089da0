"""When and in which run something happened."""

from __future__ import annotations

import time
from typing import NamedTuple

from peakguard.runtime.context import current


class Occurrence(NamedTuple):
    """`time_ns` counts from 1970 in UTC; the ids are those of the run around it, None outside of any."""

    time_ns: int
    run_id: str | None
    trace_id: str | None
    span_id: str | None

    @property
    def timestamp(self) -> str:
        """The time as RFC 3339 has it, to the microsecond."""
        from datetime import UTC, datetime

        seconds, rest = divmod(self.time_ns, 10**9)
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def now() -> Occurrence:
    """This moment, in the current run."""
    context = current()
    if context is None:
        return Occurrence(time.time_ns(), None, None, None)
    return Occurrence(time.time_ns(), context.run_id, context.trace_id, context.span_id)
