"""Files that a function writes, made whole: a new one takes the place of the old one when the function returns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from peakguard.kinds.bindings.problems import Site
from peakguard.runtime.errors import PeakguardError
from peakguard.runtime.fsops import replacing
from peakguard.runtime.guarding.layer import Layer


def write_layers(site: Site, plan: Mapping[str, Any]) -> list[Layer]:
    """A new file for each that the function writes, which takes the old one's place when the function returns."""
    return [_write_layer(site, name, durability) for name, durability in plan["writes"]] if site.is_enforced else []


def _write_layer(site: Site, name: str, durability: Any) -> Layer:
    def opened(path: Any) -> Swap:
        return Swap(site, name, path, durability)

    raised = ("if {swap}.problem is not None:", "    raise {swap}.problem")
    return Layer(
        "writes",
        f"{name} is whole or not there",
        {"open": opened},
        before=(f"{{swap}} = {{open}}({{arg[{name}]}})", *raised, f"{{set[{name}]}} = {{swap}}.given"),
        failed=(f"{{set[{name}]}} = {{swap}}.path", "{swap}.abandon({error})"),
        after=(f"{{set[{name}]}} = {{swap}}.path", "{swap}.commit()", *raised, "{result} = {swap}.named({result})"),
        reads=(name,),
    )


class Swap:
    """A file that is being written under another name. `given` is what the function is told, `path` what it was.

    `problem` is what to raise where the file cannot be made whole and the binding is critical.
    """

    def __init__(self, site: Site, name: str, path: Any, durability: Any) -> None:
        self.path = self.given = path
        self._block: Any = None
        self._site = site
        self._name = name
        self.problem: PeakguardError | None = None
        try:
            target = os.fspath(path)
            if isinstance(target, str) and not os.path.isdir(target) and os.path.isdir(os.path.dirname(target) or "."):
                self._open(target, durability)
            else:
                self._fail(ValueError(f"{name} is no path of a file in a folder that is there"))
        except TypeError as fault:
            self._fail(fault)

    def _open(self, target: str, durability: Any) -> None:
        # A link is followed: the file it leads to is replaced, not the link.
        self._block = replacing(os.path.realpath(target), durability=durability)
        self._temporary: str = self._block.__enter__()
        self.given = self._temporary if isinstance(self.path, str) else type(self.path)(self._temporary)

    def commit(self) -> None:
        """Let the new file take its place; the function has returned. Raises OSError."""
        if self._block is None:
            return
        if os.path.exists(self._temporary):
            self._block.__exit__(None, None, None)
            return
        missing = FileNotFoundError(f"the function returned without writing to its {self._name}")
        self._leave(missing)
        self._fail(missing)

    def named(self, result: Any) -> Any:
        """The result; where that is the name the function was told, the one that the file has now."""
        return self.path if type(result) is type(self.given) and result == self.given else result

    def abandon(self, error: BaseException) -> None:
        """Leave the old file as it was; the function has raised."""
        if self._block is not None:
            self._leave(error)

    def _leave(self, error: BaseException) -> None:
        try:
            self._block.__exit__(type(error), error, error.__traceback__)
        except BaseException as same:  # noqa: BLE001 # the block raises what it was told of, when it has tidied up
            if same is not error:
                self._fail(same)

    def _fail(self, fault: BaseException) -> None:
        self.problem = self._site.failed(f"writes.{self._name}", fault)
