"""Hears of modules when they have been imported, so that guards are on before anybody can take a copy."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NamedTuple

from peakguard.runtime.errors import PeakguardError


class Listener(NamedTuple):
    """`wanted(name, origin)` says whether to hear of a module; `on_import` is called when its body has run.

    That is at each import and each reload. What `on_import` raises ends the import.
    """

    wanted: Callable[[str, str | None], bool]
    on_import: Callable[[ModuleType], None]


def listen(listener: Listener) -> None:
    """Hear of imports from now on."""
    with _lock:
        _FINDER.listeners = (*_FINDER.listeners, listener)
        if _FINDER not in sys.meta_path:
            sys.meta_path.insert(0, _FINDER)


def stop_listening(listener: Listener) -> None:
    """Hear of none any more; one that does not listen is no fault."""
    with _lock:
        _FINDER.listeners = tuple(each for each in _FINDER.listeners if each is not listener)
        if not _FINDER.listeners and _FINDER in sys.meta_path:
            sys.meta_path.remove(_FINDER)


class _Finder(MetaPathFinder):
    """One for all listeners. It finds nothing itself: it asks the other finders, and lets their loaders load."""

    def __init__(self) -> None:
        self.listeners: tuple[Listener, ...] = ()
        self._asking = threading.local()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that another finder has for a module that is waited for, with a loader that tells of it."""
        asking: list[str] = self._asking.__dict__.setdefault("names", [])
        if fullname in asking:
            return None
        asking.append(fullname)
        try:
            spec = self._ask_others(fullname, path, target)
        finally:
            asking.pop()
        if spec is None or spec.loader is None:
            return None
        hearing = [each.on_import for each in self.listeners if each.wanted(fullname, spec.origin)]
        if not hearing:
            return None
        spec.loader = _Telling(spec.loader, hearing)
        return spec

    def _ask_others(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is not self and find is not None:
                spec: ModuleSpec | None = find(name, path, target)
                if spec is not None:
                    return spec
        return None


_lock = threading.Lock()
_FINDER = _Finder()


class _Telling(Loader):
    """Loads as another loader does and tells when it is done; then the module has that other loader."""

    def __init__(self, loader: Any, hearing: Sequence[Callable[[ModuleType], None]]) -> None:
        self._loader = loader
        self._hearing = hearing

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        create = getattr(self._loader, "create_module", None)
        made: ModuleType | None = create(spec) if create is not None else None
        return made

    def exec_module(self, module: ModuleType) -> None:
        # A module that looks itself up while it loads must find what it would find without us.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        for on_import in self._hearing:
            try:
                on_import(module)
            except PeakguardError as error:
                # Who reads the traceback of an import has no use for how we found it out.
                raise error.with_traceback(None)  # noqa: B904 # its causes stay its own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
