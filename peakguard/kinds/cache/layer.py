"""A cache around a function, as a layer of its wrapper."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType, ModuleType
from typing import Any

from peakguard.diagnostics import codes
from peakguard.kinds.cache.cache import Cache
from peakguard.kinds.cache.key import encode, shown_of
from peakguard.kinds.cache.runtime import cache
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.guarding.layer import Layer
from peakguard.runtime.guarding.paths import follower, parse_path
from peakguard.runtime.guarding.roots import Roots
from peakguard.runtime.guarding.site import Site


def layer(site: Site, use: Mapping[str, Any], function: Callable[..., Any], asked: Sequence[Any]) -> list[Layer]:
    """The layer that asks a cache ahead of the call; none where the policy is off.

    `asked` is what the binding asks of results, which a kept one has passed. Raises PeakguardError (PG2082) for a
    generator, whose items are gone when they are given, and for a function that reads variables of the one around it.
    """
    if site.flavour not in ("plain", "coroutine"):
        problem = f"it is a {site.flavour}: what it yields is gone when it is given, and a cache keeps whole frames"
        raise PeakguardError(codes.TARGET_REFUSED, target=site.target, problem=problem)
    problem = _problem(function, has_key=bool(use["key"]))
    if problem:
        raise PeakguardError(codes.TARGET_REFUSED, target=site.target, problem=problem)
    kept = cache(site.policies, use["policy"], is_enforced=site.is_enforced)
    if kept.mode == "off":
        return []
    paths = use["key"] or [f"args.{each}" for each in site.parameters.names]
    roots = Roots(site.parameters)
    keyed = _keyed(site.binding, _namespace(site, function, asked), paths, roots)
    is_async = site.flavour == "coroutine"
    computed = _asked_async(site, kept, keyed) if is_async else _asked(site, kept, keyed)
    whole = f"{{result}} = {'await ' if is_async else ''}{{computed}}({{inside}}, {roots.text})"
    return [Layer("cache", use["policy"], {"computed": computed}, whole=whole, reads=roots.parameters)]


def _asked(site: Site, kept: Cache, keyed: Callable[..., tuple[str, str]]) -> Callable[..., Any]:
    def computed(inside: Callable[[], Any], *values: Any) -> Any:
        try:
            key, shown = keyed(*values)
        except PeakguardError as error:
            if site.is_enforced:
                raise
            site.failed("cache", error)
            return inside()
        return kept.computed(key, shown, inside)

    return computed


def _asked_async(site: Site, kept: Cache, keyed: Callable[..., tuple[str, str]]) -> Callable[..., Any]:
    async def computed(inside: Callable[[], Any], *values: Any) -> Any:
        try:
            key, shown = keyed(*values)
        except PeakguardError as error:
            if site.is_enforced:
                raise
            site.failed("cache", error)
            return await inside()
        return await kept.computed_async(key, shown, inside)

    return computed


def _problem(function: Callable[..., Any], *, has_key: bool) -> str:
    """Why the values of a function could be taken for those of another one; empty where they cannot."""
    name = getattr(function, "__qualname__", "")
    if not name or not getattr(function, "__module__", None) or "<lambda>" in name:
        return "it has no name of its own, by which its values are known: give it one with `def`"
    if has_key:
        return ""
    if inspect.ismethod(function):
        return "it is a method of one object, which is no argument: name the `key`"
    if any(_reads_around(level) for level in _levels(function)):
        return "it reads variables of the function it is made in, which are no arguments: name the `key`"
    return ""


def _levels(function: Any) -> Iterator[Any]:
    """A function, and those below its decorators."""
    seen: list[Any] = []
    while function is not None and function not in seen:
        seen.append(function)
        yield function
        function = getattr(function, "__wrapped__", None)


def _reads_around(function: Any) -> bool:
    """Whether a function is a closure over more than classes, modules and other functions: its state is no argument."""
    cells = getattr(function, "__closure__", None) or ()
    known = (type, ModuleType, FunctionType)
    return any(not isinstance(_content(cell), known) or _has_state(_content(cell), function) for cell in cells)


def _has_state(content: Any, function: Any) -> bool:
    """Whether a function that is closed over is a closure itself; the one that is decorated is looked at by itself."""
    if content is getattr(function, "__wrapped__", None) or not isinstance(content, FunctionType):
        return False
    return content is not function and _reads_around(content)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is not filled yet
        return None


def _namespace(site: Site, function: Callable[..., Any], asked: Sequence[Any]) -> str:
    """Tells the values of one function, under what is asked of them, from all others."""
    name = f"{_module(site, function)}:{function.__qualname__}"
    if not asked:
        return name
    # What only observes lets pass what the same demands refuse.
    text = json.dumps([asked, site.is_enforced], sort_keys=True, separators=(",", ":"), default=str)
    return f"{name}#{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _module(site: Site, function: Callable[..., Any]) -> str:
    """The module of a function; of a script, which is called `__main__` as all scripts are, its path."""
    module = str(function.__module__)
    if module != "__main__":
        return module
    main = sys.modules.get("__main__")
    spec, file = getattr(main, "__spec__", None), getattr(main, "__file__", None)
    if spec is not None:
        return str(spec.name)
    return os.path.relpath(file, site.policies.root or None) if file else module


def _keyed(binding: str, namespace: str, paths: Sequence[str], roots: Roots) -> Callable[..., tuple[str, str]]:
    """From the roots of a call to its key, and how that is shown. Raises PeakguardError (PG2044)."""
    reading = []
    for text in paths:
        parsed = parse_path(text)
        assert parsed is not None, text
        reading.append((text.removeprefix("args."), roots.path(text), follower(parsed, binding)))
    name = namespace.partition("#")[0].rpartition(":")[2]

    def keyed(*values: Any) -> tuple[str, str]:
        read = {name: follow(values[root]) for name, root, follow in reading}
        key = encode(namespace, read)
        return key, f"{name}({', '.join(f'{each}={shown_of(value)}' for each, value in read.items())})"

    return keyed
