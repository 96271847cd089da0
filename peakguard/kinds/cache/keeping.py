"""Looks for values, keeps new ones, and says what became of damaged ones: the parts of the steps around a call."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from peakguard.diagnostics import codes
from peakguard.kinds.cache.age import state_of
from peakguard.kinds.cache.bounds import Bounds
from peakguard.kinds.cache.entry import Note, note_of
from peakguard.kinds.cache.flight import Flights
from peakguard.kinds.cache.judging import Judging
from peakguard.kinds.cache.looked import Looked
from peakguard.kinds.cache.remembered import record_of
from peakguard.kinds.cache.steps import Outcome
from peakguard.kinds.cache.told import Told
from peakguard.kinds.cache.values import Columns, Value, Values
from peakguard.runtime.clock import Clock
from peakguard.runtime.context.scope import SCOPE
from peakguard.runtime.errors import ContractViolation, PeakguardError
from peakguard.runtime.failure.matching import is_a
from peakguard.runtime.fsops import touch
from peakguard.runtime.store import Entry, Pointer, Store
from peakguard.runtime.store.layout import name_of

if TYPE_CHECKING:
    from peakguard.runtime.policy_set import PolicySet


class Keeper:
    """What a cache knows and does beside calling. Safe for threads and processes.

    `clock` waits and measures, `today` gives seconds since 1970, by which values age.
    """

    def __init__(
        self, policies: PolicySet, table: Mapping[str, Any], store: Store, clock: Clock, today: Callable[[], float]
    ) -> None:
        self.name: str = table["name"]
        self.patience: float = table["wait"]
        self.store = store
        self.clock = clock
        self.told = Told(self.name, policies.digest)
        self.flights = Flights(store)
        self.judging = Judging(policies, table["contract"])
        self._table = table
        self._today = today
        self._values = Values(store, table, clock.random)
        self._bounds = Bounds(store, table)

    def flight_name(self, key: str) -> str:
        """What a fetch of a key is known by."""
        return name_of(key)

    def look(self, key: str, columns: Columns = None) -> Looked:
        """What there is for a key, read and verified where it can be given.

        What the system refuses is told, and counts as nothing. Raises PeakguardError (PG2041) for a damaged value where
        the policy says so.
        """
        try:
            found = self._looked(key, columns)
        except PeakguardError as error:
            if error.code == codes.STORE_REFUSED:
                self.told.failed(key, "read", error)
                return Looked("missing")
            if error.code != codes.STORE_DAMAGED or self._table["on_corrupt"] == "raise":
                raise
            return Looked("missing", damaged=str(error))
        self.told.count("hits" if found.is_answer else "looks")
        if found.value is not None:
            touch(self.store.layout.pointer(key))  # what was used last goes last
        return found

    def _looked(self, key: str, columns: Columns) -> Looked:
        pointer = self.store.pointer(key)
        note = note_of(pointer) if pointer is not None else None
        if pointer is None or note is None:
            return Looked("missing")
        now = self._today()
        state = state_of(note, self._table, now)
        if state == "future":
            self.told.future(key, note.created - now)
        if state == "expired":
            return Looked(state)
        value = self._values.read(pointer, note, columns)
        if value is None:
            return Looked("missing")
        if value.error is None and not self.judging.is_known(value.note.judged):
            value = self._judged_again(value, columns)
            if value is None:
                return Looked("missing")
        age = now - value.note.created
        # The value may be another than the pointer told of: it was replaced in between.
        state = state_of(value.note, self._table, now)
        return Looked(state, value, age, has_spare=self._is_spare(value, age))

    def _is_spare(self, value: Value, age: float) -> bool:
        longest = self._table["stale_if_error"]
        ttl = self._table["ttl"]
        return value.error is None and longest is not None and ttl is not None and age < ttl + longest

    def _judged_again(self, value: Value, columns: Columns) -> Value | None:
        """A value whose contract has changed: under the new one, or None where it breaks it."""
        now, key = self.judging.now, value.pointer.key
        assert now is not None
        whole = value if columns is None else self._values.read(value.pointer, value.note)
        if whole is None:
            return None
        try:
            frame = self.judging.validated(whole.frame)
        except ContractViolation:
            self.told.revalidated(key, now.contract, now.version, passed=False)
            return None
        self.told.revalidated(key, now.contract, now.version, passed=True)
        note, pointer = whole.note._replace(judged=now), whole.pointer
        is_same = frame is whole.frame or _is_same(frame, whole.frame)
        try:
            pointer = (
                self.store.describe(pointer, note.plain()) or pointer
                if is_same
                else self._values.write(key, frame, note)
            )
        except PeakguardError as error:
            if error.code != codes.STORE_REFUSED:
                raise
            self.told.failed(key, "write", error)
        if columns is None:
            return Value(frame, None, note, pointer)
        return value._replace(note=note, pointer=pointer) if is_same else self._values.read(pointer, note, columns)

    def keep(self, key: str, shown: str, frame: Any, seconds: float, found: Looked) -> Outcome:
        """The frame as the contract gives it, and kept; the error where it breaks the contract.

        What cannot be written is told, and given all the same.
        """
        try:
            frame = self.judging.validated(frame)
        except ContractViolation as error:
            return Outcome(error=error)
        try:
            self.put(key, shown, frame, seconds)
        except PeakguardError as error:
            if error.code != codes.STORE_REFUSED:
                return Outcome(error=error)
            self.told.failed(key, "write", error)
        else:
            if found.damaged is not None:
                self.told.repaired(key, found.damaged)
        return Outcome(frame)

    def put(self, key: str, shown: str, frame: Any, seconds: float = 0.0) -> None:
        """Keep a frame that was validated. Raises PeakguardError as `Values.write` does."""
        self._added(self._values.write(key, frame, self._note(shown, seconds)))

    def remember(self, key: str, shown: str, error: Exception, found: Looked) -> None:
        """Keep an exception that the policy remembers, unless an older value stands in for it."""
        negative = self._table["negative"]
        if negative is None or found.has_spare or not any(is_a(each, type(error)) for each in negative["on"]):
            return
        record = record_of(error)
        if record is None:
            return
        try:
            self._added(self._values.write_error(key, record, self._note(shown, 0.0)))
        except PeakguardError as problem:
            self.told.failed(key, "write", problem)

    def judge(self, entry: Entry) -> None:
        """Read all pages of a value, and ask the contract. Raises PeakguardError (PG2041) and ContractViolation."""
        value = self._values.of_entry(entry)
        if value is not None and value.error is None:
            self.judging.validated(value.frame)

    def path(self, pointer: Pointer) -> str | None:
        """The path of an object, verified; None where it was removed, or is damaged and may be fetched again."""
        try:
            return self._values.verified_path(pointer)
        except PeakguardError as error:
            if error.code != codes.STORE_DAMAGED or self._table["on_corrupt"] == "raise":
                raise
            return None

    def _note(self, shown: str, seconds: float) -> Note:
        scope = SCOPE.get()
        run_id = scope.context.run_id if scope is not None else None
        return Note("", 0, self._today(), self.judging.now, shown, seconds, run_id, _writer())

    def _added(self, pointer: Pointer) -> None:
        try:
            gone = self._bounds.added(pointer.size)
        except PeakguardError as error:
            self.told.failed("", "evict", error)
            return
        if gone is not None:
            self.told.evicted(gone)


def _is_same(frame: Any, other: Any) -> bool:
    """Whether a contract gave a frame back as it was."""
    if type(frame) is not type(other):
        return False
    try:
        return bool(frame.equals(other)) and _types(frame) == _types(other)
    except (TypeError, ValueError):
        return False


def _types(frame: Any) -> str:
    return str(frame.schema) if hasattr(frame, "schema") else str(frame.dtypes)


@lru_cache(maxsize=1)
def _writer() -> str:
    from importlib.metadata import version

    return f"peakguard {version('peakguard')}, pyarrow {version('pyarrow')}"


def now() -> float:
    """Seconds since 1970 by the clock of this machine."""
    return time.time()
