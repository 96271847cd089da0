"""Values in a store: frames as Parquet whose pages carry checksums, and exceptions that are remembered."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.kinds.cache.entry import Note, note_of
from peakguard.kinds.cache.remembered import error_of
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.store import Entry, Pointer, Store

_SAMPLED = 1 / 16
"""The share of reads for which `verify: sampled` compares the digest of the whole file."""

Columns = Sequence[Any] | None


class Value(NamedTuple):
    """A frame, or the exception that a call is remembered to raise, and what is known of it."""

    frame: Any
    error: Exception | None
    note: Note
    pointer: Pointer


class Values:
    """Writes frames and gives them back as what they were. Raises PeakguardError as the store does."""

    def __init__(self, store: Store, table: Mapping[str, Any], chance: Callable[[], float]) -> None:
        self._store = store
        self._table = table
        self._chance = chance
        self._seen: dict[str, tuple[int, ...]] = {}
        self._returns: set[Any] = set()

    def write(self, key: str, frame: Any, note: Note) -> Pointer:
        """Keep a frame. Raises PeakguardError (PG2045) for what is none, or would come back as another."""
        from peakguard.engines.arrow import frames, pages

        form = frames.form_of(frame)
        if form is None:
            raise self._not_kept(frame, "it is no frame of polars, pandas or pyarrow")
        try:
            table = frames.to_table(frame, form)
            frames.check_values(frame, form, table)
            known = frames.known_by(form, table)
            if known is None or known not in self._returns:
                frames.check_returns(frame, form, table, lambda part: pages.read(pages.write(part)))
                self._returns.add(known)
            data = pages.write(table, self._table["compression"])
        except (frames.NotKept, pages.Unwritable) as error:
            raise self._not_kept(frame, str(error)) from error
        return self._store.put(key, data, note._replace(form=form, rows=table.num_rows).plain())

    def write_error(self, key: str, record: bytes, note: Note) -> Pointer:
        """Remember an exception, by its record."""
        return self._store.put(key, record, note._replace(form="error").plain())

    def read(self, pointer: Pointer, note: Note, columns: Columns = None) -> Value | None:
        """What a pointer names, or what has taken its place since; None where that was removed.

        Raises PeakguardError: PG2041 where it is damaged, PG2047 for a column that it does not have.
        """
        if note.form != "error" and self._is_trusted(pointer):
            try:
                frame = self._frame(self._store.layout.object(pointer.digest), pointer, note, columns)
            except FileNotFoundError:
                pass
            else:
                return Value(frame, None, note, pointer)
        return self._verified(pointer.key, columns)

    def verified_path(self, pointer: Pointer) -> str | None:
        """The path of an object whose digest was compared, at least once; None where it was removed."""
        if not self._is_seen(pointer):
            entry = self._store.get(pointer.key)
            if entry is None or entry.pointer.digest != pointer.digest:
                return None
            self._see(entry)
        return self._store.layout.object(pointer.digest)

    def _verified(self, key: str, columns: Columns) -> Value | None:
        entry = self._store.get(key)
        return self.of_entry(entry, columns) if entry is not None else None

    def of_entry(self, entry: Entry, columns: Columns = None) -> Value | None:
        """What an entry of the store holds; None where something else has put it."""
        note = note_of(entry.pointer)
        if note is None:
            return None
        if note.form == "error":
            return self._error(entry, note)
        frame = self._frame(entry.data, entry.pointer, note, columns)
        self._see(entry)
        return Value(frame, None, note, entry.pointer)

    def _error(self, entry: Entry, note: Note) -> Value:
        wanted = (self._table["negative"] or {"on": ()})["on"]
        try:
            error = error_of(entry.data, self._table["name"], wanted)
        except ValueError as problem:
            raise self._store.damaged(entry.pointer, str(problem)) from problem
        return Value(None, error, note, entry.pointer)

    def _frame(self, source: bytes | str, pointer: Pointer, note: Note, columns: Columns) -> Any:
        from peakguard.engines.arrow import frames, pages

        try:
            table = pages.read(source, columns, checked=self._table["verify"] != "never")
            return frames.from_table(table, frames.form_named(note.form))
        except pages.UnknownColumn as error:
            from peakguard.diagnostics.wording import did_you_mean

            data = {"known": ", ".join(error.known), "suggestion": did_you_mean(error.name, error.known)}
            name = self._table["name"]
            raise PeakguardError(codes.CACHE_COLUMN_UNKNOWN, cache=name, column=error.name, **data) from error
        except ValueError as error:
            self._seen.pop(pointer.digest, None)
            raise self._store.damaged(pointer, str(error)) from error

    def _is_trusted(self, pointer: Pointer) -> bool:
        """Whether the digest of the whole file need not be compared now."""
        match self._table["verify"]:
            case "never":
                return True
            case "sampled":
                return self._chance() >= _SAMPLED
            case "first_open":
                return self._is_seen(pointer)
            case _:
                return False

    def _is_seen(self, pointer: Pointer) -> bool:
        try:
            state = os.stat(self._store.layout.object(pointer.digest))
        except OSError:
            return False
        return self._seen.get(pointer.digest) == _mark(state)

    def _see(self, entry: Entry) -> None:
        self._seen[entry.pointer.digest] = _mark(entry.state)

    def _not_kept(self, frame: Any, problem: str) -> PeakguardError:
        kind = f"{type(frame).__module__}.{type(frame).__qualname__}".removeprefix("builtins.")
        return PeakguardError(codes.CACHE_VALUE_REFUSED, cache=self._table["name"], type=kind, problem=problem)


def _mark(state: os.stat_result) -> tuple[int, ...]:
    return state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns
