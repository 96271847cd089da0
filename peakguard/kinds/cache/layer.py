"""A cache around a function, as a layer of its wrapper."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from peakguard.diagnostics import codes
from peakguard.kinds.cache.cache import Cache
from peakguard.kinds.cache.key import encode
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
    if not use["key"] and _reads_around(function):
        problem = "it reads variables of the function it is made in, which are no arguments: name the `key`"
        raise PeakguardError(codes.TARGET_REFUSED, target=site.target, problem=problem)
    kept = cache(site.policies, use["policy"], is_enforced=site.is_enforced)
    if kept.mode == "off":
        return []
    paths = use["key"] or [f"args.{each}" for each in site.parameters.names]
    roots = Roots(site.parameters)
    keyed = _keyed(site.binding, _namespace(function, asked), paths, roots)
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


def _reads_around(function: Callable[..., Any]) -> bool:
    """Whether a function, below its decorators, is a closure: two of one name may then give different data."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return code is not None and code.co_freevars not in ((), ("__class__",))


def _namespace(function: Callable[..., Any], asked: Sequence[Any]) -> str:
    """Tells the values of one function, under what is asked of them, from all others."""
    name = f"{function.__module__}:{getattr(function, '__qualname__', type(function).__qualname__)}"
    if not asked:
        return name
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=str)
    return f"{name}#{hashlib.sha256(text.encode()).hexdigest()[:16]}"


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
        shown = ", ".join(f"{name}={value!r}" for name, value in read.items())
        return encode(namespace, read), f"{name}({shown})"

    return keyed
