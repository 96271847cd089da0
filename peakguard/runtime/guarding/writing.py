"""Layers -> the text of one wrapper, and the function that it makes."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import update_wrapper
from types import FunctionType
from typing import Any, NamedTuple

from peakguard.runtime.guarding.bound import binder, reader
from peakguard.runtime.guarding.flavour import Flavour, call_lines, flavour_of, indented
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.parameters import Parameters, free_name, parameters_of

_KNOWN = {
    "Any": BaseException,
    "AsyncStop": StopAsyncIteration,
    "Exit": GeneratorExit,
    "Fault": Exception,
    "Stop": StopIteration,
}
_HEADS: Mapping[Flavour, str] = {"coroutine": "async def", "async generator": "async def"}


class Wrapper(NamedTuple):
    """A function that guards another, and the text it was made of."""

    function: Any  # a FunctionType, which a type checker would take for a method of the tuple
    text: str


def wrap(function: Callable[..., Any], layers: Sequence[Layer], name: str) -> Wrapper:
    """One function with the form of another, which runs all layers around it. `name` is for tracebacks."""
    text, namespace = write(function, layers)
    return _made(function, text, namespace, name)


def write(function: Callable[..., Any], layers: Sequence[Layer]) -> tuple[str, dict[str, Any]]:
    """The text of a wrapper and the objects that it names; layers may come in any order."""
    parameters, flavour = parameters_of(function), flavour_of(function)
    layers = sorted(layers, key=lambda layer: layer.rank)
    names = _Names(parameters, function)
    binds = parameters.signature is not None and any(layer.reads for layer in layers)
    call = "*{bound}.args, **{bound}.kwargs" if binds else parameters.call
    names.given = names.filled(call)
    lines = _core(names, flavour, f"{{function}}({call})", layers)
    for layer in reversed(layers):
        if layer.inner is not None:
            names.objects[names.filled("{function}")] = update_wrapper(layer.inner(function), function)
        lines = _around(lines, layer, names, layers)
    if flavour != "async generator":
        lines.append(names.filled("return {result}"))
    if binds:
        lines.insert(0, names.filled(f"{{bound}} = {{bind}}({parameters.call})"))
    head = f"{_HEADS.get(flavour, 'def')} wrapper({parameters.head}):"
    return "\n".join([head, *indented(lines), ""]), names.objects


def _core(names: _Names, flavour: Flavour, call: str, layers: Sequence[Layer]) -> list[str]:
    """The call itself; of a generator, its steps."""
    parts = {
        "STEPPING": [names.filled(line, layer) for layer in layers for line in layer.stepping],
        "STEPPED": [names.filled(line, layer) for layer in reversed(layers) for line in layer.stepped] or ["pass"],
        "EACH": [names.filled(line, layer) for layer in reversed(layers) for line in layer.each],
    }
    is_watched = any(layer.stepping or layer.each for layer in layers)
    lines: list[str] = []
    for line in call_lines(flavour, call, in_steps=is_watched):
        mark = line.strip(" ")
        margin = line[: len(line) - len(line.lstrip(" "))]
        lines += [margin + text for text in parts[mark]] if mark in parts else [names.filled(line)]
    return lines


def _around(lines: list[str], layer: Layer, names: _Names, layers: Sequence[Layer]) -> list[str]:
    if layer.failed:
        failed = [names.filled(line, layer) for line in layer.failed]
        lines = ["try:", *indented(lines), names.filled("except {Any} as {error}:"), *indented([*failed, "raise"])]
    if layer.repeated:
        again = [names.filled(line, layer) for line in layer.repeated]
        inside = [*lines, *(names.filled(line, layer) for line in layer.round), "break"]
        tried = ["try:", *indented(inside), names.filled("except {Fault} as {error}:"), *indented(again)]
        lines = ["while True:", *indented(tried)]
    if layer.rescued:
        rescued = [names.filled(line, layer) for line in layer.rescued]
        # What stands in for a result is held to the same demands.
        rescued += [names.filled(line, each) for each in layers if each.place == "result" for line in each.after]
        lines = ["try:", *indented(lines), names.filled("except {Fault} as {error}:"), *indented(rescued)]
    if layer.whole:
        lines = [*_function(lines, layer, names), names.filled(layer.whole, layer)]
    after = [names.filled(line, layer) for line in layer.after]
    if layer.block:
        lines = [names.filled(layer.block, layer), *indented(lines)]
    return [*(names.filled(line, layer) for line in layer.before), *lines, *after]


def _function(lines: Sequence[str], layer: Layer, names: _Names) -> list[str]:
    """What is inside a layer, as a function; a parameter that another layer replaces is that of the wrapper."""
    shared = [f"nonlocal {', '.join(names.written)}"] if names.written else []
    body = indented([*shared, *lines, names.filled("return {result}")])
    return [f"{_HEADS.get(names.flavour, 'def')} {names.filled('{inside}', layer)}():", *body]


class _Names:
    """Gives every word of a template a name that no parameter has."""

    def __init__(self, parameters: Parameters, function: Callable[..., Any]) -> None:
        self._prefix = free_name("_pg_", parameters.written)
        self._numbers: dict[int, int] = {}
        self._parameters = parameters
        self.written = parameters.written
        self.flavour = flavour_of(function)
        self.given = ""
        """The arguments as the function is called with them."""
        self.objects: dict[str, Any] = {**parameters.defaults, "__builtins__": {}}
        self._give("function", function)
        if parameters.signature is not None:
            self._give("bind", binder(parameters.signature))
            self._give("read", reader(parameters.signature))

    def _give(self, word: str, value: Any) -> str:
        name = self._prefix + word
        self.objects[name] = value
        return name

    def filled(self, line: str, layer: Layer | None = None) -> str:
        return line.format_map(_Words(self, layer))

    def of(self, word: str, layer: Layer | None) -> Any:
        if word in ("arg", "set"):
            return _Arguments(self, is_read=word == "arg")
        if word in _KNOWN:
            return self._give(word, _KNOWN[word])
        if word == "given":
            return self.given
        if layer is None or word in ("result", "error", "item"):
            return self._prefix + word
        own = f"{word}_{self._numbers.setdefault(id(layer), len(self._numbers) + 1)}"
        return self._give(own, layer.names[word]) if word in layer.names else self._prefix + own

    def parameter(self, name: str, *, is_read: bool) -> str:
        if self._parameters.signature is None:
            return name
        bound = self._prefix + "bound"
        return f"{self._prefix}read({bound}, {name!r})" if is_read else f"{bound}.arguments[{name!r}]"


class _Words(dict[str, Any]):
    def __init__(self, names: _Names, layer: Layer | None) -> None:
        self._names = names
        self._layer = layer

    def __missing__(self, word: str) -> Any:
        return self._names.of(word, self._layer)


class _Arguments:
    """What `{arg[x]}` is formatted from."""

    def __init__(self, names: _Names, *, is_read: bool) -> None:
        self._names = names
        self._is_read = is_read

    def __getitem__(self, name: str) -> str:
        return self._names.parameter(name, is_read=self._is_read)


def _made(function: Callable[..., Any], text: str, namespace: dict[str, Any], name: str) -> Wrapper:
    shown = f"<peakguard {name}>"
    exec(compile(text, shown, "exec"), namespace)  # noqa: S102 # generated from layers, which are ours
    made: FunctionType = namespace.pop("wrapper")
    # A traceback shows the line of the wrapper, as it does of a file.
    linecache.cache[shown] = (len(text), None, text.splitlines(keepends=True), shown)
    update_wrapper(made, function)
    _take_over(made, function)
    return Wrapper(made, text)


def _take_over(made: FunctionType, function: Callable[..., Any]) -> None:
    """Name, module and whatever else callers know the function by, such as `cache_clear` of a cached one."""
    made.__code__ = made.__code__.replace(co_name=made.__name__, co_qualname=made.__qualname__)
    if not isinstance(function, FunctionType):
        for name in _extras(function):
            setattr(made, name, getattr(function, name))


def _extras(function: Callable[..., Any]) -> Iterator[str]:
    known = set(dir(FunctionType))
    return (name for name in dir(type(function)) if name not in known and not name.startswith("__"))


def disarm(made_before: Wrapper, function: Callable[..., Any]) -> None:
    """Whoever still holds a wrapper that was taken off calls the function itself through it, from now on."""
    wrapper = made_before.function
    text, namespace = write(function, ())
    exec(compile(text, wrapper.__code__.co_filename, "exec"), namespace)  # noqa: S102 # likewise
    made: FunctionType = namespace.pop("wrapper")
    old = wrapper.__code__
    wrapper.__globals__.update(namespace)
    wrapper.__code__ = made.__code__.replace(co_name=old.co_name, co_qualname=old.co_qualname)
