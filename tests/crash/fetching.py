"""Many processes that ask for one missing key: `python -m tests.crash.fetching ROOT COUNT SECONDS [KILL]`.

Each call is noted in ROOT/calls. With KILL the process that calls first is killed in the middle of it. Says how many
processes had the value.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import pyarrow as pa

import peakguard
from peakguard.runtime.fsops import append


def fetch(root: str, seconds: float, *, dies: bool) -> Any:
    """The value, after a while; the first may die over it."""
    calls = os.path.join(root, "calls")
    append(calls, b".")
    is_first = os.path.getsize(calls) == 1
    time.sleep(seconds)
    if dies and is_first:
        os.kill(os.getpid(), signal.SIGKILL)
    return pa.table({"a": [1, 2, 3]})


def main(root: str, count: str, seconds: str, dies: str = "") -> int:
    """Fork, and count those that got it."""
    policies = peakguard.load(root)
    import pyarrow.parquet  # noqa: F401 # now, rather than in every child

    children = []
    for _ in range(int(count)):
        child = os.fork()
        if child == 0:
            table = policies.cache("bars").get_or_compute("a", lambda: fetch(root, float(seconds), dies=bool(dies)))
            os._exit(0 if table.num_rows == 3 else 1)
        children.append(child)
    print(sum(os.waitpid(child, 0)[1] == 0 for child in children))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
