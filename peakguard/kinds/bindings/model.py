"""What a `bindings` policy may say."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, Strict, model_validator

from peakguard.diagnostics import codes
from peakguard.language.header import Mode, Policy
from peakguard.language.model import Model
from peakguard.language.references import CacheRef, ConfigRef, ContractRef, ErrorRef, InvariantsRef, ResilienceRef
from peakguard.language.rule import OnNull
from peakguard.language.short import Short
from peakguard.language.typed import Bounded, Shape, ShortForm, one_shape
from peakguard.language.values import Flag, Identifier, Name, Target, Text, fault


def _check_path(text: str) -> str:
    from peakguard.runtime.guarding.paths import parse_path

    if parse_path(text) is None:
        raise fault(codes.BAD_PATH, found=text)
    return text


Fold = Literal["sum", "count", "min", "max", "first", "last"]
PathText = Annotated[str, Strict(), AfterValidator(_check_path)]


class Value(Bounded):
    """What is asked of an argument or a result: a data type with its bounds, or a contract for a frame."""

    contract: ContractRef | None = None
    """In place of a type: the contract that a frame must keep."""
    error: ErrorRef | None = None
    """The code that is raised for a value that is not as asked."""

    @model_validator(mode="before")
    @classmethod
    def _one_shape(cls, value: Any) -> Any:
        if isinstance(value, dict) and "contract" in value:
            others = [key for key in value if key not in ("contract", "nullable", "error")]
            if others:
                shown = ", ".join(f"`{key}`" for key in ("contract", *others))
                raise fault(codes.EXCLUSIVE_KEYS, keys="`contract`, `type`", found=shown)
            return value
        return one_shape(value)


class Demand(Model):
    """A demand on arguments, on the result, or on values that are read, in the expression language."""

    expr: Text
    """An expression that holds for every call."""
    on_null: OnNull | None = None
    """The verdict on a call whose outcome is unknown; must be stated where that can happen."""
    error: ErrorRef | None = None
    """The code that is raised."""
    message: Text | None = None
    """What a failure means, in the operator's words."""


_AsExpr = Short(str, lambda text: {"expr": text})
_OnlyOne = Short(str, lambda text: {"it": {"expr": text}})
Demands = Annotated[dict[Identifier, Annotated[Demand, _AsExpr]], _OnlyOne]


class Read(Shape):
    """A value that the demands of a binding may read beside its arguments."""

    path: PathText
    """Where it stands, e.g. `self.cash`, `args.bar.time`, `self.fills[*].price`."""
    fold: Fold | None = None
    """What is read of the elements that `[*]` stands for, in place of their list."""
    appended: Flag = False
    """For a fold: elements are only ever added at the end, and never changed, so that each is read once."""


class Writes(Model):
    """A file that a function writes, to be whole or not there."""

    path: PathText
    """The parameter that names the file, e.g. `args.path`."""
    atomic: Literal[True] = True
    """The function is given the name of a new file beside it, which takes its place when the function returns."""
    durability: Literal["full", "rename"] = "full"
    """`full` survives a power cut, `rename` a crash of the program."""


class Classify(Model):
    """Foreign exceptions become errors of the catalogs."""

    context: dict[Identifier, PathText] = Field(default_factory=dict)
    """Values for the hints of an error, read from the call."""


class Trace(Model):
    """A span around every call."""

    name: Text | None = None
    """What the span is called; the name of the binding if it is not given."""
    fields: dict[Identifier, PathText] = Field(default_factory=dict)
    """Values that the span carries, read from the call."""


class Shown(Model):
    """A value of the program's state."""

    path: PathText
    """Where it stands, e.g. `self.cash`, `args.bar.time`, `self.curve[-1]`."""
    fold: Fold | None = None
    """What is read of the elements that `[*]` stands for, in place of their list."""
    appended: Flag = False
    """For a fold: elements are only ever added at the end, and never changed, so that each is read once."""


class Watch(Model):
    """The state of a program at a call, as a step of a policy of invariants."""

    policy: InvariantsRef
    """The policy."""
    at: Literal["entry", "exit"] = "exit"
    """Ahead of the call, when what it is given can still be refused, or after it."""
    state: Annotated[dict[Identifier, Annotated[Shown, ShortForm("path")]], Field(min_length=1)]
    """Where each value of the policy's state stands, e.g. `self.cash`."""


class Kept(Model):
    """The cache that a call asks first."""

    policy: CacheRef
    """The cache policy."""
    key: tuple[PathText, ...] = ()
    """The values that make the key, e.g. `args.symbol`, `self.exchange.name`; all arguments if it is not given."""


_Switch = Short(bool, lambda on: {} if on else None)


class Binding(Model):
    """One function, and what is done around its calls."""

    target: Target | None = None
    """The function, `package.module:function` or `package.module:Class.method`; it may be decorated by name instead."""
    name: Name | None = None
    """What reports and `@peakguard.guard` call it; the target if it is not given."""
    mode: Mode = "enforce"
    """`observe` reports without acting, `off` leaves the target alone."""
    critical: Flag = False
    """A fault of peakguard itself stops the call too; otherwise it is reported and the call goes on."""
    arguments: dict[Identifier, Annotated[Value, ShortForm()]] = Field(default_factory=dict)
    """What is asked of arguments, by the names of the parameters."""
    reads: dict[Identifier, Read] = Field(default_factory=dict)
    """Values beside the arguments that `require` and `ensure` may read."""
    require: Demands = Field(default_factory=dict)
    """What holds before every call."""
    returns: Annotated[Value, ShortForm()] | None = None
    """What is asked of the result."""
    yields: Annotated[Value, ShortForm()] | None = None
    """What is asked of every item of a generator."""
    ensure: Demands = Field(default_factory=dict)
    """What holds after every call; `result` is what it gave."""
    config: ConfigRef | None = None
    """The config policy that a loaded configuration must keep: the result, a table of values."""
    cache: Annotated[Kept | None, ShortForm("policy")] = None
    """The cache that gives the result without a call, where it has it."""
    resilience: ResilienceRef | None = None
    """The resilience policy that the calls are under."""
    invariants: Watch | None = None
    """What holds of the program's state at every call."""
    writes: Annotated[tuple[Writes, ...], Short(dict, lambda one: [one])] = ()
    """The file that the function writes, or a list of them."""
    classify: Annotated[Classify | None, _Switch] = None
    """Whether foreign exceptions become errors of the catalogs."""
    trace: Annotated[Trace | None, _Switch] = None
    """Whether every call has a span of its own."""
    checkpoint: Name | None = None
    """What the record of a run calls the result, or every item of a generator."""

    @property
    def shown(self) -> str:
        """What reports call it."""
        return self.name or self.target or ""


class Bindings(Policy):
    """Functions of a program, and what guards them."""

    kind: Literal["bindings"]
    """What the file declares."""
    bindings: Annotated[tuple[Binding, ...], Field(min_length=1)]
    """The functions."""


MODEL = Bindings
