"""Run peakguard with the recorder in its place: `python -m tests.crash.observed NOTES ARGUMENT…`.

NOTES becomes a JSON list of the paths that went through fsops. `state` as the only argument
uses what keeps state instead: a store, the journal, a breaker of the host, a log file.
"""

from __future__ import annotations

import json
import os
import sys

from peakguard.kinds.resilience.host_memory import HostMemory, Shared
from peakguard.runtime import fsops
from peakguard.runtime.appending import Appending
from peakguard.runtime.journal.segments import Segments
from peakguard.runtime.store import Store
from tests.crash.recording import Recorder


def main(notes: str, *arguments: str) -> None:
    """Do it, and write the notes whatever happens."""
    recorder = Recorder()
    vars(fsops)["system"] = recorder
    try:
        if arguments == ("state",):
            _keep_state()
        else:
            from peakguard.__main__ import run

            sys.argv = ["peakguard", *arguments]
            run()
    finally:
        paths = {each.path for each in recorder.operations} | {each.to for each in recorder.operations}
        with open(notes, "w", encoding="utf-8") as file:
            json.dump(sorted({os.path.abspath(path) for path in paths | recorder.opened}), file)


def _keep_state() -> None:
    store = Store("store")
    made = store.put("a", b"1")
    store.pin("run", [made.digest])
    store.put("a", b"2")
    with open(store.layout.object(made.digest), "rb"):
        pass
    store.remove("a")
    store.unpin("run")
    store.collect(grace=0)
    Segments("journal").append({"name": "a", "time_unix_nano": 1})
    memory = HostMemory("breakers", "kraken")
    memory.write(Shared("open", 1.0, 2.0, 1, 0, 0, 0, 0), is_new=True)
    log = Appending("program.log", size=10, kept=2)
    for _ in range(5):
        log.write(b"0123456789\n")
    log.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
