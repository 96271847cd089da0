"""Hears of modules when they have been imported, so that guards are on before anybody can take a copy."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Listener = Callable[[ModuleType], None]


class ImportHook(MetaPathFinder):
    """Calls `on_import` with every module of a name in `wanted`, when its body has run, at each import and reload.

    It finds nothing itself: it asks the other finders, and lets their loaders load. What `on_import` raises ends the
    import.
    """

    def __init__(self, wanted: Callable[[str, str | None], bool], on_import: Listener) -> None:
        self._wanted = wanted
        self._on_import = on_import
        self._asking = threading.local()

    def install(self) -> None:
        """Hear of imports from now on."""
        sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Hear of none any more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

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
        if spec is None or spec.loader is None or not self._wanted(fullname, spec.origin):
            return None
        spec.loader = _Telling(spec.loader, self._on_import)
        return spec

    def _ask_others(self, name: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is not self and find is not None:
                spec: ModuleSpec | None = find(name, path, target)
                if spec is not None:
                    return spec
        return None


class _Telling(Loader):
    """Loads as another loader does and tells when it is done; then the module has that other loader."""

    def __init__(self, loader: Any, on_import: Listener) -> None:
        self._loader = loader
        self._on_import = on_import

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
        self._on_import(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
