"""A registry: it serves one good configuration at a time, and keeps it whatever is written to the files.

Readers take no lock: they read one attribute that holds an immutable state. Everything that writes derives, judges,
swaps, keeps and tells in one critical section, of the process and of the host.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.kinds.config.files import read_file
from peakguard.kinds.config.frozen import frozen_changes
from peakguard.kinds.config.inputs import Inputs, fingerprint, kept
from peakguard.kinds.config.last_good import LastGood, Record
from peakguard.kinds.config.pins import Pins
from peakguard.kinds.config.sections import changed_paths
from peakguard.kinds.config.serving import Serving, first_of
from peakguard.kinds.config.snapshot import Provenance, Reload, Snapshot, Source, Status, digest_of_section
from peakguard.kinds.config.subscribers import Notify, Prepare, Subscriber
from peakguard.kinds.config.told import tell_loaded, tell_refused, tell_taken
from peakguard.runtime.closing import Closing
from peakguard.runtime.errors import ConfigError, PeakguardError

if TYPE_CHECKING:
    from peakguard.kinds.config.files import Wanted
    from peakguard.kinds.config.runtime import Config
    from peakguard.kinds.config.watching import Watching


class _Kept(NamedTuple):
    """A generation that can be gone back to, with what it was made of."""

    snapshot: Snapshot
    inputs: Inputs


class _Current:
    """What stands in for `current` while its age has to be looked at; else the snapshot lies in the registry itself.

    So a read is that of an attribute: Python looks into an object before it asks such a descriptor of its class.
    """

    def __get__(self, registry: Registry, owner: type[Registry]) -> Snapshot:
        return registry.of_age()


class Registry(Closing):
    """The configuration of a program while it runs. Thread-safe; processes of a project share its generations."""

    def __init__(
        self,
        config: Config,
        *,
        profile: str | None = None,
        environ: Mapping[str, str] | None = None,
        now: Callable[[], float] = time.time,
        lock: Any = None,
    ) -> None:
        """Take the configuration as it stands, else the last good one. Raises ConfigError (PG2070) without either."""
        self._config = config
        self._profile = config.profile(profile, environ)
        self._environ = environ
        self._now = now
        self._lock = lock if lock is not None else threading.Lock()
        self._owner: int | None = None
        self._store = LastGood(config.root, config.name if self._profile is None else f"{config.name}.{self._profile}")
        self._subscribers: tuple[Subscriber, ...] = ()
        self._history: deque[_Kept] = deque(maxlen=config.table["reload"]["history"])
        self._pins = Pins()
        self._unsaved = ""
        self._closed = False
        self._watching: Watching | None = None
        self._swap(self._first())
        tell_loaded(config.name, self._state.snapshot)

    current = _Current()
    """The configuration that is served. Read it once for each piece of work, and use what you got.

    Raises ConfigError (PG2072) where it is too old and the policy says `on_stale: fail`.
    """

    @property
    def pinned(self) -> Snapshot:
        """The configuration of this run, the one that was current when it first asked; outside any, the current."""
        return self._pins.of_run(lambda: self.current)

    @property
    def status(self) -> Status:
        """Whether what is served is what the files say."""
        return self._state.status(self._now(), self._config.table["reload"], self._unsaved)

    @property
    def history(self) -> tuple[Snapshot, ...]:
        """The generations that are kept, the current one last."""
        return tuple(each.snapshot for each in self._history)

    def subscribe(self, notify: Notify | None = None, *, prepare: Prepare | None = None) -> Callable[[], None]:
        """Have a part of the program asked (`prepare(new)`) and told (`notify(old, new)`); gives the way back."""
        subscriber = Subscriber(prepare, notify)
        self._subscribers = (*self._subscribers, subscriber)

        def unsubscribe() -> None:
            self._subscribers = tuple(each for each in self._subscribers if each is not subscriber)

        return unsubscribe

    def reload(self) -> Reload:
        """Take what the files say now, or say why not. Never raises for what stands in them."""
        with self._critical() as record:
            inputs = self._derive(record)
            held = record.held if record is not None and record.held == inputs.mark() else None
            if held is not None and record is not None:
                inputs = kept(record)
            return self._take(inputs, "files", record, held)

    def publish(self, values: Mapping[str, Any], *, expected: int) -> Snapshot:
        """Put values over the files, as a last layer that stays until another is published; `{}` takes it away.

        Raises PeakguardError (PG2073) where the current generation is not the expected one, ConfigError (PG2071) for a
        configuration that is refused.
        """
        with self._critical() as record:
            generation = max(self._state.snapshot.generation, record.generation if record is not None else 0)
            if generation != expected:
                name = self._config.name
                raise PeakguardError(codes.GENERATION_CONFLICT, config=name, generation=generation, expected=expected)
            inputs = self._derive(record)._replace(overlay=dict(values))
            outcome = self._take(inputs, "published", record, None, is_probe=True)
        if outcome.error is not None:
            raise outcome.error
        return self._state.snapshot

    def rollback(self, generation: int | None = None) -> Snapshot:
        """Serve an earlier generation again, the one before if none is named, under a new number.

        The files are passed over until they change. Raises PeakguardError (PG2074) for one that is not kept, or
        ConfigError (PG2071) for one that a part of the program refuses now.
        """
        with self._critical() as record:
            found = self._earlier(generation)
            mark = self._derive(record).mark()
            outcome = self._take(found.inputs, "rollback", record, mark, is_probe=True)
        if outcome.error is not None:
            raise outcome.error
        return self._state.snapshot

    def watch(self, interval: float = 1.0) -> Watching:
        """Reload by itself when files change, with a look at least every `interval` seconds, until it is closed."""
        from peakguard.kinds.config.watching import Watching

        if self._watching is None:
            self._watching = Watching(self, interval)
        return self._watching

    def close(self) -> None:
        """Watch no more, and take no more; what is served can still be read."""
        self._closed = True
        watching, self._watching = self._watching, None
        if watching is not None:
            watching.close()
        self._pins.close()

    def wanted(self) -> list[Wanted]:
        """The files that it is made of."""
        return self._config.wanted(None, self._profile)

    def fingerprint(self) -> tuple[Any, ...]:
        """What the system says of all that a reload would read; it changes when that does."""
        return fingerprint(self.wanted(), self._store.path)

    @contextmanager
    def _critical(self) -> Iterator[Record | None]:
        if self._closed:
            raise PeakguardError(codes.REGISTRY_CLOSED, config=self._config.name)
        if self._owner == threading.get_ident():
            raise RuntimeError("a subscriber cannot change the configuration that it is told of")
        with self._lock:
            self._owner = threading.get_ident()
            try:
                with self._store.locked() as record:
                    yield record
            finally:
                self._owner = None

    def _derive(self, record: Record | None) -> Inputs:
        files = tuple(read_file(each) for each in self.wanted())
        return Inputs(files, record.overlay if record is not None else None)

    def _first(self) -> Serving:
        with self._lock, self._store.locked() as record:
            inputs = self._derive(record)
            held = record.held if record is not None and record.held == inputs.mark() else None
            if held is not None and record is not None:
                inputs = kept(record)
            try:
                made = self._made(inputs, "files", record, None)
            except ConfigError as error:
                if record is None:
                    raise
                try:
                    made = self._made(kept(record), "last_good", record, None)
                except ConfigError:
                    raise error from None
                tell_refused(self._config.name, made.generation, error)
                self._history.append(_Kept(made, kept(record)))
                return Serving(made, None, record.at, "").degraded(error, self._config.table["reload"])
            self._keep(made, inputs, record, held)
            self._history.append(_Kept(made, inputs))
            return Serving(made, None, self._now(), "")

    def _made(self, inputs: Inputs, source: Source, record: Record | None, current: Snapshot | None) -> Snapshot:
        """A snapshot of inputs that are good. Raises ConfigError (PG2070)."""
        examined = self._config.examine_files(inputs.all(), self._environ)
        section = self._config.section_of(examined)
        digest = digest_of_section(section)
        least = max(record.generation if record is not None else 0, current.generation if current is not None else 0)
        is_known = record is not None and record.digest == digest and record.generation == least
        is_same = current is not None and current.digest == digest and current.generation == least
        generation = least if is_known or is_same else least + 1
        if current is not None:
            changes = frozen_changes(self._config.table["fields"], current.config, section, examined.origins)
            if changes:
                raise self._config.refusal(examined._replace(findings=tuple(changes)))
        provenance = Provenance(
            source, examined.files, examined.variables, self._profile, self._config.policy_set, self._now()
        )
        return Snapshot(section, generation, digest, provenance, examined.origins)

    def _take(
        self, inputs: Inputs, source: Source, record: Record | None, held: str | None, *, is_probe: bool = False
    ) -> Reload:
        """Judge inputs and serve them, or refuse them; with `is_probe` a refusal is the caller's alone."""
        old = self._state.snapshot
        try:
            new = self._made(inputs, source, record, old)
            refusals = [each.ask(new) for each in self._subscribers] if new.digest != old.digest else []
            refusal = next((each for each in refusals if each is not None), None)
            if refusal is not None:
                raise refusal
        except PeakguardError as error:
            return self._refused(error, is_probe=is_probe)
        is_same = new.digest == old.digest and new.generation == old.generation
        self._keep(new, inputs, record, held)
        self._swap(Serving(old if is_same else new, None, self._now(), ""))
        if is_same:
            return Reload("unchanged", old.generation, (), (), None)
        self._history.append(_Kept(new, inputs))
        changed = changed_paths(old.config, new.config)
        tell_taken(self._config.name, new, changed)
        for subscriber in self._subscribers if new.digest != old.digest else ():
            subscriber.tell(old, new)
        return Reload("taken", new.generation, changed, (), None)

    def of_age(self) -> Snapshot:
        """What `current` is, after a look at its age."""
        return self._state.of_age(self._config.name, self._now())

    def _swap(self, state: Serving) -> None:
        self._state = state
        if state.until is None:
            self.__dict__["current"] = state.snapshot
        else:
            self.__dict__.pop("current", None)

    def _keep(self, new: Snapshot, inputs: Inputs, record: Record | None, held: str | None) -> None:
        """Keep a generation on disk; where that fails it is served all the same, and `status` says so."""
        made = Record(new.generation, new.digest, inputs.texts(), inputs.overlay, held, new.provenance.at)
        if record is not None and made._replace(at=record.at) == record:
            return
        try:
            self._store.write(made)
            self._unsaved = ""
        except PeakguardError as error:
            self._unsaved = error.message

    def _refused(self, error: PeakguardError, *, is_probe: bool) -> Reload:
        generation, name = self._state.snapshot.generation, self._config.name
        findings = error.diagnostics if isinstance(error, ConfigError) else ()
        first = first_of(error)
        told = ConfigError(codes.RELOAD_REFUSED, findings, config=name, generation=generation, first=first)
        told.__cause__ = error
        tell_refused(name, generation, error)
        if not is_probe:
            self._swap(self._state.degraded(error, self._config.table["reload"]))
        return Reload("refused", generation, (), findings, told)

    def _earlier(self, generation: int | None) -> _Kept:
        kept_ones = list(self._history)[:-1] if generation is None else list(self._history)
        found = [each for each in kept_ones if generation is None or each.snapshot.generation == generation]
        if not found:
            numbers = ", ".join(str(each.snapshot.generation) for each in self._history)
            data = {"config": self._config.name, "generation": generation or 0, "kept": numbers}
            raise PeakguardError(codes.GENERATION_UNKNOWN, **data)
        return found[-1]
