"""Where the target of a guard stands: its owner, its name, and what lies there."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection
from types import ModuleType
from typing import Any, NamedTuple

from peakguard.diagnostics import codes
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.modules import names_of

_ABSENT = object()


class Place(NamedTuple):
    """A name in a module, a class or an object. `raw` is what lies there, `function` what is called in the end.

    `is_own` is false where a class or object has the name from above; then the guard is put before it.
    """

    target: str
    owner: Any
    name: str
    raw: Any
    function: Callable[..., Any]
    is_own: bool = True

    @property
    def is_home(self) -> bool:
        """Whether the function was defined here, under this name."""
        module = self.owner.__name__ if isinstance(self.owner, ModuleType) else getattr(self.owner, "__module__", None)
        above = "" if isinstance(self.owner, ModuleType) else f"{getattr(self.owner, '__qualname__', '')}."
        named = getattr(self.function, "__module__", None), getattr(self.function, "__qualname__", None)
        return named == (module, above + self.name)

    @property
    def claims_copies(self) -> bool:
        """Whether what other modules hold of the function are copies of what lies here.

        A method is copied from its class only if it was defined there, and not put there from somewhere else.
        """
        return self.is_own and (isinstance(self.owner, ModuleType) or self.is_home)

    def current(self) -> Any:
        """What lies there now; a mark that equals nothing where nothing does."""
        names = names_of(self.owner) if isinstance(self.owner, ModuleType) else vars(self.owner)
        return names.get(self.name, _ABSENT)

    def put(self, value: Any) -> None:
        """Replace it. Raises PeakguardError (PG2082) where the owner does not let itself be changed."""
        try:
            setattr(self.owner, self.name, value)
        except (AttributeError, TypeError) as error:
            raise refusal(self.target, f"{_described(self.owner)} does not let its attributes be replaced") from error

    def restore(self) -> None:
        """Put back what was there before any guard."""
        if self.is_own:
            setattr(self.owner, self.name, self.raw)
        else:
            delattr(self.owner, self.name)

    def dressed(self, wrapper: Callable[..., Any]) -> Any:
        """The wrapper in the form that `raw` has: a static method stays one, a property stays one."""
        raw = self.raw
        if isinstance(raw, staticmethod | classmethod):
            return type(raw)(wrapper)
        if isinstance(raw, property):
            made = type(raw)(wrapper, raw.fset, raw.fdel)
            made.__doc__ = raw.__doc__
            return made
        if isinstance(raw, functools.cached_property):
            cached: functools.cached_property[Any] = functools.cached_property(wrapper)
            cached.__set_name__(self.owner, self.name)
            return cached
        if isinstance(raw, functools.partial):
            return functools.partial(wrapper, *raw.args, **raw.keywords)
        # A function written in C takes no `self` when it is found in a class; a wrapper would.
        is_bare = inspect.isclass(self.owner) and inspect.isbuiltin(raw)
        return staticmethod(wrapper) if is_bare else wrapper


def find(target: str, module: ModuleType) -> Place:
    """What `package.module:qualified.name` names in a loaded module.

    Raises PeakguardError: PG2081 where there is nothing, PG2082 for what no guard can be put around.
    """
    path = target.partition(":")[2].split(".")
    owner: Any = module
    for depth, name in enumerate(path[:-1]):
        found, _ = _lookup(owner, name)
        if found is _ABSENT:
            raise missing(target, ".".join(path[: depth + 1]), owner)
        owner = found
    raw, is_own = _lookup(owner, path[-1])
    if raw is _ABSENT:
        raise missing(target, ".".join(path), owner)
    return Place(target, owner, path[-1], raw, _function_in(target, path[-1], raw), is_own)


def _lookup(owner: Any, name: str) -> tuple[Any, bool]:
    """What lies under a name, unbound, and whether it lies in the owner itself."""
    if isinstance(owner, ModuleType):
        return names_of(owner).get(name, _ABSENT), True
    own = getattr(owner, "__dict__", {})
    if name in own:
        return own[name], True
    if inspect.isclass(owner):
        return inspect.getattr_static(owner, name, _ABSENT), False
    found = inspect.getattr_static(owner, name, _ABSENT)
    return (getattr(owner, name) if found is not _ABSENT else _ABSENT), False


def _function_in(target: str, name: str, raw: Any) -> Callable[..., Any]:
    if isinstance(raw, staticmethod | classmethod):
        return raw.__func__
    if isinstance(raw, property):
        if raw.fget is None:
            raise refusal(target, "the property cannot be read")
        return raw.fget
    if isinstance(raw, functools.cached_property):
        return raw.func
    if isinstance(raw, functools.partial):
        return raw.func
    if inspect.isclass(raw):
        raise refusal(target, f"it is a class; bind its `{name}.__init__`, or the methods that matter")
    if not callable(raw):
        raise refusal(target, f"it is {_described(raw)}, which cannot be called")
    if not (inspect.isroutine(raw) or hasattr(raw, "cache_clear")):
        raise refusal(target, f"it is {_described(raw)}; bind the `__call__` of its class")
    function: Callable[..., Any] = raw
    return function


def missing(target: str, name: str, owner: Any, names: Collection[str] | None = None) -> PeakguardError:
    """The error for a name that is not there, with the nearest that is; `names` are those that may be meant."""
    from peakguard.diagnostics.wording import did_you_mean

    if names is None:
        names = names_of(owner) if isinstance(owner, ModuleType) else dir(owner)
    is_lazy = isinstance(owner, ModuleType) and "__getattr__" in names
    problem = f"{_described(owner)} has no `{name.rpartition('.')[2]}`"
    problem += " before it is asked for it; bind it where it is defined" if is_lazy else ""
    known = [each for each in names if not each.startswith("__")]
    suggestion = did_you_mean(name.rpartition(".")[2], known)
    return PeakguardError(codes.TARGET_MISSING, target=target, problem=problem, suggestion=suggestion)


def refusal(target: str, problem: str) -> PeakguardError:
    """The error for a target that no guard can be put around."""
    return PeakguardError(codes.TARGET_REFUSED, target=target, problem=problem)


def _described(owner: Any) -> str:
    if isinstance(owner, ModuleType):
        return f"the module {owner.__name__}"
    if inspect.isclass(owner):
        return f"the class {owner.__qualname__}"
    return f"an object of {type(owner).__qualname__}"
