"""A compiled binding: its layers for a function, and the wrapper that they make."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from peakguard.diagnostics import codes
from peakguard.kinds.bindings.files import write_layers
from peakguard.kinds.bindings.layers import classify_layer, contract_uses, demand_layers, trace_layer
from peakguard.kinds.bindings.problems import Site
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.flavour import flavour_of
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.parameters import check_named, parameters_of
from peakguard.runtime.guarding.writing import Wrapper, wrap
from peakguard.runtime.mode import environment_mode, weakest
from peakguard.runtime.policy_set import PolicySet

if TYPE_CHECKING:
    from peakguard.kinds.resilience.attempts import Attempts

F = TypeVar("F")


class Plan:
    """One binding under the mode that holds: the weakest of its own, its policy's and the environment's."""

    def __init__(self, policies: PolicySet, table: Mapping[str, Any], mode: str, key: str) -> None:
        self._policies = policies
        self._table = table
        self.mode = mode
        self.name: str = table["name"]
        self.target: str | None = table["target"]
        self.key = key
        """What tells it from all others of the project."""
        self.is_critical: bool = table["critical"]
        self.module: str = (self.target or "").partition(":")[0]
        self.path = (self.target or "").partition(":")[2].split(".")
        self._layers: Sequence[Layer] = ()

    def build(self, function: Callable[..., Any]) -> Wrapper:
        """The wrapper for a function. Raises PeakguardError (PG2082, PG2083) where the two do not fit."""
        return wrap(function, self.layers(function), self.name)

    def layers(self, function: Callable[..., Any]) -> list[Layer]:
        """What the binding does around a function, in no order."""
        parameters, table = parameters_of(function), self._table
        site = Site(
            self.name,
            self.target or self.name,
            table["origin"],
            self.mode == "enforce",
            self.is_critical,
            parameters,
            flavour_of(function),
            self._policies,
        )
        self._check_flavour(site)
        contract = import_module("peakguard.kinds.contract.layer") if contract_uses(table) else None
        made = [trace_layer(site, table), *demand_layers(site, table), classify_layer(site, table)]
        found = [layer for layer in made if layer is not None]
        for use in contract_uses(table):
            assert contract is not None
            found.append(contract.layer(site, use["contract"], use["part"], use["name"], nullable=use["nullable"]))
        if table["config"] is not None:
            found.append(import_module("peakguard.kinds.config.layer").layer(site, table["config"]))
        if table["checkpoint"] is not None:
            found.append(import_module("peakguard.kinds.reproducibility.layer").layer(site, table["checkpoint"]))
        found += write_layers(site, table)
        if table["cache"] is not None:
            kept = import_module("peakguard.kinds.cache.layer").layer
            found += kept(site, table["cache"], function, self._asked_of_results())
        if table["resilience"] is not None:
            found += import_module("peakguard.kinds.resilience.layer").layers(site, table["resilience"])
        named = [name for layer in found for name in layer.reads]
        check_named(named, parameters, self.name, site.target)
        if table["invariants"] is not None:
            found.append(import_module("peakguard.kinds.invariants.layer").layer(site, table["invariants"]))
        self._layers = found
        return found

    def _asked_of_results(self) -> list[Any]:
        """What a result was found to keep when a cache has it: where that changes, the cache does not have it."""
        table = self._table
        results = [value for value in table["values"] if value["part"] == "returns"]
        contracts = self._policies.tables("contract")
        asked = [contracts[value["contract"]] for value in results if "contract" in value]
        config = self._policies.tables("config").get(table["config"] or "")
        return [*results, *asked, *table["ensure"], *([config] if config is not None else [])]

    @property
    def watches(self) -> bool:
        """Whether invariants are watched here."""
        return self._table["invariants"] is not None

    def labels(self) -> tuple[str, ...]:
        """What the guard does, outermost first, as it was last put on."""
        ordered = sorted(self._layers, key=lambda layer: layer.rank)
        return tuple(f"{layer.place}: {layer.label}" for layer in ordered)

    def doubts(self, function: Callable[..., Any]) -> Iterator[list[Any]]:
        """Codes with their context: what a policy around the function names or asks that it cannot have there."""
        name = self._table["resilience"]
        if name is not None:
            found = import_module("peakguard.kinds.resilience.doubts").doubts
            yield from found(self._policies, name, function, self.target or self.name)

    def block(self) -> tuple[Any, Callable[..., Any] | None]:
        """The span and the classifier for a block of statements. Raises PeakguardError (PG2082) for what has more."""
        table = self._table
        if table["resilience"] is not None:
            problem = "a block cannot be made again: write `for attempt in policies.guard(…).attempts():` around it"
            raise PeakguardError(codes.TARGET_REFUSED, target=self.name, problem=problem)
        others = ("values", "require", "ensure", "config", "cache", "invariants", "writes", "checkpoint")
        asks = [part for part in others if table[part]]
        asks += [part for part in (table["classify"], (table["trace"] or [None, None])[1]) if part]
        if asks:
            problem = "a block has no arguments and no result; only `classify: true` and `trace: true` apply to it"
            raise PeakguardError(codes.TARGET_REFUSED, target=self.name, problem=problem)
        from peakguard.runtime.context.run import span

        if self.mode == "off":
            return None, None
        opened = span(table["trace"][0]) if table["trace"] is not None else None
        return opened, self._policies.classify if table["classify"] is not None else None

    def attempts(self) -> Any:
        """The resilience policy around statements. Raises PeakguardError (PG2082) for a binding that asks more."""
        table = self._table
        others = ("values", "require", "ensure", "config", "cache", "invariants", "writes", "checkpoint")
        if table["resilience"] is None or any(table[part] for part in others):
            problem = "attempts are those of a resilience policy, around statements that have no arguments or result"
            raise PeakguardError(codes.TARGET_REFUSED, target=self.name, problem=problem)
        runtime = import_module("peakguard.kinds.resilience.runtime")
        attempts = import_module("peakguard.kinds.resilience.attempts").Attempts
        is_enforced = self.mode == "enforce"
        return attempts(runtime.guarded(self._policies, table["resilience"], is_enforced=is_enforced))

    def _check_flavour(self, site: Site) -> None:
        parts = {value["part"] for value in self._table["values"]}
        is_generator = site.flavour in ("generator", "async generator")
        problem = None
        if is_generator and "returns" in parts:
            problem = f"it is a {site.flavour}, whose items are asked by `yields`"
        elif not is_generator and "yields" in parts:
            problem = "it is no generator, whose result is asked by `returns`"
        if problem is not None:
            raise PeakguardError(codes.TARGET_REFUSED, target=site.target, problem=problem)


def plans_of(policies: PolicySet, mode: str | None) -> list[Plan]:
    """All bindings of a project; `mode` and the variable PEAKGUARD_MODE can only make them weaker."""
    given = (mode, environment_mode())
    return [
        Plan(policies, table, weakest(policy["mode"], table["mode"], *given), f"{name}.{index}")
        for name, policy in sorted(policies.tables("bindings").items())
        for index, table in enumerate(policy["bindings"])
    ]


class Guarding:
    """A binding as a decorator of functions and methods."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._block: Block | None = None

    def __call__(self, function: F) -> F:
        """The function, guarded; as it is where the mode is `off`. Raises PeakguardError where the two do not fit."""
        if self._plan.mode == "off":
            return function
        if isinstance(function, staticmethod | classmethod):
            return cast("F", type(function)(self._plan.build(function.__func__).function))
        return cast("F", self._plan.build(cast("Callable[..., Any]", function)).function)

    def attempts(self) -> Attempts:
        """The attempts of a resilience policy around statements: `for attempt in …attempts(): with attempt: …`.

        Raises PeakguardError (PG2082) where the binding asks for more than a resilience policy, or has none.
        """
        made: Attempts = self._plan.attempts()
        return made

    def __enter__(self) -> None:
        if self._block is not None:
            raise RuntimeError("this guard was entered before: ask the policies for another one")
        self._block = Block(self._plan)
        self._block.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._block is not None:
            self._block.__exit__(kind, error, at)


class Block:
    """A binding around the statements of a `with`, which have no arguments and no result.

    Only `classify` and `trace` apply to them; for a binding that asks more it is PeakguardError (PG2082).
    """

    def __init__(self, plan: Plan) -> None:
        self._span, self._classify = plan.block()

    def __enter__(self) -> None:
        if self._span is not None:
            self._span.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None and self._classify is not None:
            self._classify(error)
        if self._span is not None:
            self._span.__exit__(kind, error, at)
