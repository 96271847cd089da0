"""A program under `peakguard run --seed`: started anew where Python reads things once, seeded, recorded."""

from __future__ import annotations

import atexit
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.kinds.reproducibility import runtime
from peakguard.kinds.reproducibility.archive import Archive, folder_of
from peakguard.kinds.reproducibility.generators import seed_globals
from peakguard.kinds.reproducibility.injected.memory import fix_addresses
from peakguard.kinds.reproducibility.injecting import arrange_memory, disturb, import_first, inject
from peakguard.kinds.reproducibility.pinned import missing, variables
from peakguard.kinds.reproducibility.recording import Recording, Start
from peakguard.pipeline.cache import write_ignore_file
from peakguard.pipeline.project import STATE
from peakguard.runtime.context.ending import ending
from peakguard.runtime.context.run import Run
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.seeding import Streams, give_process
from peakguard.runtime.streams import say

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet

CONDITIONS = "PEAKGUARD_CONDITIONS"
"""The variable in which a repetition tells the program's process what it is under."""
_STARTED = "PEAKGUARD_STARTED"


class Conditions(NamedTuple):
    """What a repetition is under: the table of the first run, where its clock began, where its own record goes."""

    table: Mapping[str, Any] | None = None
    clock_ns: int | None = None
    archive: str | None = None
    disturb: Mapping[str, Any] | None = None


def conditions() -> Conditions:
    """What the variable says, once the process has been started as it should be."""
    text = os.environ.pop(CONDITIONS, None)
    return Conditions(**json.loads(text)) if text is not None else Conditions()


def start_anew(policies: PolicySet, seed: int | None, clock_ns: int | None = None) -> Prepared:
    """What the program is to run under, in a process that was started for it: in place of this one, if need be.

    Signals, standard input and the exit code stay those of this process. An injected clock begins at `clock_ns`, in
    nanoseconds since 1970, or now. Raises PeakguardError: PG2100 where the level is not reached, and what the store of
    the runs raises.
    """
    given = json.loads(os.environ.get(CONDITIONS, "{}"))
    table = given.get("table") or runtime.table_of(policies)
    is_new = os.environ.pop(_STARTED, None) is not None
    if not is_new and (missing(table["pin"]) or "disturb" in given):
        if "disturb" in given:
            fix_addresses()
        sys.stdout.flush()
        environment = {**os.environ, **variables(table["pin"]), _STARTED: "1"}
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)  # noqa: S606 # this program
    under = conditions()
    begins = next((each for each in (under.clock_ns, clock_ns) if each is not None), time.time_ns())
    inject(table["pin"], seed, begins)
    disturb(under.disturb or {}, seed)
    found = runtime.reached(table, seed)
    runtime.demand(table["level"], table["mode"], found)
    archive = Archive(under.archive or folder_of(policies.root))
    if under.archive is None:
        write_ignore_file(os.path.join(policies.root, STATE))
    return Prepared(table, seed, found[0], begins, archive, under.disturb or {})


class Prepared(NamedTuple):
    """What a recorded program runs under."""

    table: Mapping[str, Any]
    seed: int | None
    level: str
    clock_ns: int
    archive: Archive
    disturb: Mapping[str, Any]


class Recorded:
    """The block in which a program runs: a run with the seed's streams, recorded when the interpreter ends."""

    def __init__(
        self, prepared: Prepared, policies: PolicySet, name: str, command: Sequence[str], folders: Sequence[str]
    ) -> None:
        self._prepared = prepared
        streams = Streams(prepared.seed) if prepared.seed is not None else None
        self._streams = streams
        self._run = Run(name, None, {}, policies.digest, streams)
        self._of = (name, tuple(command), policies, tuple(folders))
        self._ended: dict[str, Any] | None = None
        self._process = os.getpid()

    def __enter__(self) -> Run:
        prepared, (name, command, policies, folders) = self._prepared, self._of
        if prepared.seed is not None and self._streams is not None:
            seed_globals(prepared.seed, prepared.table["globals"])
            give_process(self._streams)
        run = self._run.__enter__()
        root = policies.root or os.getcwd()
        start = Start(
            run.run_id, name, command, root, prepared.seed, prepared.level, prepared.table, policies.digest, folders,
            prepared.clock_ns,
        )  # fmt: skip # one argument a line would be a page
        self._recording = Recording(start, prepared.archive, self._streams)
        self._recording.begin()
        atexit.register(self._finish)
        import_first(prepared.disturb.get("imports", ()))
        arrange_memory(prepared.disturb)
        return run

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended = _ended(error)
        self._run.__exit__(kind, error, at)

    def _finish(self) -> None:
        """Keep the record, when threads and what the program left for the end are done too."""
        if self._ended is None or os.getpid() != self._process:
            return
        try:
            self._recording.end(self._ended)
        except PeakguardError as problem:
            say(f"peakguard: {problem}\n")
            if self._ended["exit_code"] == 0:
                sys.stdout.flush()
                os._exit(1)  # the one way to say at this point that not all is well


def _ended(error: BaseException | None) -> dict[str, Any]:
    """How the program ended: as its exit code will say, but for what hooks of its own make of it."""
    status, details = ending(error)
    code: Any = getattr(error, "code", None) if isinstance(error, SystemExit) else None
    if error is None or (isinstance(error, SystemExit) and code is None):
        number = 0
    elif isinstance(error, SystemExit):
        number = code if isinstance(code, int) else 1
    else:
        number = 130 if isinstance(error, KeyboardInterrupt) else 1
    return {"status": status, "exit_code": number, "error_type": details["error_type"], "code": details["code"]}
