"""The compiled policies of a project: plain data, and the objects of the kinds that bring it to life."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, cast

from peakguard.runtime.unknown import unknown_policy

if TYPE_CHECKING:
    from peakguard.api.chaos_here import Chaos
    from peakguard.kinds.bindings.guard import Guarding
    from peakguard.kinds.bindings.runtime import Attachment
    from peakguard.kinds.cache.cache import Cache
    from peakguard.kinds.config.registry import Registry
    from peakguard.kinds.config.runtime import Config
    from peakguard.kinds.contract.runtime import Contract
    from peakguard.kinds.invariants.monitor import Monitor
    from peakguard.kinds.invariants.runtime import Invariants
    from peakguard.kinds.observability.runtime import Observability
    from peakguard.kinds.resilience.breaker import Breaker
    from peakguard.runtime.context.run import Run
    from peakguard.runtime.events import Subscriber
    from peakguard.runtime.failure.catalogs import Catalogs
    from peakguard.runtime.failure.catalogued import CataloguedError
    from peakguard.runtime.failure.classify import Classified
    from peakguard.runtime.failure.deaths import Deaths
    from peakguard.runtime.failure.failure import Failure
    from peakguard.runtime.journal.keeping import Shared
    from peakguard.runtime.metrics import Metrics
    from peakguard.runtime.subscription import Subscription


class PolicySet:
    """Immutable; safe to share between threads and to pickle into other processes.

    `digest` names this exact set of policies; every verdict is given under it. `root` is the folder of the project,
    whose state lies in `.peakguard` below it; empty for the current folder.
    """

    __slots__ = ("_attachments", "_bound", "_errors", "_tables", "digest", "root")

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], digest: str, root: str = "") -> None:
        self._tables = tables
        self.root = root
        self._bound: dict[tuple[str, str], Any] = {}
        self._errors: Catalogs | None = None
        self._attachments: list[Attachment] = []
        self.digest = digest

    def contract(self, name: str) -> Contract:
        """The contract of a name. Raises PeakguardError (PG2005) where there is none."""
        contract: Contract = self._bind("contract", name)
        return contract

    def config(self, name: str) -> Config:
        """The config policy of a name, as in `policies.config("app").load()`.

        Raises PeakguardError (PG2005) where there is none.
        """
        config: Config = self._bind("config", name)
        return config

    def registry(self, name: str, *, profile: str | None = None) -> Registry:
        """The registry of a config policy, one for the program: `policies.registry("app").current.config`.

        Raises PeakguardError (PG2005) for an unknown policy, ConfigError (PG2070) where the configuration is refused
        and no earlier one is kept.
        """
        config = self.config(name)
        made: Registry = self.shared(f"registry {name} {profile or ''}", lambda: config.registry(profile=profile))
        return made

    @property
    def errors(self) -> Catalogs:
        """The exception classes of all catalogs, as in `except policies.errors.BarInconsistent`."""
        if self._errors is None:
            from peakguard.runtime.failure.catalogs import Catalogs

            self._errors = Catalogs(self._tables.get("errors", {}), self.digest)
        return self._errors

    def error(self, code: str, /, **context: Any) -> CataloguedError:
        """An error of a catalog, to be raised: `raise policies.error("PT-1103", symbol="AAPL", …) from cause`.

        Where the context is not the declared one, a note on the error says so; with `python -X dev` it is
        PeakguardError (PG2031). Raises PeakguardError (PG2030) for a code that no catalog declares.
        """
        error = self.errors[code](**context)
        error.policy_set = self.digest
        return error

    def classify(self, error: BaseException, /, **context: Any) -> Failure | None:
        """What a foreign exception is in the catalogs, None where no `matches:` covers it.

        It keeps its type; it gets a note, and the answer as its attribute `peakguard`. `context` fills the hints.
        """
        return self.errors.classify(error, **context)

    def classified(self, **context: Any) -> Classified:
        """A context manager, or a decorator, that classifies what passes through it."""
        from peakguard.runtime.failure.classify import Classified

        return Classified(self.classify, context)

    def install_excepthook(self) -> Deaths:
        """From now on a program that dies of a catalogued error, or of a foreign one that is covered, says what to do.

        That is printed below the traceback, and the exit code is that of the policy. `undo()` ends it.
        """
        from peakguard.runtime.failure.deaths import Deaths

        return Deaths(self.classify)

    def run(
        self,
        name: str | None = None,
        *,
        run_id: str | None = None,
        seed: int | None = None,
        level: str | None = None,
        **baggage: object,
    ) -> Run:
        """Open a run under these policies, as `peakguard.run` does; its events carry their digest.

        A `seed` is given to the generators of the process that the reproducibility policy names, and to the streams
        of `run.rng(name)`. Raises PeakguardError (PG2100) where this process cannot reach the `level` that is asked
        for here or by the policy.
        """
        from peakguard.runtime.context.run import Run

        if seed is None and level is None:
            return Run(name, run_id, baggage, self.digest)
        streams = import_module("peakguard.kinds.reproducibility.runtime").streams(self, seed, level)
        return Run(name, run_id, baggage, self.digest, streams)

    def on_event(self, callback: Subscriber, *, names: Collection[str] | None = None) -> Subscription:
        """Call a function with every event from now on, or with those of some names; what is given back ends it.

        Events and their fields are listed in docs/EVENTS.md. A callback that raises breaks nothing, goes on being
        called, and is reported once. Raises ValueError for a name that no event has.
        """
        from peakguard.runtime.subscription import Subscription

        return Subscription(callback, names)

    def metrics(self, meter: Any = None) -> Metrics:
        """Count events from now on, by name, code and policy: `prometheus()` gives the text; `close()` ends it.

        Breakers that moved are told with their state. A meter of OpenTelemetry gets both, as `peakguard.events` and
        `peakguard.breaker.state`.
        """
        from peakguard.runtime.metrics import Metrics

        return Metrics(meter)

    def journal(self) -> Shared:
        """Keep what goes wrong from now on in `.peakguard/journal`, which `peakguard report` reads; `close()` ends it.

        Nothing is written while nothing goes wrong. `peakguard run` opens it by itself.
        """
        from peakguard.runtime.journal.keeping import Shared

        return Shared(self.root)

    def observe(self) -> Observability:
        """Write events and log records as the observability policy says, until `close()` or the end of a `with`.

        `peakguard run` does it by itself. Raises PeakguardError (PG2005) where there is no such policy.
        """
        return self._observability().open()

    def logger(self, name: str) -> Any:
        """A logger of structlog's kind under the observability policy, as in `log.info("bars_loaded", rows=7)`.

        While the policy is not at work (`observe`), its records go to the stdlib logger of that name. Raises
        PeakguardError (PG2005) where there is no such policy.
        """
        return self._observability().logger(name)

    def _observability(self) -> Observability:
        names = self.names("observability")
        made: Observability = self._bind("observability", names[0] if names else "")
        return made

    def attach(self, *, mode: str | None = None) -> Attachment:
        """Put the guards of all bindings on: at once where their modules are loaded, else when these are imported.

        What is given back says what became of each, and takes them off as a context manager. `mode` and the variable
        PEAKGUARD_MODE (`off`, `observe`, `enforce`) can only make bindings weaker. Raises PeakguardError for a target
        that is not in its module (PG2081), takes no guard (PG2082) or lacks a parameter (PG2083); then none is on.
        """
        made: Attachment = import_module("peakguard.kinds.bindings.runtime").attach(self, mode)
        self._attachments.append(made)
        return made

    attached = attach
    """The same, as it reads in `with policies.attached():`."""

    def detach(self) -> None:
        """Take off all that `attach` put on."""
        while self._attachments:
            self._attachments.pop().detach()

    def guard(self, name: str) -> Guarding:
        """The binding of a name as a decorator, or around the statements of a `with`.

        Raises PeakguardError (PG2005) where there is none.
        """
        return cast("Guarding", import_module("peakguard.kinds.bindings.runtime").guarding(self, name))

    def shared(self, key: str, make: Callable[[], Any]) -> Any:
        """What the parts of a kind share while the program runs, made at the first call. It is not pickled along."""
        found = self._bound.get((key, ""))
        return found if found is not None else self._bound.setdefault((key, ""), make())

    def retune(self, newer: PolicySet) -> tuple[str, ...]:
        """Let running guards go on under the values of a newer set, as in `policies.retune(peakguard.load())`.

        It is about resilience: windows, slots and tokens stay. Given are the names of policies of which more than
        values has changed: they stay as they are until their guards are put on again.
        """
        found: tuple[str, ...] = import_module("peakguard.kinds.resilience.runtime").retune(self, newer)
        return found

    def invariants(self, name: str) -> Invariants:
        """The invariants of a name, to verify results with. Raises PeakguardError (PG2005) where there is none."""
        made: Invariants = self._bind("invariants", name)
        return made

    def monitor(self, name: str, *, mode: Literal["enforce", "observe", "off"] = "enforce") -> Monitor:
        """A monitor of a new stream of steps, as in `with policies.monitor("backtest") as monitor: monitor.step(…)`.

        Raises PeakguardError (PG2005) where there are no invariants of that name.
        """
        return self.invariants(name).monitor(mode)

    def cache(self, name: str) -> Cache:
        """The cache of a name, one for the program: `policies.cache("bars").get_or_compute(key, fetch)`.

        Raises PeakguardError: PG2005 where there is none, and as `Cache` does where its folder cannot be used.
        """
        runtime = import_module("peakguard.kinds.cache.runtime")
        if not runtime.declares(self, name):
            raise unknown_policy("cache", name, runtime.names(self))
        return cast("Cache", runtime.cache(self, name))

    def cached(self, name: str, *key: str) -> Guarding:
        """A cache as a decorator: `@policies.cached("bars")`, or with the values that make the key named.

        `key` are paths such as `args.symbol` and `self.exchange`; all arguments if none is given. Raises PeakguardError
        as `cache` does, and PG2083 for a parameter that the function does not have.
        """
        self.cache(name)
        made: Guarding = import_module("peakguard.kinds.bindings.runtime").caching(self, name, key)
        return made

    def chaos(self, scenario: str, *, fault: str | None = None, seed: int | None = None) -> Chaos:
        """Planted faults while a `with` runs, in a test profile (else PG2130); of an unknown scenario PG2133."""
        made: Chaos = import_module("peakguard.api.chaos_here").Chaos(self, scenario, fault, seed, self._attachments)
        return made

    def breaker(self, name: str) -> Breaker:
        """The breaker of a resilience policy, to look at and to move by hand: `state`, `counts()`, `force("open")`.

        Raises PeakguardError (PG2005) where no such policy has one.
        """
        runtime = import_module("peakguard.kinds.resilience.runtime")
        made: Breaker | None = runtime.running(self, name).breaker if runtime.declares(self, name) else None
        if made is None:
            raise unknown_policy("resilience", name, self.names("resilience"))
        return made

    def names(self, kind: str) -> tuple[str, ...]:
        """The names of all policies of a kind, sorted."""
        return tuple(sorted(self._tables.get(kind, {})))

    def tables(self, kind: str) -> Mapping[str, Any]:
        """The compiled policies of a kind, by name: plain data."""
        return self._tables.get(kind, {})

    def _bind(self, kind: str, name: str) -> Any:
        bound = self._bound.get((kind, name))
        if bound is None:
            table = self._tables.get(kind, {}).get(name)
            if table is None:
                raise unknown_policy(kind, name, self.names(kind))
            runtime = import_module(f"peakguard.kinds.{kind}.runtime")
            bound = self._bound.setdefault((kind, name), runtime.bind(table, self))
        return bound

    def __reduce__(self) -> tuple[Any, ...]:
        return PolicySet, (self._tables, self.digest, self.root)

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(tables)} {kind}" for kind, tables in sorted(self._tables.items()))
        return f"<PolicySet {self.digest[:12]}: {counts}>"
